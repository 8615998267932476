// A swap that takes away what had the focus gives it to what came instead: to the same link, where there is one.
let had = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  had = event.detail.target.contains(document.activeElement) ? document.activeElement : null;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!had || document.activeElement !== document.body || event.target === document.body) return;
  // All that an answer brings settles by itself, what it puts elsewhere, too.
  const { target } = event.detail;
  const came = (target.isConnected ? target : document.getElementById(target.id)) || event.target;
  const href = had.getAttribute("href");
  had = null;
  const link = href && came.querySelector(`a[href="${CSS.escape(href)}"]`);
  if (!link && !came.hasAttribute("tabindex")) came.setAttribute("tabindex", "-1");
  (link || came).focus({ preventScroll: true });
});
