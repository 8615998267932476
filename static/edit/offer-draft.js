// A form that is opened afresh offers the newest draft of it that says something else than the form.
import { SENT, attempt, base, fields, forget, others, read, said } from "./draft-store.js";
import { form } from "./inputs.js";
import { keep } from "./keep-draft.js";

const DAYS = 30;

const bringBack = (draft, key) => {
  const sender = document.createElement("form");
  sender.method = "post";
  // Not form.action: that is the form's buttons of this name.
  sender.action = form.getAttribute("action");
  sender.hidden = true;
  const token = form.elements.csrfmiddlewaretoken.value;
  for (const [name, value] of [...draft.fields, ["csrfmiddlewaretoken", token], ["action", "edit"]]) {
    const input = document.createElement("textarea");
    input.name = name;
    input.value = value;
    sender.append(input);
  }
  document.body.append(sender);
  attempt(() => sessionStorage.setItem(SENT, key));
  // The draft has everything; what this page has besides it was typed while it was offered, and is kept, too.
  keep();
  delete form.dataset.dirty;
  sender.submit();
};

const offer = (key, draft) => {
  const notice = document.getElementById("draft");
  const time = notice.querySelector("time");
  const zone = form.elements.zone.value;
  const isOfToday = Date.now() - draft.at < 12 * 3_600_000;
  const how = { timeStyle: "short", ...(isOfToday ? {} : { dateStyle: "medium" }) };
  const inWords = (more) => new Date(draft.at).toLocaleString(document.documentElement.lang, { ...how, ...more });
  time.dateTime = new Date(draft.at).toISOString();
  // The server may know zones that this browser does not.
  time.textContent = attempt(() => inWords({ timeZone: zone })) ?? inWords({});
  const opened = draft.fields.find(([name]) => name === "etag");
  notice.querySelector("[data-older]").hidden = !opened || opened[1] === form.elements.etag.value;
  // Set and not added: the same buttons are about the next draft when this one is thrown away.
  notice.querySelector("[data-bring-back]").onclick = () => bringBack(draft, key);
  notice.querySelector("[data-throw-away]").onclick = () => {
    forget(key);
    notice.hidden = true;
    next();
  };
  notice.hidden = false;
};

// Those that say nothing else than the form are nobody's loss.
const next = () => {
  const shown = said(fields());
  for (const key of others().reverse()) {
    if (!key.startsWith(base)) continue;
    const draft = read(key);
    const text = draft && attempt(() => said(draft.fields));
    if (text && text !== shown) return offer(key, draft);
    forget(key);
  }
  return undefined;
};

others(DAYS).forEach(forget);
const sent = attempt(() => sessionStorage.getItem(SENT));
attempt(() => sessionStorage.removeItem(SENT));
if (form.dataset.dirty === undefined) next();
// The server's answer to what was sent, with everything that was typed.
else if (keep() && sent) forget(sent);
