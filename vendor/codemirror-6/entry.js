// What static/edit/code-*.js use of CodeMirror. HTML and JSON by their grammars alone: what "lang-html" adds (scripts and
// styles inside of HTML, each with a grammar) is a third more to load, and no content may have a script.
import { LRLanguage } from "@codemirror/language";
import { parser as htmlParser } from "@lezer/html";
import { parser as jsonParser } from "@lezer/json";

export { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
export { Annotation, Compartment, EditorState, StateField } from "@codemirror/state";
export { Decoration, EditorView, keymap } from "@codemirror/view";
export { tags } from "@lezer/highlight";

const define = (name, parser, brackets) =>
  LRLanguage.define({ name, parser, languageData: { closeBrackets: { brackets } } });
// No quotation marks in HTML, which is mostly text: they are apostrophes there.
export const languages = { html: define("html", htmlParser, ["{"]), json: define("json", jsonParser, ["{", "[", '"']) };
