// On a small screen the changes are a drawer.
import { form } from "./inputs.js";

const panel = document.getElementById("changes");
const open = (shown) => {
  panel.classList.toggle("is-open", shown);
  for (const handle of form.querySelectorAll(".drawer-open")) handle.setAttribute("aria-expanded", String(shown));
  if (shown) panel.querySelector(".drawer-close").focus();
};
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-drawer]")) open(!panel.classList.contains("is-open"));
  if (event.target.closest("[data-problem]")) open(false);
});
form.addEventListener("keydown", (event) => event.key === "Escape" && open(false));
