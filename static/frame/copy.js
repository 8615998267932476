// A button copies the code that it stands beside, or what its `data-copy` selects.
const SHOWN_MS = 1500;

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const source = copy.dataset.copy ? document.querySelector(copy.dataset.copy) : copy.closest(".code").querySelector("code");
  navigator.clipboard.writeText(source.textContent).then(() => {
    copy.classList.add("copied");
    setTimeout(() => copy.classList.remove("copied"), SHOWN_MS);
  });
});
