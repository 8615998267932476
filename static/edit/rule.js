// The decision rule is asked for where one decides who sees the offer, with what the chosen one asks of a customer.
import { form } from "./inputs.js";

const show = () => {
  const who = form.elements["/selectionConstraint/profileConstraintType"];
  const rule = form.querySelector(".rule-field");
  if (!who || !rule) return;
  rule.classList.toggle("is-hidden", who.value !== "eligibilityRule");
  const select = rule.querySelector("select");
  const shown = rule.querySelector("[data-rule-shown]");
  const condition = select.selectedOptions[0] && select.selectedOptions[0].dataset.condition;
  shown.hidden = !condition;
  shown.querySelector("code").textContent = condition || "";
  shown.querySelector("a").href = `${select.dataset.rules}${encodeURIComponent(select.value)}/`;
};
form.addEventListener("input", show);
window.addEventListener("pageshow", show);
show();
