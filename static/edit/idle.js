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
  // Also after an answer that says what the one before said, which is not put in (said-already.js).
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && detail.target.id === "preview" && look());
  window.addEventListener("pageshow", look);
  look();
}
