// How changes are shown (words, side by side, patch, curl): one choice for every change on every page.
const VIEW = "offers.view";

const show = () => {
  const chosen = sessionStorage.getItem(VIEW) || "words";
  for (const changes of document.querySelectorAll(".changes")) {
    const shown = changes.querySelector(`.view-${chosen}`) ? chosen : "words";
    changes.dataset.shown = shown;
    for (const folded of changes.querySelectorAll("details.view")) folded.open = folded.matches(`.view-${shown}`);
  }
  // The choice stands in what it governs, or once above all of them.
  for (const views of document.querySelectorAll(".views:has([data-view])")) {
    const offered = [...views.querySelectorAll("[data-view]")];
    const shown = offered.some((button) => button.dataset.view === chosen) ? chosen : "words";
    for (const button of offered) button.setAttribute("aria-pressed", String(button.dataset.view === shown));
  }
};
document.addEventListener("click", (event) => {
  const view = event.target.closest("[data-view]");
  if (!view) return;
  sessionStorage.setItem(VIEW, view.dataset.view);
  show();
});
document.addEventListener("htmx:afterSettle", show);
show();
