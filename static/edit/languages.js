// The contents of a representation, one language in front: chosen by its tab, with mouse or arrow keys.
import { form } from "./inputs.js";
import { bringForward, problemsIn } from "./reveal.js";

const contentOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
const tabOf = (content) => document.getElementById(content.getAttribute("aria-labelledby"));
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

form.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) bringForward(contentOf(tab));
});
form.addEventListener("keydown", (event) => {
  const step = event.target.matches("[role=tab]") && STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const tabs = [...event.target.parentElement.children];
  const to = tabs[Math.max(0, Math.min(tabs.length - 1, tabs.indexOf(event.target) + step))];
  bringForward(contentOf(to));
  to.focus();
});
form.addEventListener("input", (event) => {
  if (!event.target.matches('[data-component] [name$="/language"]')) return;
  const tab = tabOf(event.target.closest("[data-component]"));
  tab.textContent = event.target.value.trim() || tab.dataset.nameless;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "preview") return;
  for (const content of form.querySelectorAll("[data-component]")) {
    tabOf(content).classList.toggle("has-problem", problemsIn(content).length > 0);
  }
});
