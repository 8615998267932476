// What is wrong stands at its input: while one types where somebody typed (nobody is scolded before), after a refused save
// everywhere. The words come with the preview of the changes, which is asked for them here.
import { form } from "./inputs.js";

const touched = new Set();
const problems = () => form.querySelectorAll("p.problem[data-at]");

form.addEventListener("input", (event) => event.target.name && touched.add(event.target.name));
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id !== "changes") return;
  for (const { dataset, textContent } of problems()) {
    if (touched.has(dataset.at) || textContent !== "") event.detail.formData.append("renew", dataset.at);
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "preview") return;
  for (const problem of problems()) {
    const input = document.getElementById(problem.id.replace(/-problem$/, ""));
    if (!input || !input.matches("input, select, textarea")) continue;
    if (problem.textContent === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }
});
