// The queue by keyboard: j and k go from request to request, Enter opens the one that has the focus; a, r and x open it, too,
// where that is decided (static/reviews/decide-keys.js).
import { isCommand } from "../frame/typing.js";

const STEPS = { j: 1, k: -1 };
document.addEventListener("keydown", (event) => {
  if (!isCommand(event)) return;
  const links = [...document.querySelectorAll("[data-queue] .item-name")];
  const at = links.indexOf(document.activeElement);
  if (event.key in STEPS) {
    const to = links[at < 0 ? 0 : at + STEPS[event.key]];
    if (to) to.focus();
  } else if (at >= 0 && /^[arx]$/.test(event.key)) {
    location.assign(`${links[at].href}#${event.key}`);
  }
});
