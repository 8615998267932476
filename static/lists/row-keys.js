// Lists by keyboard: arrows (or j and k) move from row to row, Enter opens the link that has the focus, e edits, x selects, b goes to
// what can be done with the selected ones.
const links = () => [...document.querySelectorAll("[data-rows] .item-name")];
const go = (link) => {
  link.focus({ preventScroll: true });
  link.closest("tr").scrollIntoView({ block: "nearest" });
};

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
  if (event.key.length === 1 && document.documentElement.dataset.keys === "off") return;
  const search = event.target.matches("#q");
  const inRow = event.target.closest("[data-rows] tbody tr");
  const elsewhere = !inRow && event.target !== document.body && event.target.id !== "main";
  // From the search, Down goes to what was found; a text that is being typed is left alone, also in the form in a cell.
  if (search ? event.key !== "ArrowDown" : elsewhere || event.target.closest("#in-place")) return;
  const all = links();
  const at = all.findIndex((link) => inRow && inRow.contains(link));
  if (event.key in STEPS) {
    const to = all[at < 0 ? 0 : at + STEPS[event.key]];
    if (to) go(to);
    else if (at === 0) document.getElementById("q").focus();
    if (all.length) event.preventDefault();
  } else if (inRow && event.key === "x") {
    const box = inRow.querySelector("input[name=id]");
    if (box) box.click();
  } else if (inRow && event.key === "b") {
    document.querySelector("#bulk .bulk-do button")?.focus();
  } else if (inRow && event.key === "e") {
    const edit = inRow.querySelector("[data-edit]");
    if (edit) edit.click();
  }
});
