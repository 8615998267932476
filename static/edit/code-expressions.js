// In the code editor: template expressions stand out, and what they may ask for is offered as one types. For code-view.js.
import { expressions } from "./expressions.js";

export const marks = ({ Decoration, EditorView, StateField }) => {
  const mark = Decoration.mark({ class: "code-expression" });
  const made = (doc) => Decoration.set(expressions(doc.toString()).map(([from, to]) => mark.range(from, to)));
  return StateField.define({
    create: (state) => made(state.doc),
    update: (now, { docChanged, state }) => (docChanged ? made(state.doc) : now),
    provide: (field) => EditorView.decorations.from(field),
  });
};

/** Names of attributes after `{{`; one that is chosen is closed by `}}`, if it is not yet. */
export const completion = (attributes) => async (context) => {
  if (!context.matchBefore(/\{\{[^{}]*$/)) return null;
  const word = context.matchBefore(/[\w.]*/);
  const apply = (view, { label }, from, to) => {
    const isClosed = /^\s*\}\}/.test(view.state.sliceDoc(to, to + 20));
    const insert = isClosed ? label : `${label}}}`;
    const anchor = from + insert.length;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor }, userEvent: "input.complete" });
  };
  const options = (await attributes()).map((label) => ({ label, apply }));
  return { from: word.from, options, validFor: /^[\w.]*$/ };
};
