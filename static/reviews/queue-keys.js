// The queue by keyboard: j and k go from request to request, Enter opens the one that has the focus.
import { isCommand } from "../frame/typing.js";

const STEPS = { j: 1, k: -1 };
document.addEventListener("keydown", (event) => {
  if (!isCommand(event) || !(event.key in STEPS)) return;
  const links = [...document.querySelectorAll("[data-queue] .item-name")];
  const at = links.indexOf(document.activeElement);
  const to = links[at < 0 ? 0 : at + STEPS[event.key]];
  if (to) to.focus();
});
