// Who types in rows that are replaced meanwhile goes on typing in the same one: not in a row that is new, nor on a button.
import { selectionIn } from "./code-view.js";
import { form, inputsIn } from "./inputs.js";
import { reveal } from "./reveal.js";

let at = null;

const place = (index, way, from, to) => {
  if (way === "remove") return index > from ? index - 1 : index;
  if (index === from) return to;
  if (from < index && index <= to) return index - 1;
  return to <= index && index < from ? index + 1 : index;
};
/** What an input is called once a button did what it does to the rows; null where it went with its row. */
const nameAfter = (name, action) => {
  const [, way, list, first, last] = /^(up|down|remove|move):(.+\/)([0-9]+)(?::([0-9]+))?$/.exec(action) || [];
  if (!way || !name.startsWith(list)) return name;
  const [index, ...rest] = name.slice(list.length).split("/");
  const from = Number(first);
  if (way === "remove" && Number(index) === from) return null;
  const to = { up: from - 1, down: from + 1, move: Number(last) }[way];
  return [list + place(Number(index), way, from, to), ...rest].join("/");
};
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
