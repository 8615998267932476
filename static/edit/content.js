// The content editor: template expressions stand out, one that is never closed is named, and JSON is checked while one
// types. All of it is advice; what may be saved is the server's to say. The form works without this file.
(() => {
  const words = document.getElementById("content-words");
  if (!words) return;

  // Where the expressions are, as [from, to], and the sign of the first that is never closed. One pass: a sign that is
  // closed nowhere is not looked for again.
  const CLOSED_BY = { "{{": "}}", "{%": "%}" };
  const expressions = (text) => {
    const found = [];
    const open = new Set();
    for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at)) {
      const sign = text.slice(at, at + 2);
      const closing = CLOSED_BY[sign];
      const end = closing && !open.has(sign) ? text.indexOf(closing, at + 2) : -1;
      if (closing && end < 0) open.add(sign);
      if (end >= 0) found.push([at, end + 2]);
      at = end >= 0 ? end + 2 : at + 1;
    }
    return { found, open: [...open][0] || "" };
  };

  // The lines of a text, each as its parts: every second part is (a piece of) an expression.
  const linesOf = (text) => {
    const { found } = expressions(text);
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
  const rowOf = (parts) => {
    const row = document.createElement("div");
    parts.forEach((part, index) => {
      if (index % 2 === 0 || part === "") return row.append(part);
      const mark = document.createElement("mark");
      mark.textContent = part;
      return row.append(mark);
    });
    row.append("\n"); // an empty line is as high as the others
    return row;
  };

  // Behind each text lies a layer with the same text, invisible but for the marks: a text area cannot mark its own. A key
  // changes few lines, so only those are made anew: laying out all of a long text takes seconds where it has many emoji.
  // A line of many thousand characters is laid out as a whole by every key, so a text with such a line has no marks.
  const LONGEST = 4000;
  const MOST = 5000;
  const painter = (layer) => {
    let keys = [];
    let rows = [];
    return (text) => {
      const split = linesOf(text);
      const fits = split.length <= MOST && split.every((parts) => parts.reduce((sum, part) => sum + part.length, 0) <= LONGEST);
      const lines = fits ? split : [];
      const now = lines.map((parts) => parts.join("\0"));
      let first = 0;
      while (first < now.length && first < keys.length && now[first] === keys[first]) first += 1;
      let same = 0;
      const most = Math.min(now.length, keys.length) - first;
      while (same < most && now[now.length - 1 - same] === keys[keys.length - 1 - same]) same += 1;
      const made = lines.slice(first, lines.length - same).map(rowOf);
      for (const old of rows.slice(first, rows.length - same)) old.remove();
      const rest = rows.slice(rows.length - same);
      if (rest.length) rest[0].before(...made);
      else layer.append(...made);
      rows = [...rows.slice(0, first), ...made, ...rest];
      keys = now;
    };
  };
  // What decides where a word stands.
  const SHAPE = ["font", "lineHeight", "letterSpacing", "tabSize", "padding", "textIndent", "wordBreak", "overflowWrap"];
  const fit = (area, layer) => {
    const shape = getComputedStyle(area);
    for (const name of SHAPE) layer.style[name] = shape[name];
    layer.style.width = `${area.clientWidth}px`;
    layer.style.height = `${area.clientHeight}px`;
    follow(area, layer);
  };
  const follow = (area, layer) => {
    layer.scrollTop = area.scrollTop;
    layer.scrollLeft = area.scrollLeft;
  };

  // Where JSON stops being JSON (RFC 8259), as an offset; -1 where it does not.
  const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
  const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
  const WORD = /true|false|null/y;
  const SPACE = /[ \t\n\r]*/y;
  const failure = (text) => {
    let at = 0;
    const take = (token) => {
      token.lastIndex = at;
      const found = token.test(text);
      if (found) at = token.lastIndex;
      return found;
    };
    const is = (sign) => {
      take(SPACE);
      if (text[at] !== sign) return false;
      at += 1;
      return true;
    };
    const many = (end, one) => is(end) || (list(one) && is(end));
    const list = (one) => {
      do if (!one()) return false;
      while (is(","));
      return true;
    };
    const member = () => take(SPACE) && take(STRING) && is(":") && value();
    const value = () => {
      if (is("{")) return many("}", member);
      if (is("[")) return many("]", value);
      return take(STRING) || take(NUMBER) || take(WORD);
    };
    try {
      if (!value()) return at;
    } catch {
      return at; // nested too deep
    }
    take(SPACE);
    return at === text.length ? -1 : at;
  };
  // Expressions outside of texts stand for a value, or for nothing; either way their place keeps its length.
  const withoutExpressions = (text, found) => {
    const blank = ([from, to]) => {
      const spaces = text.slice(from, to).replace(/[^\n]/g, " ");
      return text[from + 1] === "{" ? spaces.replace(/^ /, "0") : spaces;
    };
    const kept = found.map(([from], index) => text.slice(index ? found[index - 1][1] : 0, from));
    const last = found.length ? found[found.length - 1][1] : 0;
    return kept.map((part, index) => part + blank(found[index])).join("") + text.slice(last);
  };

  // Each token as it was written, on lines of their own: no number is rounded and no member is lost.
  const formatted = (text) => {
    let depth = 0;
    let made = "";
    let last = "";
    const line = () => `\n${"  ".repeat(depth)}`;
    for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
      const empty = (token === "}" && last === "{") || (token === "]" && last === "[");
      if (token === "}" || token === "]") depth -= 1;
      if (!empty && (token === "}" || token === "]" || last === "{" || last === "[" || last === ",")) made += line();
      made += token === ":" ? ": " : token;
      if (token === "{" || token === "[") depth += 1;
      last = token;
    }
    return made;
  };

  const problem = (area, isJSON) => {
    const { found, open } = expressions(area.value);
    if (open) return words.dataset.unclosed.replace("%s", open);
    if (!isJSON || area.value.trim() === "") return "";
    const at = failure(withoutExpressions(area.value, found));
    if (at < 0) return "";
    const before = area.value.slice(0, at).split("\n");
    return words.dataset.invalid.replace("%l", before.length).replace("%c", before[before.length - 1].length + 1);
  };
  const say = (area) => {
    const component = area.closest("[data-component]");
    const isJSON = component !== null && component.dataset.type === "json";
    const help = area.closest(".edit-field").querySelector(".content-help");
    const text = problem(area, isJSON);
    const said = help.querySelector("span");
    if (said.textContent !== text) said.textContent = text;
    help.querySelector("button").hidden = !isJSON || area.value.trim() === "" || failure(area.value) >= 0;
    help.classList.toggle("is-wrong", text !== "");
  };

  const start = (area) => {
    const hadFocus = area === document.activeElement;
    const box = document.createElement("div");
    const layer = document.createElement("div");
    box.className = "code-box";
    layer.className = "code-layer";
    layer.setAttribute("aria-hidden", "true");
    area.before(box);
    box.append(layer, area);
    box.after(document.getElementById("content-help").content.cloneNode(true));
    const help = box.nextElementSibling;
    help.querySelector("button").addEventListener("click", () => {
      area.value = formatted(area.value);
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    });
    const paint = painter(layer);
    let waiting = 0;
    area.addEventListener("input", () => {
      paint(area.value);
      clearTimeout(waiting);
      waiting = setTimeout(() => area.isConnected && say(area), 300);
    });
    area.addEventListener("scroll", () => follow(area, layer), { passive: true });
    new ResizeObserver(() => fit(area, layer)).observe(area);
    paint(area.value);
    say(area);
    if (hadFocus) area.focus();
  };
  const startAll = () => {
    for (const area of document.querySelectorAll("[data-component] .component-text textarea")) {
      if (!area.closest(".code-box")) start(area);
    }
  };
  // Another placement or content type may make it JSON, or not.
  document.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.tagName !== "SELECT") return;
    requestAnimationFrame(() => row.querySelectorAll(".code-box textarea").forEach(say));
  });
  document.addEventListener("htmx:afterSettle", startAll);
  startAll();
})();
