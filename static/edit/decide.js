// The conflict page: how many fields are still to be decided, and Save once none is.
const page = document.getElementById("conflict");
const save = document.getElementById("save");
const left = document.getElementById("left");

const show = () => {
  const fields = [...page.querySelectorAll("[data-contested]")];
  const open = fields.filter((field) => !field.querySelector("[type=radio]:checked")).length;
  const { leftNone, leftOne, left: leftMany } = page.dataset;
  save.disabled = open > 0;
  left.textContent = [leftNone, leftOne][open] || leftMany.replace("%n", open);
};
page.addEventListener("change", show);
page.addEventListener("input", (event) => {
  const other = event.target.closest(".contested-other");
  if (other && event.target.type !== "radio") other.querySelector("[type=radio]").checked = true;
  show();
});
window.addEventListener("pageshow", show);
show();
