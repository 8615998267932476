// Lists by keyboard: arrows (or j and k) move from row to row, Enter opens the link that has the focus, e edits, x selects.
(() => {
  const links = () => [...document.querySelectorAll("[data-rows] .item-name")];
  const go = (link) => {
    link.focus({ preventScroll: true });
    link.closest("tr").scrollIntoView({ block: "nearest" });
  };
  // However often typing pauses, it is one search: its first answer makes an entry in the browser's history, the others take
  // that entry's place, until the focus leaves the field. What answers at the same address makes none.
  let searching = false;
  const settled = () => {
    searching = false;
  };
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
    const { history: step, requestConfig } = event.detail;
    const typed = requestConfig.triggeringEvent !== undefined && requestConfig.triggeringEvent.type === "input";
    if ((typed && searching) || step.path === location.pathname + location.search) step.type = "replace";
    searching = typed;
  });
  document.addEventListener("focusout", (event) => event.target.matches("#q") && settled());
  // An answer that is still under way belongs to the page that Back left: leaving the field asks once more, and what came
  // after Back would lead there again.
  let asked;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches(".filters")) asked = event.detail.xhr;
  });
  window.addEventListener("popstate", () => {
    settled();
    if (asked) asked.abort();
  });

  const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    const search = event.target.matches("#q");
    const inRow = event.target.closest("[data-rows] tbody tr");
    const elsewhere = !inRow && event.target !== document.body && event.target.id !== "main";
    // From the search, Down goes to what was found; a text that is being typed is left alone.
    if (search ? event.key !== "ArrowDown" : elsewhere) return;
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
    } else if (inRow && event.key === "e") {
      const edit = inRow.querySelector("[data-edit]");
      if (edit) edit.click();
    }
  });
})();
