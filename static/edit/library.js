// The forms of library objects: what only the browser can do while one types. The forms work without this file.
(() => {
  // What was ticked while a search was under way is not in its answer: then it is asked again.
  const ticked = (picker) => [...picker.querySelectorAll("[type=checkbox]:checked")].map((box) => box.value);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const picker = event.detail.target;
    const request = event.detail.requestConfig;
    if (!picker || !picker.matches(".picker") || !request) return;
    const name = request.elt.name.replace(/^find:/, "");
    const asked = request.formData.getAll(name).filter(Boolean);
    if (asked.join("\n") === ticked(picker).join("\n")) return;
    event.detail.shouldSwap = false;
    window.htmx.trigger(request.elt, "again");
  });

  // How long the condition is, in bytes, as its limit is counted.
  const count = document.querySelector("[data-counts]");
  const counted = count && document.getElementById(count.dataset.counts);
  if (!counted) return;
  const show = () => {
    const bytes = new TextEncoder().encode(counted.value.replace(/\r\n?/g, "\n")).length;
    const limit = Number(count.dataset.limit);
    const number = (value) => value.toLocaleString(document.documentElement.lang);
    count.textContent = count.dataset.text.replace("%n", number(bytes)).replace("%limit", number(limit));
    count.classList.toggle("is-over", bytes > limit);
  };
  counted.addEventListener("input", show);
  show();
})();
