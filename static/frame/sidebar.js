// The sidebar is folded and unfolded, and stays so.
import { remember } from "./cookie.js";

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-fold]")) return;
  const { dataset } = document.documentElement;
  const narrow = dataset.sidebar !== "narrow";
  if (narrow) dataset.sidebar = "narrow";
  else delete dataset.sidebar;
  remember("sidebar", narrow ? "narrow" : "wide");
});
