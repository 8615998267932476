// Who types in rows that are replaced meanwhile goes on typing in the same one: not in a row that is new, nor on a button.
import { selectionIn } from "./code-view.js";
import { form, inputsIn } from "./inputs.js";
import { reveal } from "./reveal.js";
import { nameAfter } from "./row-actions.js";

let at = null;

const typedIn = (section) => {
  const active = document.activeElement;
  const area = active.matches(".cm-content") && active.closest(".edit-field").querySelector("textarea");
  return inputsIn(section).find((input) => input === (area || active));
};

form.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig: asked } = event.detail;
  const input = target.matches(".edit-section") && asked && typedIn(target);
  if (input) at = { name: nameAfter(input.name, asked.elt.value || ""), selection: selectionIn(input) };
});
// After moved.js, which leads to buttons.
document.addEventListener("rows", () => {
  const input = at && inputsIn(form).find((one) => one.name === at.name);
  if (input) {
    reveal(input);
    input.focus();
    if (Number.isInteger(at.selection[0])) input.setSelectionRange(...at.selection);
  }
  at = null;
});
