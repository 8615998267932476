// Template expressions, `{{ … }}` and `{% … %}`. For the behaviours beside this file; what is wrong with one, the server says.
const CLOSED_BY = { "{{": "}}", "{%": "%}" };
/** Where the template expressions of a text are, as [from, to]; one pass. */
export const expressions = (text) => {
  const found = [];
  const open = new Set(); // signs that nothing closes are not looked for again
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at)) {
    const sign = text.slice(at, at + 2);
    const closing = CLOSED_BY[sign];
    const end = closing && !open.has(sign) ? text.indexOf(closing, at + 2) : -1;
    if (closing && end < 0) open.add(sign);
    if (end >= 0) found.push([at, end + 2]);
    at = end >= 0 ? end + 2 : at + 1;
  }
  return found;
};

/** The lines of a text, each as its parts: every second part is (a piece of) an expression. */
export const linesOf = (text) => {
  const found = expressions(text);
  let next = 0;
  let start = 0;
  return text.split("\n").map((line) => {
    const end = start + line.length;
    const parts = [];
    let from = start;
    for (; next < found.length && found[next][0] < end; next += 1) {
      const [opens, closes] = found[next];
      const marked = Math.max(opens, from);
      parts.push(text.slice(from, marked));
      from = Math.min(closes, end);
      parts.push(text.slice(marked, from));
      if (closes > end) break;
    }
    parts.push(text.slice(from, end));
    start = end + 1;
    return parts;
  });
};
