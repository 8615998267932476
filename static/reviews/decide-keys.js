// Deciding by keyboard: a goes to Approve, r and x to the reason and, once there is one, to their button. Enter presses it.
import { isCommand } from "../frame/typing.js";

document.addEventListener("keydown", (event) => {
  const form = document.querySelector("[data-decide]");
  if (!form || !isCommand(event) || !/^[arx]$/.test(event.key)) return;
  const button = form.querySelector(`[data-key="${event.key}"]`);
  const reason = form.querySelector("textarea");
  const to = event.key !== "a" && !reason.value.trim() ? reason : button;
  to.focus();
  event.preventDefault();
});
