// A <details data-menu> closes when something else is clicked or sent, and with Escape.
const close = (except) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
};
document.addEventListener("click", (event) => close(event.target));
document.addEventListener("submit", (event) => close(event.target));
document.addEventListener("keydown", (event) => event.key === "Escape" && close(null));
