// How long a text is, in bytes, as its limit is counted.
const show = (count, counted) => {
  const bytes = new TextEncoder().encode(counted.value.replace(/\r\n?/g, "\n")).length;
  const limit = Number(count.dataset.limit);
  const number = (value) => value.toLocaleString(document.documentElement.lang);
  count.textContent = count.dataset.text.replace("%n", number(bytes)).replace("%limit", number(limit));
  count.classList.toggle("is-over", bytes > limit);
};
for (const count of document.querySelectorAll("[data-counts]")) {
  const counted = document.getElementById(count.dataset.counts);
  counted.addEventListener("input", () => show(count, counted));
  show(count, counted);
}
