// The sidebar is folded and unfolded, and stays so.
import { remember } from "./cookie.js";

document.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-fold]");
  if (!fold) return;
  const { dataset } = document.documentElement;
  const narrow = dataset.sidebar !== "narrow";
  if (narrow) dataset.sidebar = "narrow";
  else delete dataset.sidebar;
  fold.ariaExpanded = String(!narrow);
  remember("sidebar", narrow ? "narrow" : "wide");
});
