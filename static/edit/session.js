// Before a form leaves the page, ask whether somebody is there to take it: the session may be over, somebody else signed
// in, the form token old, the network away. Then the form stays as it is, says so, and goes on with the very same button.
(() => {
  const form = document.getElementById("offer-form") || document.getElementById("conflict");
  const notice = document.getElementById("session");
  if (!form || !notice) return;
  const PATIENCE_MS = 15000;
  let waiting = null; // the button that was pressed
  let asking = false;
  let passing = false;
  let found = null;

  const part = (name) => notice.querySelector(`[data-state="${name}"]`);
  const show = (state) => {
    for (const one of notice.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
    notice.querySelector("[data-waits]").hidden = !waiting;
    for (const name of notice.querySelectorAll("[data-name]")) name.textContent = (found && found.name) || "";
    notice.hidden = state === "";
    if (waiting && state) part(state).querySelector("a, button").focus();
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
  // Whether the person who opened the form is (still, or again) the one who would send it.
  const check = async () => {
    found = await ask();
    if (!found) show("away");
    else if (found.person === null) show("out");
    else if (!found.mayEdit) show("barred");
    else if (String(found.person) !== form.elements.person.value) show("other");
    else {
      const wasShown = !notice.hidden;
      renew(found.token);
      show("");
      if (wasShown && !waiting && window.htmx) window.htmx.trigger("#changes", "look");
      return true;
    }
    return false;
  };
  const goOn = async () => {
    if (asking) return;
    asking = true;
    if (waiting) waiting.classList.add("busy");
    const may = await check();
    asking = false;
    if (!waiting) return;
    waiting.classList.remove("busy");
    if (!may) return;
    const button = waiting;
    waiting = null;
    passing = true;
    if (button.form === form) form.requestSubmit(button);
    passing = false;
  };

  form.addEventListener(
    "submit",
    (event) => {
      if (passing || !event.submitter) return;
      // Nobody else hears of a form that is not sent yet.
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = event.submitter;
      goOn();
    },
    true,
  );
  notice.addEventListener("click", (event) => {
    const link = event.target.closest("[data-sign-in]");
    if (link && window.open(link.href, "sign-in", "popup,width=480,height=720")) event.preventDefault();
    if (event.target.closest("[data-try-again]")) goOn();
    if (event.target.closest("[data-go-on]")) {
      form.elements.person.value = found.person;
      goOn();
    }
  });
  const back = () => !notice.hidden && part("away").hidden && goOn();
  new BroadcastChannel("session").addEventListener("message", back);
  window.addEventListener("focus", back);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && back());
  window.addEventListener("online", () => !notice.hidden && !waiting && goOn());
  // Only coming back to it: a page may be saved before all of it has come, and shows itself then.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) waiting = null;
  });

  // Answers to what the page asks by itself while one types: none, the sign-in page, or that its form token is too old.
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, (event) => {
      event.stopPropagation();
      if (notice.hidden) show("away");
    });
  }
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.responseURL.includes("/accounts/login/")) {
      if (!notice.hidden && !waiting && !part("away").hidden) show("");
      return;
    }
    event.detail.shouldSwap = false;
    event.stopPropagation();
    if (notice.hidden) goOn();
  });
  let renewed = false;
  form.addEventListener("input", () => {
    renewed = false;
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 403 || renewed) return;
    renewed = true;
    event.stopPropagation();
    check().then((may) => may && window.htmx.trigger("#changes", "look"));
  });
})();
