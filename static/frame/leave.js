// Leaving a form with unsaved changes asks first; the form's own submit does not.
let leaving = false;
document.addEventListener("submit", (event) => {
  leaving = (!event.defaultPrevented && event.target.matches("[data-confirm-leave]")) || leaving;
});
window.addEventListener("beforeunload", (event) => {
  if (!leaving && document.querySelector("[data-confirm-leave][data-dirty]")) event.preventDefault();
});
window.addEventListener("pageshow", () => {
  leaving = false;
});
