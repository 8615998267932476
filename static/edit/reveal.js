// What is folded, behind another language or closed comes into sight. For the behaviours beside this file.
export const fold = (row, folded) => {
  row.classList.toggle("is-folded", folded);
  row.querySelector("[data-fold-card]").setAttribute("aria-expanded", String(!folded));
};
/** What is said to be wrong in a part of the form. */
export const problemsIn = (place) => [...place.querySelectorAll("p.problem")].filter((one) => one.textContent !== "");
/** A content before the others of its representation. */
export const bringForward = (content) => {
  const row = content.closest("[data-row]");
  for (const one of row.querySelectorAll("[data-component]")) {
    const tab = document.getElementById(one.getAttribute("aria-labelledby"));
    one.classList.toggle("is-behind", one !== content);
    tab.setAttribute("aria-selected", String(one === content));
    tab.tabIndex = one === content ? 0 : -1;
  }
};
/** All that hides an element of the form. */
export const reveal = (element) => {
  if (element.checkVisibility({ visibilityProperty: true })) return;
  const row = element.closest(".is-folded");
  if (row && !element.closest(".card-row-head > .row-buttons")) fold(row, false);
  const content = element.closest(".is-behind");
  if (content) bringForward(content);
  const closed = element.closest("details:not([open])");
  if (closed) closed.open = true;
};
