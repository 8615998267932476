// What is typed into a form is kept in this browser until it is saved, so that a reload, a crash or an expired session
// costs nothing. Nothing of it reaches the library by itself.
import { SENT, attempt, fields, forget, others, own } from "./draft-store.js";
import { form } from "./inputs.js";

const PAUSE_MS = 400;
const ROOM_DAYS = 7;
let kept = "";
let waiting = 0;

// Whether all of the form is kept. Drafts that nobody came back for in a week make room for it; younger ones may be all
// that is left of somebody's work, so where that is not enough, the person is told.
export const keep = () => {
  if (form.dataset.dirty === undefined) return false;
  const now = fields();
  const text = JSON.stringify(now);
  if (text === kept) return true;
  const store = () => attempt(() => localStorage.setItem(own, JSON.stringify({ at: Date.now(), fields: now })) ?? true);
  let stored = store();
  const old = stored ? [] : others(ROOM_DAYS);
  while (!stored && old.length) {
    forget(old.shift());
    stored = store();
  }
  kept = stored ? text : "";
  document.getElementById("draft-full").hidden = Boolean(stored);
  return Boolean(stored);
};
const keepSoon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(keep, PAUSE_MS);
};

document.addEventListener("input", (event) => event.target.form === form && keepSoon());
document.addEventListener("change", (event) => event.target.form === form && keepSoon());
document.addEventListener("htmx:afterSettle", keepSoon);
window.addEventListener("pagehide", keep);
// What is sent is kept until a page says that it was saved (frame/saved.js), or is back in this form.
form.addEventListener("submit", () => {
  keep();
  attempt(() => sessionStorage.setItem(SENT, own));
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-discard]") || event.defaultPrevented) return;
  clearTimeout(waiting);
  forget(own);
});
