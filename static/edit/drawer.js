// On a small screen the changes are a drawer. It has the focus while it is open, and gives it back.
import { form } from "./inputs.js";

const panel = document.getElementById("changes");
const open = (shown) => {
  const had = panel.contains(document.activeElement);
  panel.classList.toggle("is-open", shown);
  for (const handle of form.querySelectorAll(".drawer-open")) handle.setAttribute("aria-expanded", String(shown));
  if (shown) panel.querySelector(".drawer-close").focus();
  else if (had) [...form.querySelectorAll(".drawer-open")].find((handle) => handle.checkVisibility())?.focus();
};
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-drawer]")) open(!panel.classList.contains("is-open"));
  if (event.target.closest("[data-problem]")) open(false);
});
form.addEventListener("keydown", (event) => event.key === "Escape" && open(false));
