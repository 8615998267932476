// Fields to decide (item/_contested_field.html): how many are left, one side of all by one button, and Save once none is left.
const undecided = (form) =>
  [...form.querySelectorAll("[data-contested]")].filter((field) => !field.querySelector("[type=radio]:checked")).length;

const show = (form) => {
  const open = undecided(form);
  const { leftNone, leftOne, left: leftMany } = form.dataset;
  const done = form.querySelector("[data-once-decided]");
  if (!done) return;
  done.disabled = open > 0;
  form.querySelector("[data-left-text]").textContent = [leftNone, leftOne][open] || leftMany.replace("%n", open);
};
const takeAll = (form, side) => {
  for (const radio of form.querySelectorAll(`[data-contested] [type=radio][value="${side}"]`)) radio.checked = true;
  form.dispatchEvent(new Event("change", { bubbles: true }));
};
for (const form of document.querySelectorAll("form[data-left-none]")) {
  // What chooses is not what Enter presses.
  for (const all of form.querySelectorAll("[data-all]")) all.type = "button";
  form.addEventListener("change", () => show(form));
  form.addEventListener("input", (event) => {
    const other = event.target.closest(".contested-other");
    if (other && event.target.type !== "radio") other.querySelector("[type=radio]").checked = true;
    show(form);
  });
  form.addEventListener("click", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) takeAll(form, all.dataset.all);
  });
  window.addEventListener("pageshow", () => show(form));
  show(form);
}
