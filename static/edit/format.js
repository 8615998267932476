// A content that is JSON can be laid out on lines: each token as it was written, so no number is rounded and no member lost.
import { form } from "./inputs.js";

const PAUSE_MS = 300;
let waiting = 0;

const laidOut = (text) => {
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

const parses = (text) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
const showAll = () => {
  for (const button of form.querySelectorAll("[data-format]")) {
    const { value } = button.closest(".edit-field").querySelector("textarea");
    button.hidden = button.closest("[data-component]").dataset.type !== "json" || !parses(value);
  }
};
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(showAll, PAUSE_MS);
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-format]");
  if (!button) return;
  const area = button.closest(".edit-field").querySelector("textarea");
  area.value = laidOut(area.value);
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});
document.addEventListener("rows", showAll);
showAll();
