// Rows come from the server as they were when it was asked for them. What was typed meanwhile is sent along again before
// they take its place; until they come, no other rows are asked for (hx-sync).
import { form, inputsIn } from "./inputs.js";

const text = (entries, names) => JSON.stringify([...entries].filter(([name]) => names.has(name)));

form.addEventListener(
  "htmx:beforeSwap",
  (event) => {
    const { requestConfig: asked, target, xhr } = event.detail;
    const names = new Set(inputsIn(target).map((input) => input.name));
    if (!asked || xhr.status !== 200 || text(asked.formData, names) === text(new FormData(form), names)) return;
    event.detail.shouldSwap = false;
    event.stopPropagation();
    asked.elt.addEventListener(
      "htmx:afterOnLoad",
      () => setTimeout(() => window.htmx.ajax(asked.verb, asked.path, { source: asked.elt, target })),
      { once: true },
    );
  },
  true,
);
