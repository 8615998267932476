// A form was saved: the draft that was kept of it, in case it would not be (edit/keep-draft.js), is not needed any more.
if (document.querySelector("[data-saved]")) {
  try {
    localStorage.removeItem(sessionStorage.getItem("draft.sent"));
    sessionStorage.removeItem("draft.sent");
  } catch {
    // No storage, no draft.
  }
}
