// Rows come from the server as they were when it was asked for them. What was typed meanwhile is sent along again before
// they take its place, and not before a letter that is being composed is whole; until they come, no other rows are asked
// for (hx-sync).
import { composing } from "./composing.js";
import { form, inputsIn } from "./inputs.js";

const text = (entries, names) => JSON.stringify([...entries].filter(([name]) => names.has(name)));

form.addEventListener(
  "htmx:beforeSwap",
  (event) => {
    const { requestConfig: asked, target, xhr } = event.detail;
    if (!asked || xhr.status !== 200) return;
    const names = new Set(inputsIn(target).map((input) => input.name));
    const isComposed = target.contains(composing) && target.matches(".edit-section");
    if (!isComposed && text(asked.formData, names) === text(new FormData(form), names)) return;
    event.detail.shouldSwap = false;
    event.stopPropagation();
    const again = () => setTimeout(() => window.htmx.ajax(asked.verb, asked.path, { source: asked.elt, target }));
    if (isComposed) composing.addEventListener("compositionend", again, { once: true });
    else asked.elt.addEventListener("htmx:afterOnLoad", again, { once: true });
  },
  true,
);
