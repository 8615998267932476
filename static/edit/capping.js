// A capping's query is asked for where it counts an event of one's own.
import { form } from "./inputs.js";

const show = () => {
  for (const row of form.querySelectorAll(".capping-row")) {
    const query = row.querySelector(".custom-query");
    const asked = row.querySelector("[data-custom]").checked || query.querySelector("textarea").value;
    query.classList.toggle("is-hidden", !asked);
  }
};
form.addEventListener("input", show);
document.addEventListener("rows", show);
window.addEventListener("pageshow", show);
show();
