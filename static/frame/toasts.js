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
// Where the keyboard was before it came to the messages: there it goes on after the last one is closed.
let before = null;
document.addEventListener("focusout", ({ target }) => {
  if (!target.closest("#toasts")) before = target;
});
document.addEventListener("click", (event) => {
  const close = event.target.closest(".toast-close");
  if (!close) return;
  const item = close.closest(".toast-item");
  const had = item.contains(document.activeElement);
  const next = item.nextElementSibling || item.previousElementSibling;
  item.remove();
  if (!had) return;
  const to = (next && next.querySelector(".toast-close")) || (before && before.isConnected && before) || document.getElementById("main");
  to.focus({ preventScroll: event.detail > 0 });
});
document.addEventListener("htmx:afterSettle", watch);
watch();

const said = [...document.querySelectorAll("#toasts .toast-text")].map((text) => text.textContent.trim()).join(" ");
if (said) setTimeout(() => (document.getElementById("said").textContent = said), SAID_AFTER_MS);
