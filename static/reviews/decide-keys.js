// Deciding by keyboard: a goes to Approve, r and x to the reason and, once there is one, to their button. Enter presses it.
// From a reason that r or x asked for, Tab leads to their button, not past Approve: Enter there would say the opposite.
// n leads to the next one that waits. An address that ends with one of them (#a), as the queue makes it, does the same.
import { isCommand } from "../frame/typing.js";

const form = document.querySelector("[data-decide]");
let meant = "a";
const go = (key) => {
  if (!form || !/^[arx]$/.test(key)) return false;
  meant = key;
  const reason = form.querySelector("textarea");
  const button = form.querySelector(`[data-key="${key}"]`);
  (key !== "a" && !reason.value.trim() ? reason : button).focus();
  return true;
};
go(location.hash.slice(1));
window.addEventListener("hashchange", () => go(location.hash.slice(1)));
form?.querySelector("textarea").addEventListener("keydown", (event) => {
  if (event.key !== "Tab" || event.shiftKey || event.isComposing || meant === "a") return;
  event.preventDefault();
  form.querySelector(`[data-key="${meant}"]`).focus();
});
document.addEventListener("keydown", (event) => {
  if (!isCommand(event)) return;
  if (go(event.key)) event.preventDefault();
  if (event.key === "n") document.querySelector("[data-next]")?.click();
});
