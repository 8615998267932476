// In a small window what is said of a proposal (title, why, when) is folded into the bar: the first press of its button opens it.
import { form } from "./inputs.js";

const bar = form.querySelector(".save-bar.is-proposal");
const fields = bar && bar.querySelector(".propose-fields");
const save = document.getElementById("save");
const ask = (shown) => {
  bar.classList.toggle("is-asking", shown);
  save.setAttribute("aria-expanded", String(shown));
};
if (bar) {
  save.setAttribute("aria-controls", fields.id);
  ask(fields.querySelector("[aria-invalid]") !== null);
  save.addEventListener("click", (event) => {
    if (fields.checkVisibility() || save.ariaDisabled === "true") return;
    event.preventDefault();
    ask(true);
    [...fields.querySelectorAll("input, select")].find((one) => one.checkVisibility()).focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !fields.contains(event.target)) return;
    ask(false);
    save.focus();
  });
}
