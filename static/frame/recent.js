// Which items were open last, by their ids, for the palette: a list for each person and sandbox, in this browser alone.
const MOST = 8;
const field = document.querySelector("[data-recent]");
const key = `recent:${field.dataset.recent}`;
try {
  const known = JSON.parse(localStorage.getItem(key)) || [];
  const { item } = field.dataset;
  const recent = item ? [item, ...known.filter((id) => id !== item)].slice(0, MOST) : known;
  if (item) localStorage.setItem(key, JSON.stringify(recent));
  field.value = recent.join(",");
} catch {
  // No storage, or something else in it: then nothing is remembered.
}
