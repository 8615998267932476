// Columns can be made wider: by dragging the end of a heading, or by the arrow keys on it. It is kept for the person.
const NARROWEST = 48;
const WIDEST = 800;
const STEP = 8;
const SAVED_AFTER_MS = 400;
const STEPS = { ArrowLeft: -STEP, ArrowRight: STEP };

let timer;
const column = (grip) => document.querySelector(`col[data-column="${grip.dataset.grip}"]`);
const set = (grip, width) => {
  const wanted = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  column(grip).setAttribute("width", wanted);
  grip.setAttribute("aria-valuenow", wanted);
};
const save = (grip, width) => {
  clearTimeout(timer);
  const values = { column: grip.dataset.grip, ...(width === undefined ? {} : { width }) };
  const to = grip.closest("table").dataset.widths;
  timer = setTimeout(() => window.htmx.ajax("POST", to, { values, swap: "none" }), SAVED_AFTER_MS);
};
const saved = (grip) => save(grip, grip.getAttribute("aria-valuenow"));
const reset = (grip) => {
  set(grip, Number(grip.dataset.usual));
  save(grip);
};

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  grip.focus({ preventScroll: true });
  grip.setPointerCapture(event.pointerId);
  const [start, width] = [event.clientX, grip.closest("th").offsetWidth];
  let moved = false;
  const move = (at) => {
    moved = true;
    set(grip, width + at.clientX - start);
  };
  const end = () => {
    grip.removeEventListener("pointermove", move);
    if (moved) saved(grip);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("lostpointercapture", end, { once: true });
});
document.addEventListener("dblclick", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (grip) reset(grip);
});
document.addEventListener("keydown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in STEPS) set(grip, Number(grip.getAttribute("aria-valuenow")) + STEPS[event.key]);
  else if (event.key !== "Delete") return;
  event.preventDefault();
  if (event.key === "Delete") reset(grip);
  else saved(grip);
});
