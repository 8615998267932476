// The timeline by keyboard: j and k move, Enter expands, c marks a version to compare with the next one marked.
import { isCommand } from "../frame/typing.js";

const STEPS = { j: 1, k: -1 };

const move = (entries, at, step) => {
  const next = at < 0 ? 0 : Math.min(entries.length - 1, Math.max(0, at + step));
  entries[next].focus();
  entries[next].scrollIntoView({ block: "nearest" });
};
const press = (entry, selector) => {
  const button = entry && entry.querySelector(selector);
  if (button) button.click();
};
document.addEventListener("keydown", (event) => {
  if (!isCommand(event)) return;
  // What is folded away is passed over.
  const entries = [...document.querySelectorAll("[data-entry]")].filter((entry) => entry.checkVisibility());
  const at = entries.findIndex((entry) => entry.contains(document.activeElement));
  if (event.key in STEPS && entries.length) {
    event.preventDefault();
    move(entries, at, STEPS[event.key]);
  } else if (event.key === "Enter" && document.activeElement === entries[at]) press(entries[at], "[data-expand]");
  else if (event.key === "c") press(entries[at], "input[name=mark]");
});
