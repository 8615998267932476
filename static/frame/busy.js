// The button that was pressed shows at once that something is under way.
const rest = () => {
  for (const busy of document.querySelectorAll(".busy")) busy.classList.remove("busy");
};
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.matches(".btn") && !event.defaultPrevented) button.classList.add("busy");
});
document.addEventListener("htmx:afterRequest", rest);
window.addEventListener("pageshow", rest);
