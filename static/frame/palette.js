// Find and act from anywhere: Ctrl+K (on a Mac Cmd+K), or a link that says data-palette, opens the palette. The focus stays in
// its input; arrows go through what was found, Enter chooses, Ctrl+Enter opens it in a new tab. The server renders what is found.
const dialog = document.getElementById("palette");
const input = document.getElementById("palette-q");
const answer = document.getElementById("palette-answer");
const failed = document.getElementById("palette-failed");
const MAC = /Mac|iP(hone|ad|od)/.test(navigator.platform);
// What the last request asked for; whether what is shown answers what is typed; and what Enter was pressed for before it did.
let asked = "";
let answered = false;
let awaited = null;

// The key may be pressed before htmx has taken up the page, and would ask for nothing: it does that as the page is there.
const begun = new Promise((begin) => {
  if (document.readyState === "complete") begin();
  else document.addEventListener("DOMContentLoaded", begin);
});

const options = () => [...answer.querySelectorAll("[role=option]")];
const chosen = () => answer.querySelector("[aria-selected=true]");
const choose = (option) => {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  input.setAttribute("aria-expanded", String(Boolean(option)));
  input.setAttribute("aria-activedescendant", option ? option.id : "");
  if (option) option.scrollIntoView({ block: "nearest" });
};
const open = () => {
  if (dialog.open) return dialog.close();
  input.value = "";
  answered = false;
  answer.replaceChildren();
  dialog.showModal();
  input.focus();
  begun.then(() => window.htmx.trigger(input, "open"));
};
const follow = (option, elsewhere) => {
  if (!option) return;
  if (elsewhere && option.href) window.open(option.href, "_blank", "noopener");
  else option.click();
  dialog.close();
};
const enter = (elsewhere) => {
  if (!failed.hidden) input.form.submit();
  else if (answered) follow(chosen(), elsewhere);
  else awaited = { elsewhere };
};

if (MAC) for (const key of document.querySelectorAll("[data-palette] kbd")) key.textContent = "⌘ K";
// A keyboard that writes Korean names the key by its letter there; then the place of the key says which one it is.
const isK = (event) => (/^[a-z]$/i.test(event.key) ? event.key.toLowerCase() === "k" : event.code === "KeyK");
document.addEventListener("keydown", (event) => {
  const held = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!held || event.altKey || event.shiftKey || event.isComposing || !isK(event)) return;
  event.preventDefault();
  if (!event.repeat) open();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-palette]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});

input.addEventListener("input", () => (answered = false));
input.addEventListener("keydown", (event) => {
  // What is being composed is not done: its Enter and its arrows are the keyboard's.
  if (event.isComposing || event.keyCode === 229) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const all = options();
    event.preventDefault();
    if (all.length) choose(all.at((all.indexOf(chosen()) + step) % all.length));
  } else if (event.key === "Enter") {
    event.preventDefault();
    enter(event.ctrlKey || event.metaKey);
  }
});
answer.addEventListener("pointermove", (event) => {
  const option = event.target.closest("[role=option]");
  if (option && option !== chosen()) choose(option);
});
answer.addEventListener("click", (event) => event.target.closest("[role=option]") && dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("close", () => (awaited = null));

input.addEventListener("htmx:beforeRequest", () => {
  asked = input.value;
  failed.hidden = true;
});
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  input.addEventListener(name, () => {
    failed.hidden = false;
    answer.replaceChildren();
    choose(null);
  });
}
answer.addEventListener("htmx:afterSwap", () => {
  // An answer may come while the next letter is typed.
  answered = asked === input.value;
  choose(options()[0]);
  const said = answer.querySelector("[data-said], .found-none");
  document.getElementById("palette-said").textContent = said ? said.dataset.said || said.textContent : "";
  // Nobody has seen yet what Enter was pressed for: a page is opened, but nothing is changed.
  if (!answered) return;
  if (awaited && chosen() && chosen().href) follow(chosen(), awaited.elsewhere);
  awaited = null;
});
