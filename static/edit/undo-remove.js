// A removed row comes back with what was typed into it: the part of the page as it was is kept for a while.
import { form, inputsIn } from "./inputs.js";

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
// What was typed since into rows that stayed: those below the removed one had the place after theirs.
const takeOver = (current, section, button) => {
  const [, list, place] = /^remove:(.+\/)([0-9]+)$/.exec(button);
  const before = (name) => {
    if (!name.startsWith(list)) return name;
    const [at, ...rest] = name.slice(list.length).split("/");
    return [`${list}${Number(at) < Number(place) ? at : Number(at) + 1}`, ...rest].join("/");
  };
  const olds = Object.fromEntries(inputsIn(section).map((input) => [input.name, input]));
  for (const input of inputsIn(current)) {
    const old = olds[before(input.name)];
    if (old) [old.value, old.checked] = [input.value, input.checked];
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
