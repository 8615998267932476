// Picking offers in the list: all of the page, a range with Shift, and how many they are.
let last = null;
const boxes = () => [...document.querySelectorAll(".bulk-form input[name=id]:not(:disabled)")];
const show = () => {
  const count = document.querySelector("[data-picked]");
  if (!count) return;
  const all = boxes();
  const picked = all.filter((box) => box.checked).length;
  const text = picked === 1 ? count.dataset.pickedOne : count.dataset.picked.replace("%n", picked);
  if (count.textContent !== text) count.textContent = text;
  const every = document.querySelector("[data-pick-all]");
  every.checked = picked > 0 && picked === all.length;
  every.indeterminate = picked > 0 && picked < all.length;
};
const set = (checked, only = boxes()) => {
  for (const box of only) box.checked = checked;
  show();
};
document.addEventListener("click", (event) => {
  const box = event.target;
  if (box.matches("[data-pick-all]")) return set(box.checked);
  if (box.closest("[data-pick-none]")) {
    const every = document.querySelector(".bulk-form input[name=all]");
    if (every) every.checked = false;
    return set(false);
  }
  if (!box.matches(".bulk-form input[name=id]")) return undefined;
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) set(box.checked, all.slice(from, to + 1));
  last = box;
  return show();
});
document.addEventListener("htmx:afterSettle", show);
window.addEventListener("pageshow", show);
