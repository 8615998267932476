// However often typing pauses, it is one search: its first answer makes an entry in the browser's history, the others take
// that entry's place, until the focus leaves the field. What answers at the same address makes none.
let searching = false;
const settled = () => {
  searching = false;
};
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const { history: step, requestConfig } = event.detail;
  const typed = requestConfig.triggeringEvent !== undefined && requestConfig.triggeringEvent.type === "input";
  if ((typed && searching) || step.path === location.pathname + location.search) step.type = "replace";
  searching = typed;
});
document.addEventListener("focusout", (event) => event.target.matches("#q") && settled());
// An answer that is still under way belongs to the page that Back left: leaving the field asks once more, and what came
// after Back would lead there again.
let asked;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches(".filters")) asked = event.detail.xhr;
});
window.addEventListener("popstate", () => {
  settled();
  if (asked) asked.abort();
});
