// A link past what is before the content, and an address with a place in it, take the focus there, as most browsers do by
// themselves; Firefox only scrolls.
const lead = (hash) => {
  const place = document.getElementById(hash.slice(1));
  if (place) place.focus();
  return place !== null && place === document.activeElement;
};
document.addEventListener("click", (event) => {
  const link = event.target.closest(".skip");
  if (link && lead(link.hash)) event.preventDefault();
});
window.addEventListener("load", () => document.activeElement === document.body && lead(window.location.hash));
