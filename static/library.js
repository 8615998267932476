// The forms of library objects: what only the browser can say while one types. The forms work without this file.
(() => {
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
