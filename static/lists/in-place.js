// The form in a cell: one at a time. Enter saves it, Esc or a click beside it leaves it, and the row has the focus again.
// A double click in the cell opens it; of the row that has the focus, d its dates and p its priority.
import { isCommand } from "../frame/typing.js";

const form = () => document.getElementById("in-place");
const isTouched = () => [...form().elements].some((field) => field.defaultValue !== undefined && field.value !== field.defaultValue);
let cell = "";

const focus = (row) => {
  const to = row.querySelector(`[data-in-place="${cell}"]`) || row.querySelector(".item-name");
  if (to) to.focus({ preventScroll: true });
};
const leave = () => {
  const row = form().closest("tr");
  form().remove();
  focus(row);
};
// In WebKit a date that has the focus before it is drawn has it in none of its parts, and no key would change it.
const refocus = () => {
  const date = document.querySelector("#in-place [type^=date]:focus");
  if (!date) return;
  date.blur();
  date.focus();
};
document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.target.closest("[data-in-place]");
  if (!link) return;
  if (form()) form().remove();
  cell = link.dataset.inPlace;
});
// What is typed takes the place of the number, not its end.
document.addEventListener("htmx:load", (event) => {
  if (event.target.id === "in-place") event.target.querySelector('[inputmode="numeric"]')?.select();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches("tr")) focus(event.target);
  if (event.target.matches("td")) requestAnimationFrame(refocus);
});
document.addEventListener("click", (event) => {
  if (!form() || !event.target.isConnected) return;
  const outside = !form().contains(event.target) && !isTouched();
  if (event.target.closest("[data-leave-in-place]")) leave();
  else if (outside && !event.target.closest("[data-in-place]")) form().remove();
});
document.addEventListener("dblclick", (event) => {
  const link = !form() && event.target.closest("td")?.querySelector("[data-in-place]");
  if (link) link.click();
});
document.addEventListener("keydown", (event) => {
  if (form()) {
    if (event.key === "Escape") leave();
    return;
  }
  const row = event.target.closest("[data-rows] tbody tr");
  if (!row || !isCommand(event) || event.shiftKey) return;
  const wanted = { d: '[data-in-place="window"], [data-in-place="ends"], [data-in-place="starts"]', p: '[data-in-place="priority"]' };
  const link = wanted[event.key] && row.querySelector(wanted[event.key]);
  if (link) link.click();
});
