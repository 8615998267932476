// Messages go by themselves after a while, unless they are errors or somebody is reading them. What a page says when it
// comes is read out, too: live regions speak only of what changes in them.
const SHOWN_MS = 12000;
const READ_MS = 2000;
const SAID_AFTER_MS = 500;

const watch = () => {
  for (const toast of document.querySelectorAll(".toast-item:not([data-seen]):not(.toast-error)")) {
    toast.dataset.seen = "1";
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, READ_MS) : toast.remove());
    setTimeout(leave, SHOWN_MS);
  }
};
document.addEventListener("click", (event) => {
  const close = event.target.closest(".toast-close");
  if (close) close.closest(".toast-item").remove();
});
document.addEventListener("htmx:afterSettle", watch);
watch();

const said = [...document.querySelectorAll("#toasts .toast-text")].map((text) => text.textContent.trim()).join(" ");
if (said) setTimeout(() => (document.getElementById("said").textContent = said), SAID_AFTER_MS);
