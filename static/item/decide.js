// Fields to decide (item/_contested_field.html): how many are left, one side of all by one button, and Save once none is left.
const undecided = (form) =>
  [...form.querySelectorAll("[data-contested]")].filter((field) => !field.querySelector("[type=radio]:checked")).length;

const show = (form) => {
  const left = form.querySelector("[data-left]");
  if (!left) return;
  const open = undecided(form);
  const { leftNone, leftOne, left: leftMany } = left.dataset;
  // Where nothing is left to do, there is no button.
  for (const button of form.querySelectorAll("[data-once-decided]")) button.disabled = open > 0;
  left.textContent = [leftNone, leftOne][open] || leftMany.replace("%n", open);
};
const takeAll = (form, side) => {
  for (const radio of form.querySelectorAll(`[data-contested] [type=radio][value="${side}"]`)) radio.checked = true;
  form.querySelector("[data-contested] [type=radio]").dispatchEvent(new Event("change", { bubbles: true }));
};
// Where nobody chooses, the page does not say how many are left.
for (const left of document.querySelectorAll("[data-left]")) {
  const form = left.closest("form");
  // What chooses is not what Enter presses.
  for (const all of form.querySelectorAll("[data-all]")) all.type = "button";
  form.addEventListener("change", () => show(form));
  form.addEventListener("click", (event) => {
    const all = event.target.closest("[data-all]");
    if (!all) return;
    event.preventDefault();
    // Those of one item, or all.
    takeAll(all.closest("[data-all-of]") || form, all.dataset.all);
  });
  // What the server says of the choices comes with a bar of its own.
  for (const said of ["htmx:afterSettle", "htmx:afterRequest"]) document.addEventListener(said, () => show(form));
  window.addEventListener("pageshow", () => show(form));
  show(form);
}
