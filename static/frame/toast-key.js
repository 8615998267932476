// The key u leads to what the newest message offers: its Undo, else its other step. There, Esc closes it and leads back.
import { isCommand } from "./typing.js";

document.addEventListener("keydown", (event) => {
  const toast = event.target.closest(".toast-item");
  if (toast && event.key === "Escape") return toast.querySelector(".toast-close").click();
  const steps = [...document.querySelectorAll("#toasts .toast-item :is(a, button):not(.toast-close)")];
  if (event.key !== "u" || !isCommand(event) || !steps.length) return;
  event.preventDefault();
  steps.at(-1).focus();
});
