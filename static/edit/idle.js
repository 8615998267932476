// Where there is nothing to save, the button says so; who presses it is told the same by the server. Discard stays the way out.
import { form } from "./inputs.js";

const save = document.getElementById("save");
const show = (idle) => {
  if (idle) save.setAttribute("aria-disabled", "true");
  else save.removeAttribute("aria-disabled");
};
const count = () => document.getElementById("change-count");
const look = () => show(form.dataset.dirty === undefined || (count().dataset.changes === "0" && !count().querySelector(".problem-count")));
// Until the changes were looked at, there may be some.
if (!form.hasAttribute("data-new")) {
  form.addEventListener("input", () => show(false));
  document.addEventListener("rows", () => show(false));
  // Not after just any answer: the sign-in page is one, too, and says nothing of the changes.
  document.addEventListener("htmx:afterSettle", (event) => event.target.id === "preview" && look());
  document.addEventListener("said-again", look);
  window.addEventListener("pageshow", look);
  look();
}
