// Beside each field, who changed it last: shown while the pointer or the focus is on it, or by a tap. Asked for once, when first wanted.
const marks = [...document.querySelectorAll("a.who-mark")];
const holder = document.querySelector("[data-who-from]");
const LEAVE_MS = 200;
let asked;
let open;
let leaving;

const load = async () => {
  const address = new URL(holder.dataset.whoFrom, location.href);
  for (const mark of marks) address.searchParams.append("of", mark.dataset.who);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const found = document.createElement("template");
  found.innerHTML = await answer.text();
  [...found.content.querySelectorAll(".who-card")].forEach((card, number) => {
    card.id = `who-${number}`;
    card.popover = "manual";
    marks[number].after(card);
    marks[number].setAttribute("aria-describedby", card.id);
    card.addEventListener("pointerenter", () => clearTimeout(leaving));
    card.addEventListener("pointerleave", hideSoon);
    card.addEventListener("focusout", hideSoon);
    card.addEventListener("focusin", () => clearTimeout(leaving));
  });
};
const hide = () => {
  clearTimeout(leaving);
  if (open) open.hidePopover();
  open = undefined;
};
const hideSoon = () => {
  clearTimeout(leaving);
  leaving = setTimeout(hide, LEAVE_MS);
};
const place = (card, mark) => {
  const at = mark.getBoundingClientRect();
  // From the edge, where it is as wide as it can be.
  card.style.left = "0";
  const { width, height } = card.getBoundingClientRect();
  const below = at.bottom + 4 + height <= innerHeight || at.top < height;
  card.style.left = `${Math.max(8, Math.min(at.left, document.body.clientWidth - width - 8))}px`;
  card.style.top = `${below ? at.bottom + 4 : at.top - 4 - height}px`;
};
const show = async (mark, wanted) => {
  clearTimeout(leaving);
  asked ??= load();
  try {
    await asked;
  } catch {
    // The link still leads to the page that says it.
    asked = undefined;
    return;
  }
  const card = document.getElementById(mark.getAttribute("aria-describedby"));
  if (!card || card === open || !wanted()) return;
  hide();
  card.showPopover();
  place(card, mark);
  open = card;
};

for (const mark of marks) {
  const field = mark.parentElement;
  field.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") show(mark, () => field.matches(":hover"));
  });
  field.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideSoon());
  mark.addEventListener("focus", () => show(mark, () => document.activeElement === mark));
  mark.addEventListener("blur", hideSoon);
  mark.addEventListener("click", (event) => {
    // A finger has nothing to hover with: its first tap shows, and what is shown has the links.
    if (event.pointerType !== "touch") return;
    event.preventDefault();
    show(mark, () => true);
  });
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", () => open && place(open, open.previousElementSibling), { passive: true });
document.addEventListener("pointerdown", (event) => open && !open.contains(event.target) && hideSoon());
