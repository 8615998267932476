// Rows of the edit form are dragged by their handle, with mouse or finger. A drop is one row operation of the server, like a
// button's; without this file there are the buttons.
const EDGE = 60;
const STEP = 12;
let drag = null;

const unmark = () => {
  for (const row of drag.rows) row.classList.remove("drop-before", "drop-after", "is-dragged");
};
const end = () => {
  if (!drag) return;
  unmark();
  cancelAnimationFrame(drag.frame);
  drag = null;
};
const show = () => {
  const middle = (row) => row.getBoundingClientRect().top + row.offsetHeight / 2;
  const others = drag.rows.filter((_row, index) => index !== drag.from);
  drag.to = others.filter((row) => middle(row) < drag.y).length;
  for (const row of drag.rows) row.classList.remove("drop-before", "drop-after");
  if (drag.to === drag.from) return;
  if (drag.to < others.length) others[drag.to].classList.add("drop-before");
  else others[others.length - 1].classList.add("drop-after");
};
// Near the window's edges the page moves on under the pointer, also while that is held still.
const follow = () => {
  if (drag.y < EDGE) window.scrollBy(0, -STEP);
  if (drag.y > window.innerHeight - EDGE) window.scrollBy(0, STEP);
  show();
  drag.frame = requestAnimationFrame(follow);
};

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || drag || event.button !== 0) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  const row = grip.closest("[data-component], [data-row]");
  const kind = row.matches("[data-component]") ? "[data-component]" : "[data-row]";
  const rows = [...row.parentElement.children].filter((other) => other.matches(kind));
  const from = rows.indexOf(row);
  drag = { grip, rows, from, to: from, y: event.clientY, frame: 0 };
  row.classList.add("is-dragged");
  follow();
});
document.addEventListener("pointermove", (event) => {
  if (drag) drag.y = event.clientY;
});
document.addEventListener("pointerup", () => {
  if (!drag) return;
  show();
  const { grip, from, to } = drag;
  end();
  if (to === from) return;
  grip.value = grip.value.replace(/[0-9]+$/, to);
  window.htmx.trigger(grip, "drop-row");
});
document.addEventListener("pointercancel", end);
// Only a swap of the rows themselves ends it: the panel of changes may be renewed meanwhile.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (drag && event.detail.target.contains(drag.grip)) end();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && end());
