// Cards of representations fold to a line that says what is in them. What is wrong in one unfolds it, once.
import { form } from "./inputs.js";
import { fold, problemsIn, reveal } from "./reveal.js";

const READ = 2000;
const SAID = 100;
const told = new Set();

const firstWords = (row) => {
  const text = row.querySelector('[name$="/content"]').value.slice(0, READ).replace(/<[^>]*>/g, "");
  return text.replace(/\s+/g, " ").trim().slice(0, SAID);
};
// On a phone two open cards are longer than anybody reads: only the first is, and what is new or wrong.
if (window.matchMedia("(max-width: 767.98px)").matches) {
  for (const row of [...form.querySelectorAll(".representation")].slice(1)) {
    const isNew = [...row.querySelectorAll('[name$="/was"]')].some((one) => one.value === "");
    if (!isNew && problemsIn(row).length === 0) fold(row, true);
  }
}
form.addEventListener("click", (event) => {
  const line = event.target.closest("[data-fold-card]");
  if (!line) return;
  const row = line.closest("[data-row]");
  if (row.querySelector("[data-component]")) line.querySelector("[data-fold-text]").textContent = firstWords(row);
  fold(row, !row.classList.contains("is-folded"));
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "preview") return;
  for (const problem of problemsIn(form)) {
    const what = problem.id + problem.textContent;
    if (!told.has(what) && problem.closest(".is-folded")) reveal(problem);
    told.add(what);
  }
});
