// The button that prints the page: it is there where scripts run. What is folded is printed, too.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll(".taken-source")) folded.open = true;
});
