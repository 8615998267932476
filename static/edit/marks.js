// Template expressions stand out in the text of a content. Behind each text lies a layer with the same text, invisible but
// for the marks: a text area cannot mark its own.
import { linesOf } from "./expressions.js";

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

// A key changes few lines, so only those are made anew: laying out all of a long text takes seconds where it has many emoji.
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

const start = (area) => {
  const hadFocus = area === document.activeElement;
  const box = document.createElement("div");
  const layer = document.createElement("div");
  box.className = "code-box";
  layer.className = "code-layer";
  layer.setAttribute("aria-hidden", "true");
  area.before(box);
  box.append(layer, area);
  const paint = painter(layer);
  // The code editor (code.js) has marks of its own.
  const show = () => area.closest(".has-code") || paint(area.value);
  area.addEventListener("input", show);
  area.addEventListener("scroll", () => follow(area, layer), { passive: true });
  new ResizeObserver(() => {
    fit(area, layer);
    show();
  }).observe(area);
  paint(area.value);
  if (hadFocus) area.focus();
};
const startAll = () => {
  for (const area of document.querySelectorAll(".component-text textarea")) if (!area.closest(".code-box")) start(area);
};
document.addEventListener("rows", startAll);
startAll();
