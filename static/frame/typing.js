// Whether a key is a command of the page: not while one types, and not with another key. It does nothing by itself.
export const isCommand = (event) =>
  !(event.ctrlKey || event.metaKey || event.altKey) &&
  event.target.closest("input, textarea, select, [contenteditable=true]") === null;
