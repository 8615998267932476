// The content editor: template expressions stand out, one that is never closed is named, and JSON is checked while one
// types. All of it is advice; what may be saved is the server's to say. The form works without this file.
(() => {
  const words = document.getElementById("content-words");
  if (!words) return;
  const EXPRESSION = /\{\{[^]*?\}\}|\{%[^]*?%\}/g;

  // Behind each text lies a layer with the same text, invisible but for the marks: a text area cannot mark its own.
  const paint = (area, layer) => {
    const parts = [];
    let from = 0;
    for (const found of area.value.matchAll(EXPRESSION)) {
      const mark = document.createElement("mark");
      mark.textContent = found[0];
      parts.push(area.value.slice(from, found.index), mark);
      from = found.index + found[0].length;
    }
    // A last line that is empty has its height only with something behind it.
    layer.replaceChildren(...parts, `${area.value.slice(from)}\n`);
    fit(area, layer);
  };
  // What decides where a word stands.
  const SHAPE = ["font", "lineHeight", "letterSpacing", "tabSize", "padding", "textIndent", "wordBreak", "overflowWrap"];
  const fit = (area, layer) => {
    const shape = getComputedStyle(area);
    for (const name of SHAPE) layer.style[name] = shape[name];
    layer.style.width = `${area.clientWidth}px`;
    layer.style.height = `${area.clientHeight}px`;
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
  const withoutExpressions = (text) =>
    text.replace(EXPRESSION, (found) => found.replace(/[^\n]/g, " ").replace(/^ /, found[1] === "{" ? "0" : " "));

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
    const open = /\{\{|\{%/.exec(area.value.replace(EXPRESSION, ""));
    if (open) return words.dataset.unclosed.replace("%s", open[0]);
    if (!isJSON || area.value.trim() === "") return "";
    const at = failure(withoutExpressions(area.value));
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
    let waiting = 0;
    area.addEventListener("input", () => {
      paint(area, layer);
      clearTimeout(waiting);
      waiting = setTimeout(() => area.isConnected && say(area), 300);
    });
    area.addEventListener("scroll", () => fit(area, layer), { passive: true });
    new ResizeObserver(() => fit(area, layer)).observe(area);
    paint(area, layer);
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
