// How the code editor looks: as the other inputs, in both themes. For code-view.js.
export const look = ({ EditorView }) =>
  EditorView.theme({
    "&": { fontSize: "12.5px", background: "var(--tblr-bg-forms)", borderRadius: "var(--tblr-border-radius)" },
    "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
    ".cm-scroller": { fontFamily: "var(--tblr-font-monospace)", lineHeight: "1.55", maxHeight: "60vh", minHeight: "var(--least, 132px)" },
    ".cm-content": { padding: "6px 0", caretColor: "var(--text)" },
    ".cm-line": { padding: "0 10px" },
    "&.cm-focused .cm-matchingBracket": { background: "var(--accent-tint)" },
    ".cm-tooltip": { border: "1px solid var(--line)", background: "var(--raised)", boxShadow: "var(--shadow)" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--tblr-font-monospace)", maxHeight: "240px" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "4px 10px" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
      color: "var(--text)",
      background: "var(--accent-tint)",
    },
  });
export const colours = ({ HighlightStyle, tags }) =>
  HighlightStyle.define([
    { tag: [tags.tagName, tags.angleBracket, tags.propertyName], color: "var(--code-name)" },
    { tag: [tags.attributeName, tags.number, tags.bool, tags.null], color: "var(--code-more)" },
    { tag: [tags.attributeValue, tags.string], color: "var(--code-text)" },
    { tag: tags.comment, color: "var(--muted)" },
  ]);
