// Two versions that are marked in the timeline are compared. On phones the boxes to mark them come with Compare.
const phone = matchMedia("(max-width: 767.98px)");
const list = document.querySelector(".timeline");

document.addEventListener("click", (event) => {
  if (!phone.matches || !event.target.closest("[data-pick]") || list.classList.contains("is-picking")) return;
  event.preventDefault();
  list.classList.add("is-picking");
  const said = document.querySelector("[data-pick-said]");
  said.textContent = said.dataset.pickSaid;
});
document.addEventListener("change", (event) => {
  if (event.target.name !== "mark") return;
  const marked = [...document.querySelectorAll("input[name=mark]:checked")];
  if (marked.length < 2) return;
  const etags = marked.map((box) => Number(box.value)).sort((a, b) => a - b);
  location.href = `${marked[0].dataset.compare}?from=${etags[0]}&to=${etags[etags.length - 1]}`;
});
