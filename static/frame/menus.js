// A <details data-menu> closes when something else is clicked, sent or gets the focus, and with Escape. What had the focus in it
// would be gone: what opens the menu has it then.
const close = (except) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu === except || menu.contains(except)) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
};
document.addEventListener("click", (event) => close(event.target));
document.addEventListener("focusin", (event) => close(event.target));
document.addEventListener("submit", (event) => close(event.target));
document.addEventListener("keydown", (event) => event.key === "Escape" && close(null));
