// A content that is HTML or JSON gets an editor when it comes into view; its text area stays what the form sends. The editor's
// library is loaded by the first of them. Without it, the text area is typed into.
import { editorFor } from "./code-view.js";
import { composing } from "./composing.js";
import { form } from "./inputs.js";

const { dataset, nonce } = document.querySelector("script[data-attributes]");
const LONGEST = 20_000; // a line; the editor breaks each anew as it is typed
const CODE = ["html", "json"];
const editors = new WeakMap(); // by the text area
let loading = null;
let names = null;

const library = () => (loading ??= import("../vendor/codemirror-6/codemirror.js"));
/** The attributes that the library's contents and rules ask for. */
const attributes = () =>
  (names ??= fetch(dataset.attributes)
    .then((answer) => (answer.ok ? answer.json() : { names: [] }))
    .then((found) => found.names)
    .catch(() => []));
const typeOf = (area) => area.closest("[data-component]").dataset.type;
const isCode = (area) => CODE.includes(typeOf(area)) && area.value.split("\n").every((line) => line.length < LONGEST);
const areas = () => [...form.querySelectorAll(".component-text textarea")];

const start = async (area) => {
  const parts = await library().catch(() => null);
  if (!parts || editors.has(area) || !area.isConnected || !isCode(area)) return;
  // Letters that are being composed would be lost.
  if (area === composing) area.addEventListener("compositionend", () => start(area), { once: true });
  else editors.set(area, editorFor(parts, area, { type: typeOf(area), nonce, attributes }));
};
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) start(target);
});
const look = () => {
  for (const area of areas()) {
    const editor = editors.get(area);
    if (!editor && isCode(area)) seen.observe(area);
    if (!editor) continue;
    seen.unobserve(area);
    if (CODE.includes(typeOf(area))) editor.follow(typeOf(area));
    else {
      editor.stop();
      editors.delete(area);
    }
  }
};
form.addEventListener("input", look);
document.addEventListener("rows", look);
window.addEventListener("pageshow", look);
look();
