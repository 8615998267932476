// What an answer says again is left as it stands: a changed live region is read out, also where it says the same.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.matches("[role=status]") && target.textContent === fragment.textContent) event.detail.shouldSwap = false;
});

// The same for the whole answer: leaving a field asks once more, and a click or the focus in the panel would be lost with it.
// Rows that came meanwhile lack what is said at their inputs.
let last = null;
document.addEventListener("rows", () => (last = null));
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, serverResponse: answer } = event.detail;
  if (target.id !== "preview") return;
  if (answer === last) {
    event.detail.shouldSwap = false;
    target.dispatchEvent(new Event("said-again", { bubbles: true }));
  }
  last = answer;
});
