// A field that says something else than when the form was opened is marked, and can be reverted.
import { differs, form, inputsIn, was } from "./inputs.js";

const show = (field) => {
  const changed = inputsIn(field).some(differs);
  field.classList.toggle("is-changed", changed);
  const revert = field.classList.contains("edit-field") && field.querySelector("[data-revert]");
  if (revert) revert.hidden = !changed;
};
const fieldOf = (input) => input.closest(".edit-field, .card-row, .tag-choice");
const showAll = () => new Set(inputsIn(form).map(fieldOf).filter(Boolean)).forEach(show);

form.addEventListener("click", (event) => {
  const revert = event.target.closest("[data-revert]");
  if (!revert) return;
  const input = revert.closest(".edit-field").querySelector("input, select, textarea");
  input.value = was(input);
  for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
  input.focus();
});
// In a new item everything is new.
if (!form.hasAttribute("data-new")) {
  form.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (field && inputsIn(field).includes(event.target)) show(field);
  });
  document.addEventListener("rows", showAll);
  // The browser may fill in what was typed, coming back to the page.
  window.addEventListener("pageshow", showAll);
  showAll();
}
