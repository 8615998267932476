// What is typed into a form is kept in this browser until it is saved, so that a reload, a crash or an expired session
// costs nothing. Nothing of it reaches the library by itself. The form works without this file.
//
// Each page that is loaded keeps a draft of its own ("draft:<person>/<sandbox>/<section>/<item>/<page>"), so two tabs do
// not overwrite each other's. A form that is opened afresh offers the newest one that says something else than the form.
(() => {
  const form = document.getElementById("offer-form");
  if (!form || !form.dataset.draft) return;
  const PREFIX = "draft:";
  const SENT = "draft.sent";
  const DAYS = 30;
  const ROOM_DAYS = 7;
  const DAY_MS = 86400000;
  const base = `${PREFIX}${form.dataset.draft}/`;
  const own = base + Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join("");
  // Said by the page and not by a person: no reason to offer a draft.
  const ASIDE = ["csrfmiddlewaretoken", "action", "person", "etag", "zone", "id", "tag-query"];

  // Private windows may have no storage, or none that can be written to: then there are no drafts.
  const attempt = (what) => {
    try {
      return what();
    } catch {
      return undefined;
    }
  };
  const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
  const forget = (key) => attempt(() => localStorage.removeItem(key));
  const keys = () => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) || [];
  const age = (key) => (read(key) || {}).at || 0;
  const fields = () => [...new FormData(form).entries()].filter(([name]) => name !== "csrfmiddlewaretoken");
  const said = (entries) => {
    const typed = entries.filter(([name, value]) => !ASIDE.includes(name) && !name.startsWith("find:") && value !== "");
    return JSON.stringify(typed.map(([name, value]) => [name, value.replace(/\r\n?/g, "\n")]).sort());
  };

  // Whether all of the form is kept. Drafts that nobody came back for in a week make room for it; younger ones may be all
  // that is left of somebody's work, so where that is not enough, the person is told.
  let kept = "";
  const keep = () => {
    if (form.dataset.dirty === undefined) return false;
    const now = fields();
    const text = JSON.stringify(now);
    if (text === kept) return true;
    const store = () => attempt(() => localStorage.setItem(own, JSON.stringify({ at: Date.now(), fields: now })) ?? true);
    const old = keys().filter((key) => key !== own && age(key) < Date.now() - ROOM_DAYS * DAY_MS);
    old.sort((one, other) => age(one) - age(other));
    let stored = store();
    while (!stored && old.length) {
      forget(old.shift());
      stored = store();
    }
    kept = stored ? text : "";
    document.getElementById("draft-full").hidden = Boolean(stored);
    return Boolean(stored);
  };

  let waiting = 0;
  const keepSoon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 400);
  };
  document.addEventListener("input", (event) => event.target.form === form && keepSoon());
  document.addEventListener("change", (event) => event.target.form === form && keepSoon());
  document.addEventListener("htmx:afterSettle", keepSoon);
  window.addEventListener("pagehide", keep);
  // What is sent is kept until a page says that it was saved (offeradmin.js), or is back in this form.
  form.addEventListener("submit", () => {
    keep();
    attempt(() => sessionStorage.setItem(SENT, own));
  });
  document.addEventListener("click", (event) => {
    const discard = event.target.closest("[data-discard]");
    if (!discard || event.defaultPrevented) return;
    clearTimeout(waiting);
    forget(own);
  });

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
    time.dateTime = new Date(draft.at).toISOString();
    const shown = (more) => new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", ...more });
    // The server may know zones that this browser does not.
    time.textContent = attempt(() => shown({ timeZone: zone })) ?? shown({});
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

  // The newest draft that says something else than the form; the others are nobody's loss.
  const next = () => {
    const shown = said(fields());
    const found = keys().filter((key) => key.startsWith(base) && key !== own);
    for (const key of found.sort((one, other) => age(other) - age(one))) {
      const draft = read(key);
      const text = draft && attempt(() => said(draft.fields));
      if (!text || text === shown) forget(key);
      else return offer(key, draft);
    }
    return undefined;
  };

  for (const key of keys()) if (age(key) < Date.now() - DAYS * DAY_MS) forget(key);
  const sent = attempt(() => sessionStorage.getItem(SENT));
  attempt(() => sessionStorage.removeItem(SENT));
  if (form.dataset.dirty === undefined) next();
  else {
    // The server's answer to what was sent, with everything that was typed.
    if (keep() && sent) forget(sent);
  }
})();
