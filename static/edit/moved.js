// The rows come back from the server as new ones: the focus goes to where the row went, and its place is said. Where one
// was removed, it goes to the next one's button, to the one's before it, or to the button that adds one.
import { reveal } from "./reveal.js";
import { actionOf } from "./row-actions.js";

let moved = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=action]");
  const action = button && actionOf(button.value);
  // A handle's click moves nothing.
  moved = action && action.way !== "move" ? action : null;
});
document.addEventListener("rows", () => {
  if (!moved) return;
  const { way, list, to: index } = moved;
  moved = null;
  const button = (name) => document.querySelector(`button[name=action][value="${name}:${list}/${index}"]`);
  const named = (value) => document.querySelector(`button[name=action][value="${value}"]`);
  const places =
    way === "remove"
      ? [button(way), named(`remove:${list}/${index - 1}`), named(`add:${list}`)]
      : [button(way), button(way === "up" ? "down" : "up")];
  const found = places.find((one) => one && !one.disabled);
  if (found) {
    reveal(found);
    found.focus();
  }
  if (way === "remove") return; // the toast says so
  const said = document.getElementById("row-moved");
  const count = document.querySelectorAll(`button[name=action][value^="up:${list}/"]`);
  const all = [...count].filter((one) => /^\/[0-9]+$/.test(one.value.slice(`up:${list}`.length))).length;
  said.textContent = said.dataset.text.replace("%n", index + 1).replace("%m", all);
});
