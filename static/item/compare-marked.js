// Two versions that are marked in the timeline are compared.
document.addEventListener("change", (event) => {
  if (event.target.name !== "mark") return;
  const marked = [...document.querySelectorAll("input[name=mark]:checked")];
  if (marked.length < 2) return;
  const etags = marked.map((box) => Number(box.value)).sort((a, b) => a - b);
  location.href = `${marked[0].dataset.compare}?from=${etags[0]}&to=${etags[etags.length - 1]}`;
});
