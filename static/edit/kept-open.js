// Cards that came anew with an answer are folded, and have the language in front, as those before them were.
import { form } from "./inputs.js";
import { bringForward, fold, problemsIn } from "./reveal.js";

const kept = new Map(); // by what a row was when the form was opened; new ones are open
const was = (row) => row.querySelector('[name$="/was"]').value;
const cards = () => [...form.querySelectorAll(".representation")].filter((row) => was(row) !== "");
const isFresh = (row) => row.querySelector("[autofocus]") || problemsIn(row).length > 0;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "representations") return;
  kept.clear();
  for (const row of cards()) {
    const front = row.querySelector("[data-component]:not(.is-behind)");
    kept.set(was(row), { folded: row.classList.contains("is-folded"), front: front && was(front) });
  }
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig.target.id !== "representations") return;
  for (const row of cards().filter((one) => kept.has(was(one)) && !isFresh(one))) {
    const { folded, front } = kept.get(was(row));
    fold(row, folded);
    const content = [...row.querySelectorAll("[data-component]")].find((one) => front && was(one) === front);
    if (content) bringForward(content);
  }
});
