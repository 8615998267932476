// Whether a key is a command of the page: not while one types or composes, not with another key, not under a dialog, and not for
// who has switched such keys off (WCAG 2.1.4). It does nothing by itself. A dialog that closes keeps the focus until the page is
// drawn again: nobody types in it any more.
export const isCommand = (event) =>
  !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing) &&
  document.documentElement.dataset.keys !== "off" &&
  document.querySelector("dialog[open]") === null &&
  event.target.closest(":is(input, textarea, select, [contenteditable=true]):not(dialog:not([open]) *)") === null;
