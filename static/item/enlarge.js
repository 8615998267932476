// A content is enlarged over its page, as wide as one chooses: a sandboxed frame as in the page, with nothing of it left afterwards.
const WIDE = { phone: "390", mail: "640" };
const dialog = document.getElementById("enlarged");
const room = document.getElementById("enlarged-room");

const widen = (wide) => {
  room.dataset.wide = wide;
  for (const button of dialog.querySelectorAll("[data-wide][aria-pressed]"))
    button.setAttribute("aria-pressed", button.dataset.wide === wide);
};
const enlarge = (link) => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "");
  frame.referrerPolicy = "no-referrer";
  frame.title = link.dataset.title;
  frame.src = link.href;
  room.replaceChildren(frame);
  document.getElementById("enlarged-title").textContent = link.dataset.title;
  widen(WIDE[link.dataset.enlarge] || "");
  dialog.showModal();
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-enlarge]");
  // In a tab of its own, as its address says, where that is asked for.
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  enlarge(link);
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  if (event.target.matches("[data-wide][aria-pressed]")) widen(event.target.dataset.wide);
});
dialog.addEventListener("close", () => room.replaceChildren());
