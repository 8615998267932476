// A removed row comes back with what was typed into it: the part of the page as it was is kept for a while.
import { form, inputsIn } from "./inputs.js";
import { nameAfter } from "./row-actions.js";

let removed = null; // the section, and the button that was pressed in it

const toastsOf = () => document.querySelectorAll("#toasts .toast-undo");
const forget = () => {
  removed = null;
  for (const toast of toastsOf()) toast.remove();
};
const offer = (section, button) => {
  removed = { section, button: button.value };
  document.getElementById("toasts").append(document.getElementById("removed-toast").content.cloneNode(true));
};
// What was typed since into rows that stayed. The choices of a list share their name, and stand in the same order.
const takeOver = (current, section, button) => {
  const news = Map.groupBy(inputsIn(current), (input) => input.name);
  for (const old of inputsIn(section)) {
    const now = news.get(nameAfter(old.name, button))?.shift();
    if (now) [old.value, old.checked] = [now.value, now.checked];
  }
};
const bringBack = ({ section, button }) => {
  const current = document.getElementById(section.id);
  if (!current) return;
  takeOver(current, section, button);
  current.replaceWith(section);
  window.htmx.process(section);
  for (const busy of section.querySelectorAll(".busy, .htmx-request")) busy.classList.remove("busy", "htmx-request");
  section.querySelector(`button[value="${button}"]`).focus();
  section.dispatchEvent(new Event("rows", { bubbles: true }));
};

form.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig: asked } = event.detail;
  if (!target.matches(".edit-section")) return;
  // The rows that come have other places than those that were kept.
  forget();
  if (asked && (asked.elt.value || "").startsWith("remove:")) offer(target, asked.elt);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-undo-remove]")) return;
  const kept = removed;
  forget();
  if (kept) bringBack(kept);
});
