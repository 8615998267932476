// Whether the form says something that is not saved (`data-dirty`): then the changes are looked at, and discarding asks.
import { differs, form, inputsIn } from "./inputs.js";

const dirty = () => (form.dataset.dirty = "");
form.addEventListener("input", dirty);
document.addEventListener("rows", dirty);
form.addEventListener("click", (event) => {
  const discard = event.target.closest("[data-discard]");
  if (!discard || !form.hasAttribute("data-dirty")) return;
  if (window.confirm(discard.dataset.discard)) delete form.dataset.dirty;
  else event.preventDefault();
});
// What the server gave back as it was typed, or the browser itself filled in again, coming back to the page.
window.addEventListener("pageshow", () => {
  const filledIn = inputsIn(form).some((input) => input.dataset.was === undefined && differs(input));
  if (!form.hasAttribute("data-dirty") && !filledIn) return;
  dirty();
  window.htmx.trigger("#changes", "look");
});
