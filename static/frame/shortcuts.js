// The key ? opens the list of the keys, and so does a link that says data-shortcuts. A button that says data-close closes its dialog.
import { isCommand } from "./typing.js";

const dialog = document.getElementById("keys");
const open = () => {
  if (dialog.open) return;
  const answer = document.getElementById("keys-answer");
  dialog.showModal();
  answer.focus();
  window.htmx.trigger(answer, "open");
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || !isCommand(event)) return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) close.closest("dialog").close();
  if (event.target === dialog) dialog.close();
  const link = event.target.closest("[data-shortcuts]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
