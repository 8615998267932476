// A swap that takes away what had the focus gives it to what came instead.
let hadFocus = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  hadFocus = event.detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!hadFocus || document.activeElement !== document.body || event.target === document.body) return;
  hadFocus = false;
  if (!event.target.hasAttribute("tabindex")) event.target.setAttribute("tabindex", "-1");
  event.target.focus({ preventScroll: true });
});
