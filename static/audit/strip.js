// The strip above the audit page: dragging over bars filters by their days. A click is a link, and needs nothing of this.
let from = null;

const barOf = (event) => event.target.closest("[data-strip] a");
const unmark = () => {
  document.querySelectorAll(".strip-marked").forEach((bar) => bar.classList.remove("strip-marked"));
};
const mark = (to) => {
  const bars = [...to.parentElement.children];
  const [first, last] = [bars.indexOf(from), bars.indexOf(to)].sort((one, other) => one - other);
  bars.forEach((bar, place) => bar.classList.toggle("strip-marked", place >= first && place <= last));
};
document.addEventListener("pointerdown", (event) => {
  from = event.button === 0 ? barOf(event) : null;
});
document.addEventListener("pointermove", (event) => {
  const to = barOf(event);
  if (from && to && to !== from && to.parentElement === from.parentElement) mark(to);
});
document.addEventListener("dragstart", (event) => {
  if (barOf(event)) event.preventDefault();
});
document.addEventListener("pointerup", (event) => {
  const [begin, to] = [from, barOf(event)];
  from = null;
  // Let go elsewhere, nothing was chosen.
  if (!to) unmark();
  if (!begin || !to || to === begin || to.parentElement !== begin.parentElement) return;
  const form = document.getElementById("filters");
  const [first, last] = [begin, to].sort((one, other) => one.dataset.first.localeCompare(other.dataset.first));
  form.elements.from.value = first.dataset.first;
  form.elements.to.value = last.dataset.last;
  form.requestSubmit();
});
