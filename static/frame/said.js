// What htmx puts in says what it is in a region that was there before: readers do not hear a live region that comes with its text.
// What comes again and again says what has the same `data-say` once.
const SAID_AFTER_MS = 100;

const region = document.getElementById("said");
let before = "";
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const parts = target.querySelectorAll("[data-say], .empty-state h2");
  const part = [...parts].find((one) => one.textContent.trim());
  if (!part || (part.dataset.say && part.dataset.say === before)) return;
  before = part.dataset.say;
  const text = part.textContent.trim().replace(/\s+/g, " ");
  region.textContent = "";
  setTimeout(() => (region.textContent = text), SAID_AFTER_MS);
});
