// Rows of the edit form: dragged by their handle, with mouse or finger, and followed where their buttons move them.
// A drop is one row operation of the server, like a button's; without this file there are the buttons.
(() => {
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

  // The rows come back from the server as new ones: the focus goes to where the row went, and its place is said. Where one
  // was removed, it goes to the next one's button, to the one's before it, or to the button that adds one.
  let moved = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=action]");
    const [, way, list, index] = (button && /^(up|down|remove):(.+)\/([0-9]+)$/.exec(button.value)) || [];
    const step = { up: -1, down: 1, remove: 0 }[way];
    moved = way ? { way, list, index: Number(index) + step } : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!moved || !event.detail.target || !event.detail.target.matches(".edit-section")) return;
    const { way, list, index } = moved;
    moved = null;
    const button = (name) => document.querySelector(`button[name=action][value="${name}:${list}/${index}"]`);
    const named = (value) => document.querySelector(`button[name=action][value="${value}"]`);
    const places =
      way === "remove"
        ? [button(way), named(`remove:${list}/${index - 1}`), named(`add:${list}`)]
        : [button(way), button(way === "up" ? "down" : "up")];
    const found = places.find((one) => one && !one.disabled);
    if (found) found.focus();
    if (way === "remove") return; // the toast says so
    const said = document.getElementById("row-moved");
    const count = document.querySelectorAll(`button[name=action][value^="up:${list}/"]`);
    const all = [...count].filter((one) => /^\/[0-9]+$/.test(one.value.slice(`up:${list}`.length))).length;
    said.textContent = said.dataset.text.replace("%n", index + 1).replace("%m", all);
  });
})();
