// Whether somebody is there to take a form: the session may be over, somebody else signed in (who may change nothing here),
// the form token old, the network away. The notice says what was found. For the behaviours beside this file.
export const form = document.getElementById("offer-form") || document.getElementById("conflict");
export const notice = document.getElementById("session");

const PATIENCE_MS = 15000;

/** Whether a button waits for an answer: then the notice says so, and takes the focus. */
export const waits = (does) => notice.toggleAttribute("data-waiting", does);
const waiting = () => notice.hasAttribute("data-waiting");
const part = (state) => notice.querySelector(`[data-state="${state}"]`);

/** Whether the notice says this; "" is nothing. */
export const says = (state) => (state === "" ? notice.hidden : !notice.hidden && !part(state).hidden);
export const say = (state, name = "") => {
  for (const one of notice.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
  notice.querySelector("[data-waits]").hidden = !waiting();
  for (const place of notice.querySelectorAll("[data-name]")) place.textContent = name;
  notice.hidden = state === "";
  if (waiting() && state) part(state).querySelector("a, button").focus();
};

const ask = async () => {
  try {
    const answer = await fetch(notice.dataset.session, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
};
const renew = (token) => {
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
};
/** Whether the person who opened the form is (still, or again) the one who would send it. */
export const check = async () => {
  const found = await ask();
  if (found) notice.dataset.person = found.person ?? "";
  if (!found) say("away");
  else if (found.person === null) say("out");
  else if (!found.mayEdit) say("barred", found.name);
  else if (String(found.person) !== form.elements.person.value) say("other", found.name);
  else {
    const said = !says("");
    renew(found.token);
    say("");
    if (said && !waiting() && window.htmx) window.htmx.trigger("#changes", "look");
    return true;
  }
  return false;
};
