// A removed row comes back with what was typed into it: the part of the page as it was is kept for a while.
import { form } from "./inputs.js";

let removed = null; // the section, and the button that was pressed in it

const offer = (section, button) => {
  const toasts = document.getElementById("toasts");
  for (const old of toasts.querySelectorAll(".toast-undo")) old.remove();
  removed = { section, button: button.value };
  toasts.append(document.getElementById("removed-toast").content.cloneNode(true));
};
const bringBack = ({ section, button }) => {
  const current = document.getElementById(section.id);
  if (!current) return;
  current.replaceWith(section);
  window.htmx.process(section);
  for (const busy of section.querySelectorAll(".busy, .htmx-request")) busy.classList.remove("busy", "htmx-request");
  section.querySelector(`button[value="${button}"]`).focus();
  section.dispatchEvent(new Event("rows", { bubbles: true }));
};

form.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig: asked } = event.detail;
  if (!target.matches(".edit-section")) return;
  removed = null;
  if (asked && (asked.elt.value || "").startsWith("remove:")) offer(target, asked.elt);
});
document.addEventListener("click", (event) => {
  const undo = event.target.closest("[data-undo-remove]");
  if (!undo) return;
  if (removed) bringBack(removed);
  removed = null;
  undo.closest(".toast-item").remove();
});
