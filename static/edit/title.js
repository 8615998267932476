// The page's title is the name as it is typed.
import { form } from "./inputs.js";

const title = document.querySelector("[data-title]");
const name = form.elements["/name"];
const show = () => {
  title.textContent = name.value.trim() || title.dataset.title || name.defaultValue;
};
name.addEventListener("input", show);
window.addEventListener("pageshow", show);
