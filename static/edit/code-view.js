// An editor over a text area, which says what the editor says and hears of it as if it were typed into. For code.js.
import { completion, marks } from "./code-expressions.js";
import { colours, look } from "./code-look.js";

/** What the text area is called and described by, so that the editor is, too; out of the page it has no label any more. */
const named = (area) => {
  const label = area.labels[0];
  return () => ({
    "aria-label": label.textContent.trim(),
    "aria-describedby": area.getAttribute("aria-describedby"),
    "aria-invalid": area.getAttribute("aria-invalid") || "false",
    spellcheck: "false",
  });
};
// What is typed over something that is chosen: Chromium would give it the look of that by an inline style, which our policy
// forbids.
const typeOver = ({ EditorView }) =>
  EditorView.domEventHandlers({
    beforeinput(event, view) {
      if (event.inputType !== "insertText" || !event.data || view.state.selection.main.empty) return false;
      view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
      event.preventDefault();
      return true;
    },
  });
const extensions = (parts, area, { nonce, attributes }) => [
  parts.EditorView.cspNonce.of(nonce),
  parts.EditorView.lineWrapping,
  parts.EditorView.contentAttributes.of(named(area)),
  parts.history(),
  parts.closeBrackets(),
  parts.bracketMatching(),
  parts.syntaxHighlighting(colours(parts)),
  parts.autocompletion({ override: [completion(attributes)], icons: false }),
  // Tab goes on to the next field, as everywhere.
  parts.keymap.of([
    ...parts.closeBracketsKeymap,
    ...parts.completionKeymap,
    ...parts.historyKeymap,
    ...parts.defaultKeymap,
  ]),
  typeOver(parts),
  marks(parts),
  look(parts),
];

const views = new WeakMap(); // by the text area

/** Where in a text one types, be it in its input or in an editor over it. Dates and choices have no such place. */
export const selectionIn = (input) => {
  const view = views.get(input);
  if (!view) return [input.selectionStart, input.selectionEnd];
  const { from, to } = view.state.selection.main;
  return [from, to];
};

export const editorFor = (parts, area, options) => {
  const { Annotation, Compartment, EditorState, EditorView, languages } = parts;
  const told = Annotation.define(); // by the text area
  const language = new Compartment();
  const field = area.closest(".edit-field");
  const hadFocus = area === document.activeElement;
  const tell = EditorView.updateListener.of(({ docChanged, state, transactions }) => {
    if (!docChanged || transactions.some((one) => one.annotation(told))) return;
    area.value = state.doc.toString();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const place = document.createElement("div");
  place.className = "code-place";
  (area.closest(".code-box") || area).after(place);
  const selection = { anchor: area.selectionStart, head: area.selectionEnd };
  const doc = area.value;
  const all = [...extensions(parts, area, options), language.of(languages[options.type]), tell];
  const view = new EditorView({ state: EditorState.create({ doc, selection, extensions: all }), parent: place });
  views.set(area, view);
  field.classList.add("has-code");
  area.tabIndex = -1;
  area.setAttribute("aria-hidden", "true");

  const hear = () => {
    const { doc: now } = view.state;
    if (now.length === area.value.length && now.toString() === area.value) return;
    view.dispatch({ changes: { from: 0, to: now.length, insert: area.value }, annotations: told.of(true) });
  };
  // A label, a link to what is wrong and scripts lead to the text area. What they chose all of, is chosen.
  const pass = () => {
    const isAll = area.selectionStart === 0 && area.selectionEnd === area.value.length;
    if (isAll) view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
    view.focus();
  };
  const attributes = new MutationObserver(() => view.dispatch({}));
  attributes.observe(area, { attributeFilter: ["aria-invalid"] });
  area.addEventListener("input", hear);
  area.addEventListener("focus", pass);
  if (hadFocus) view.focus();
  return {
    /** The text area's text and type may be others now. */
    follow(type) {
      hear();
      const now = languages[type];
      if (language.get(view.state) !== now) view.dispatch({ effects: language.reconfigure(now) });
    },
    stop() {
      attributes.disconnect();
      area.removeEventListener("input", hear);
      area.removeEventListener("focus", pass);
      view.destroy();
      views.delete(area);
      place.remove();
      field.classList.remove("has-code");
      area.removeAttribute("tabindex");
      area.removeAttribute("aria-hidden");
    },
  };
};
