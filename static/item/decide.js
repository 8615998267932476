// Fields to decide (item/_contested_field.html): how many are left, one side of all by one button, and Save once none is left.
const undecided = (form) =>
  [...form.querySelectorAll("[data-contested]")].filter((field) => !field.querySelector("[type=radio]:checked")).length;

const show = (form, left) => {
  const open = undecided(form);
  const { leftNone, leftOne, left: leftMany } = left.dataset;
  form.querySelector("[data-once-decided]").disabled = open > 0;
  left.textContent = [leftNone, leftOne][open] || leftMany.replace("%n", open);
};
const takeAll = (form, side) => {
  for (const radio of form.querySelectorAll(`[data-contested] [type=radio][value="${side}"]`)) radio.checked = true;
  form.dispatchEvent(new Event("change", { bubbles: true }));
};
// Where nobody chooses, the page does not say how many are left.
for (const left of document.querySelectorAll("[data-left]")) {
  const form = left.closest("form");
  // What chooses is not what Enter presses.
  for (const all of form.querySelectorAll("[data-all]")) all.type = "button";
  form.addEventListener("change", () => show(form, left));
  form.addEventListener("input", (event) => {
    const other = event.target.closest(".contested-other");
    if (other && event.target.type !== "radio") other.querySelector("[type=radio]").checked = true;
    show(form, left);
  });
  form.addEventListener("click", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) takeAll(form, all.dataset.all);
  });
  window.addEventListener("pageshow", () => show(form, left));
  show(form, left);
}
