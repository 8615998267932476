// A file that was asked for: the page says how far it has come. The link stays a link.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (link) document.getElementById(link.dataset.file)?.dispatchEvent(new Event("begun"));
});
