// What an answer says again is left as it stands: a changed live region is read out, also where it says the same.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.matches("[role=status]") && target.textContent === fragment.textContent) event.detail.shouldSwap = false;
});
