// Where this browser keeps what is typed into forms: "draft:<person>/<sandbox>/<section>/<item>/<page>". Each page that is
// loaded has a draft of its own, so two tabs do not overwrite each other's. For the behaviours beside this file.
import { form } from "./inputs.js";

const PREFIX = "draft:";
// Said by the page and not by a person: no reason to offer a draft.
const ASIDE = ["csrfmiddlewaretoken", "action", "person", "etag", "zone", "id", "made-of", "refused", "tag-query"];
const DAY_MS = 86400000;

export const base = `${PREFIX}${form.dataset.draft}/`;
export const own = base + Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join("");
/** Where a page says, to the one that comes next in this tab, which draft was sent. */
export const SENT = "draft.sent";

/** What a function gives; undefined where it fails. Private windows may have no storage, or none that can be written to. */
export const attempt = (what) => {
  try {
    return what();
  } catch {
    return undefined;
  }
};
export const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
export const forget = (key) => attempt(() => localStorage.removeItem(key));
const keys = () => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) || [];
const time = (key) => (read(key) || {}).at || 0;

/** The keys of the other drafts, the oldest first; with days, only of those that are older. */
export const others = (days = undefined) => {
  const until = days === undefined ? Infinity : Date.now() - days * DAY_MS;
  const found = keys().filter((key) => key !== own && time(key) < until);
  return found.sort((one, other) => time(one) - time(other));
};
export const fields = () => [...new FormData(form).entries()].filter(([name]) => name !== "csrfmiddlewaretoken");
/** What a person said in these fields, to be compared. */
export const said = (entries) => {
  const typed = entries.filter(([name, value]) => !ASIDE.includes(name) && !name.startsWith("find:") && value !== "");
  return JSON.stringify(typed.map(([name, value]) => [name, value.replace(/\r\n?/g, "\n")]).sort());
};
