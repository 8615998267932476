// Where there is nothing to save or to discard, the buttons that would do it say so. Who presses them is told the same by the server.
import { form } from "./inputs.js";

const buttons = form.querySelectorAll("#save, .save-bar [data-discard]");
const show = (idle) => {
  for (const one of buttons) {
    if (idle) one.setAttribute("aria-disabled", "true");
    else one.removeAttribute("aria-disabled");
  }
};
const count = () => document.getElementById("change-count");
const look = () => show(form.dataset.dirty === undefined || (count().dataset.changes === "0" && !count().querySelector(".problem-count")));
// Until the changes were looked at, there may be some.
if (!form.hasAttribute("data-new")) {
  form.addEventListener("input", () => show(false));
  document.addEventListener("rows", () => show(false));
  document.addEventListener("htmx:afterSettle", (event) => event.target.id === "preview" && look());
  window.addEventListener("pageshow", look);
  look();
}
