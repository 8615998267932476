// The keyboard goes on where it was. What leads to the same page again (an order, a chip, the next page) says in
// `data-then` what gets the focus there: the first of these selectors that finds something.
const THEN = "offers.then";

const leave = (event) => {
  const said = event.target.closest("[data-then]");
  if (said && !event.defaultPrevented) sessionStorage.setItem(THEN, JSON.stringify([location.pathname, said.dataset.then]));
};
document.addEventListener("click", (event) => event.target.closest("a[data-then]") && leave(event));
document.addEventListener("submit", leave);

const [path, selectors] = JSON.parse(sessionStorage.getItem(THEN) || "[]");
sessionStorage.removeItem(THEN);
if (path === location.pathname) {
  const found = selectors.split(",").map((one) => document.querySelector(one)).find((one) => one);
  if (found) found.focus();
}
