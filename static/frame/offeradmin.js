// Small comforts. Every page works without this file.
(() => {
  const root = document.documentElement;
  const cookie = (name, value) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
  };
  const typing = (target) => target.closest("input, textarea, select, [contenteditable=true]") !== null;

  // The viewer's time zone, told to the server once; the next page shows times in it.
  if (!/(^|; )timezone=/.test(document.cookie)) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone) cookie("timezone", zone.replace(/[^A-Za-z0-9_+\/-]/g, ""));
  }

  // How changes are shown (words, patch, curl): one choice for every change on every page.
  const VIEW = "offers.view";
  const showView = () => {
    const chosen = sessionStorage.getItem(VIEW) || "words";
    for (const changes of document.querySelectorAll(".changes")) {
      const buttons = [...changes.querySelectorAll("[data-view]")];
      const shown = buttons.some((button) => button.dataset.view === chosen) ? chosen : "words";
      changes.dataset.shown = shown;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === shown));
    }
  };

  // Menus: a <details data-menu> closes when something else is clicked, and with Escape.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    }
  };

  // Messages go by themselves after a while, unless they are errors or somebody is reading them.
  const TOAST_MS = 12000;
  const watchToasts = () => {
    for (const toast of document.querySelectorAll(".toast-item:not([data-seen]):not(.toast-error)")) {
      toast.dataset.seen = "1";
      const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
      setTimeout(leave, TOAST_MS);
    }
  };
  const toastError = () => {
    const template = document.getElementById("toast-error");
    const toasts = document.getElementById("toasts");
    if (toasts && !toasts.querySelector(".toast-error")) toasts.append(template.content.cloneNode(true));
  };

  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target);
    const view = target.closest("[data-view]");
    if (view) {
      sessionStorage.setItem(VIEW, view.dataset.view);
      showView();
    }
    const copy = target.closest("[data-copy]");
    if (copy) {
      const source = copy.dataset.copy ? document.querySelector(copy.dataset.copy) : copy.closest(".code").querySelector("code");
      navigator.clipboard.writeText(source.textContent).then(() => {
        copy.classList.add("copied");
        setTimeout(() => copy.classList.remove("copied"), 1500);
      });
    }
    const close = target.closest(".toast-close");
    if (close) close.closest(".toast-item").remove();
    if (target.closest("[data-fold]")) {
      const narrow = root.dataset.sidebar !== "narrow";
      if (narrow) root.dataset.sidebar = "narrow";
      else delete root.dataset.sidebar;
      cookie("sidebar", narrow ? "narrow" : "wide");
    }
  });

  // How a content looks (templates/item/_rendered.html) is loaded when somebody opens it.
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches(".rendered[open]")) return;
      for (const frame of event.target.querySelectorAll("iframe[data-src]")) {
        const form = document.getElementById(`${frame.name}-form`);
        if (form) form.submit();
        else frame.src = frame.dataset.src;
        frame.removeAttribute("data-src");
      }
    },
    true,
  );

  // A select that answers at once, where the form has a button for those without JavaScript.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.matches("[data-autosubmit]") && form && !form.hasAttribute("hx-get")) form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
      return;
    }
    const entries = [...document.querySelectorAll("[data-entry]")];
    if (entries.length && ["j", "k", "Enter", "c"].includes(event.key)) alongEntries(event, entries);
  });

  // The timeline: j and k move, Enter expands, c marks a version to compare with the next one marked.
  const alongEntries = (event, entries) => {
    const at = entries.findIndex((entry) => entry.contains(document.activeElement));
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      const next = at < 0 ? 0 : Math.min(entries.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      entries[next].focus();
      entries[next].scrollIntoView({ block: "nearest" });
    } else if (at >= 0 && event.key === "Enter" && document.activeElement === entries[at]) {
      const more = entries[at].querySelector("[data-expand]");
      if (more) more.click();
    } else if (at >= 0 && event.key === "c") {
      const box = entries[at].querySelector("input[name=mark]");
      if (box) box.click();
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.name !== "mark") return;
    const marked = [...document.querySelectorAll("input[name=mark]:checked")];
    if (marked.length < 2) return;
    const etags = marked.map((box) => Number(box.value)).sort((a, b) => a - b);
    location.href = `${marked[0].dataset.compare}?from=${etags[0]}&to=${etags[etags.length - 1]}`;
  });

  // Leaving a form with unsaved changes asks first; the form's own submit does not. What is sent into a frame leaves nothing.
  let leaving = false;
  document.addEventListener("submit", (event) => {
    leaving = (!event.defaultPrevented && event.target.target === "") || leaving;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = menu.contains(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && document.querySelector("[data-confirm-leave][data-dirty]")) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    for (const busy of document.querySelectorAll(".busy")) busy.classList.remove("busy");
  });

  // The keyboard goes on where it was. What leads to the same page again (an order, a chip, the next page) says in
  // `data-then` what gets the focus there: the first of these selectors that finds something.
  const THEN = "offers.then";
  const goOn = (event) => {
    const said = event.target.closest("[data-then]");
    if (said && !event.defaultPrevented) sessionStorage.setItem(THEN, JSON.stringify([location.pathname, said.dataset.then]));
  };
  document.addEventListener("click", (event) => event.target.closest("a[data-then]") && goOn(event));
  document.addEventListener("submit", goOn);
  const arrive = () => {
    const [path, selectors] = JSON.parse(sessionStorage.getItem(THEN) || "[]");
    sessionStorage.removeItem(THEN);
    if (path !== location.pathname) return;
    const found = selectors.split(",").map((one) => document.querySelector(one)).find((one) => one);
    if (found) found.focus();
  };
  // A swap that takes away what had the focus gives it to what came instead.
  let hadFocus = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    hadFocus = event.detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!hadFocus || document.activeElement !== document.body || event.target === document.body) return;
    hadFocus = false;
    if (!event.target.hasAttribute("tabindex")) event.target.setAttribute("tabindex", "-1");
    event.target.focus({ preventScroll: true });
  });
  // What a page says when it comes is read out, too: live regions speak only of what changes in them.
  const readOut = () => {
    const texts = [...document.querySelectorAll("#toasts .toast-text")].map((text) => text.textContent.trim());
    if (texts.length) setTimeout(() => (document.getElementById("said").textContent = texts.join(" ")), 500);
  };

  // Feedback at once: the button that was pressed shows that something is under way.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && button.matches(".btn") && event.target.target === "" && !event.defaultPrevented) button.classList.add("busy");
  });
  document.addEventListener("htmx:afterRequest", () => {
    for (const busy of document.querySelectorAll(".busy")) busy.classList.remove("busy");
  });

  // A filter form's address carries only what filters.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("form[data-lean]")) return;
    for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-lean]")) return;
    for (const field of event.target.elements) if (field.value === "") field.disabled = true;
  });

  // Signed out meanwhile: htmx would put the sign-in page into the middle of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.responseURL.includes("/accounts/login/")) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, toastError);
  document.addEventListener("htmx:afterSettle", () => {
    showView();
    watchToasts();
  });
  // A form was saved: what drafts.js kept of it, in case it would not be, is not needed any more.
  const forgetDraft = () => {
    if (!document.querySelector("[data-saved]")) return;
    try {
      localStorage.removeItem(sessionStorage.getItem("draft.sent"));
      sessionStorage.removeItem("draft.sent");
    } catch {
      // No storage, no draft.
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    forgetDraft();
    showView();
    watchToasts();
    readOut();
    arrive();
  });
})();
