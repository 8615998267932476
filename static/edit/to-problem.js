// A link to what is wrong leads to its input, also where that is folded away; after a refused save the list has the focus.
import { reveal } from "./reveal.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-problem]");
  const place = link && document.getElementById(link.hash.slice(1));
  if (!place) return;
  event.preventDefault();
  reveal(place);
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
});
const refused = document.getElementById("refused");
if (refused) refused.focus();
