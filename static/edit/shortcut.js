// Ctrl+S (on a Mac Cmd+S) saves: the edit form, and the conflict page once everything is decided.
// A keyboard that writes Korean names the key by its letter there; then the place of the key says which one it is.
const isS = (event) => (/^[a-z]$/i.test(event.key) ? event.key.toLowerCase() === "s" : event.code === "KeyS");
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !isS(event)) return;
  event.preventDefault();
  const save = document.getElementById("save");
  // What is under way is not sent once more: the second answer would say that nothing was changed.
  const isSent = save?.classList.contains("busy");
  if (save && !save.disabled && !isSent && !event.repeat) save.click();
});
