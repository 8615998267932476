// How changes are shown (words, side by side, patch, curl): one choice for every change on every page.
const VIEW = "offers.view";

const show = () => {
  for (const changes of document.querySelectorAll(".changes")) {
    const chosen = sessionStorage.getItem(VIEW) || "words";
    const buttons = [...changes.querySelectorAll("[data-view]")];
    const shown = buttons.some((button) => button.dataset.view === chosen) ? chosen : "words";
    changes.dataset.shown = shown;
    for (const folded of changes.querySelectorAll("details.view")) folded.open = folded.matches(`.view-${shown}`);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === shown));
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
