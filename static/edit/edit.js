// The edit form and the conflict page. Both work without this file: it marks, previews, reverts and warns at once.
(() => {
  const form = document.getElementById("offer-form");
  const named = (input) => input.name && input.name.startsWith("/") && input.type !== "hidden";
  const boxed = (input) => input.type === "checkbox" || input.type === "radio";

  // What an input said when the form was opened: the server tells it where the page itself shows something else.
  const was = (input) => {
    if (input.dataset.was !== undefined) return input.dataset.was;
    if (input.tagName !== "SELECT") return input.defaultValue;
    const options = [...input.options];
    return (options.find((option) => option.defaultSelected) || options[0] || { value: "" }).value;
  };
  const lines = (text) => text.replace(/\r\n?/g, "\n");
  const differs = (input) =>
    boxed(input) ? input.checked !== input.defaultChecked : lines(input.value) !== lines(was(input));

  const mark = (input) => {
    const field = input.closest(".edit-field, .card-row, .tag-choice");
    // In a new offer everything is new.
    if (!field || form.hasAttribute("data-new")) return;
    const changed = [...field.querySelectorAll("input, select, textarea")].filter(named).some(differs);
    field.classList.toggle("is-changed", changed);
    const revert = field.classList.contains("edit-field") && field.querySelector("[data-revert]");
    if (revert) revert.hidden = !changed;
  };
  const inputs = () => [...form.elements].filter(named);
  const markAll = () => {
    for (const input of inputs()) mark(input);
  };
  const tell = (input) => {
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  // What the chosen rule asks of a customer.
  const showCondition = (rule) => {
    const select = rule.querySelector("select");
    const shown = rule.querySelector("[data-rule-shown]");
    const condition = select.selectedOptions[0] && select.selectedOptions[0].dataset.condition;
    shown.hidden = !condition;
    shown.querySelector("code").textContent = condition || "";
    shown.querySelector("a").href = `${select.dataset.rules}${encodeURIComponent(select.value)}/`;
  };
  const showDependents = () => {
    const who = form.elements["/selectionConstraint/profileConstraintType"];
    const rule = form.querySelector(".rule-field");
    if (who && rule) {
      rule.classList.toggle("is-hidden", who.value !== "eligibilityRule");
      showCondition(rule);
    }
    for (const row of form.querySelectorAll(".capping-row")) {
      const custom = row.querySelector("[data-custom]");
      const query = row.querySelector(".custom-query");
      query.classList.toggle("is-hidden", !custom.checked && !query.querySelector("textarea").value);
    }
    for (const component of form.querySelectorAll("[data-component]")) component.dataset.type = typeOf(component);
  };

  // Previews: the content is sent into a new frame each time, so that the browser's history does not fill up.
  const part = (component, name) => component.querySelector(`[name$="/${name}"]`);
  const typeOf = (component) => {
    const own = part(component, "type").value;
    const short = /(html|imagelink|text|json)$/.exec(own);
    if (short) return short[1];
    const placement = component.closest("[data-row]").querySelector("[data-placement]");
    return (placement.selectedOptions[0] && placement.selectedOptions[0].dataset.type) || "";
  };
  const draw = (place, name) => {
    const use = place && place.querySelector("use");
    if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  };
  const showPlacement = (select) => {
    const chosen = select.selectedOptions[0];
    if (!chosen || !chosen.dataset.icons) return;
    const [channel, content] = chosen.dataset.icons.split(" ");
    const row = select.closest("[data-row]");
    draw(row.querySelector(".placement-icon"), channel);
    for (const component of row.querySelectorAll("[data-component]")) {
      if (part(component, "type").value !== "") continue;
      const kind = component.querySelector("[data-kind]");
      draw(kind, content);
      kind.querySelector("span").textContent = chosen.dataset.word;
    }
  };
  let frames = 0;
  const preview = (component) => {
    const slot = component.querySelector("[data-preview]");
    // A form of its own: a form that is sent twice at once is sent once, and the other frame would stay as it was.
    const sender = document.getElementById("preview-form").cloneNode(true);
    sender.removeAttribute("id");
    document.body.append(sender);
    const old = slot.firstElementChild;
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.className = `preview preview-${typeOf(component)}`;
    frame.referrerPolicy = "no-referrer";
    frame.title = document.getElementById("preview-title").content.textContent;
    frame.name = `preview-${(frames += 1)}`;
    frame.style.height = old && old.style.height;
    frame.classList.add("is-coming");
    slot.append(frame);
    frame.addEventListener("load", () => {
      sender.remove();
      frame.classList.remove("is-coming");
      for (const other of [...slot.children]) if (other !== frame && !other.matches(".is-coming")) other.remove();
    });
    for (const name of ["content", "deliveryURL", "linkURL"]) sender.elements[name].value = part(component, name).value;
    sender.elements.type.value = typeOf(component) || "text";
    sender.target = frame.name;
    sender.submit();
  };
  const waiting = new WeakMap();
  const previewSoon = (component, delay = 350) => {
    clearTimeout(waiting.get(component));
    waiting.set(component, setTimeout(() => component.isConnected && preview(component), delay));
  };
  const shows = (component) =>
    ["content", "deliveryURL"].some((name) => part(component, name).value !== "") && typeOf(component) !== "";

  // Where the person is in the form: where the focus is, as long as it can be seen (a link of the index puts it there),
  // else at a line that goes from the top of the window to its bottom as the page goes from its start to its end. So each
  // section has its turn, also the short ones that can never come to the top.
  const followSections = () => {
    const links = [...document.querySelectorAll(".edit-index a")];
    const inView = (element) => {
      const { top } = element.getBoundingClientRect();
      return top >= 0 && top < window.innerHeight;
    };
    const show = () => {
      // Rows come and go with their sections, so these are looked up each time.
      const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
      const focus = document.activeElement;
      const page = document.documentElement;
      const line = (window.innerHeight * window.scrollY) / Math.max(1, page.scrollHeight - window.innerHeight);
      let at = inView(focus) ? sections.findIndex((section) => section && section.contains(focus)) : -1;
      if (at < 0) at = Math.max(0, sections.findLastIndex((section) => section && section.getBoundingClientRect().top <= line));
      links.forEach((link, index) => {
        if (index === at) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    };
    let asked = false;
    const soon = () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        show();
      });
    };
    window.addEventListener("scroll", soon, { passive: true });
    window.addEventListener("resize", soon, { passive: true });
    document.addEventListener("focusin", soon);
    show();
  };

  // A removed row comes back with what was typed into it: the part of the page as it was is kept for a while.
  let removed = null;
  let removedBy = "";
  const offerUndo = (section, button) => {
    const toasts = document.getElementById("toasts");
    for (const old of toasts.querySelectorAll(".toast-undo")) old.remove();
    removed = section;
    removedBy = button.value;
    const toast = document.getElementById("removed-toast").content.cloneNode(true);
    toasts.append(toast);
  };
  const undoRemove = (button) => {
    const current = removed && document.getElementById(removed.id);
    if (current) {
      current.replaceWith(removed);
      window.htmx.process(removed);
      for (const busy of removed.querySelectorAll(".busy, .htmx-request")) busy.classList.remove("busy", "htmx-request");
      removed.querySelector(`button[value="${removedBy}"]`).focus();
      removed = null;
      document.body.dispatchEvent(new Event("rows"));
    }
    button.closest(".toast-item").remove();
  };

  const drawer = (open) => {
    const panel = document.getElementById("changes");
    panel.classList.toggle("is-open", open);
    for (const handle of form.querySelectorAll(".drawer-open")) handle.setAttribute("aria-expanded", String(open));
    if (open) panel.querySelector(".drawer-close").focus();
  };

  const startForm = () => {
    form.addEventListener("input", (event) => {
      form.dataset.dirty = "";
      if (!named(event.target)) return;
      mark(event.target);
      showDependents();
      const component = event.target.closest("[data-component]");
      if (component) previewSoon(component);
      if (event.target.matches("[data-placement]")) {
        showPlacement(event.target);
        for (const inside of event.target.closest("[data-row]").querySelectorAll("[data-component]")) {
          if (shows(inside)) previewSoon(inside);
        }
      }
    });
    form.addEventListener("click", (event) => {
      const revert = event.target.closest("[data-revert]");
      if (revert) {
        const input = revert.closest(".edit-field").querySelector("input, select, textarea");
        input.value = was(input);
        tell(input);
        input.focus();
      }
      if (event.target.closest("[data-drawer]")) drawer(!document.getElementById("changes").classList.contains("is-open"));
      const discard = event.target.closest("[data-discard]");
      if (discard && form.hasAttribute("data-dirty")) {
        if (window.confirm(discard.dataset.discard)) delete form.dataset.dirty;
        else event.preventDefault();
      }
      if (event.target.closest("[data-problem]")) drawer(false);
    });
    // Pictures were asked for (pictures.js): what is shown is shown again, with them.
    form.addEventListener("pictures", () => {
      for (const component of form.querySelectorAll("[data-component]")) if (shows(component)) previewSoon(component, 0);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") drawer(false);
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox])")) return;
      event.preventDefault();
      if (event.target.id === "note") document.getElementById("save").click();
    });
    document.addEventListener("click", (event) => {
      const undo = event.target.closest("[data-undo-remove]");
      if (undo) undoRemove(undo);
    });
    form.addEventListener("htmx:beforeSwap", (event) => {
      const section = event.detail.target;
      const action = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
      const button = event.detail.requestConfig && event.detail.requestConfig.elt;
      if (!section.matches(".edit-section")) return;
      removed = null;
      if (action && button && (button.value || "").startsWith("remove:")) offerUndo(section, button);
    });
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.detail.target && event.detail.target.matches(".edit-section")) {
        form.dataset.dirty = "";
        markAll();
        showDependents();
        // The target is the section as it was; what came in its place has its id.
        for (const component of document.getElementById(event.detail.target.id).querySelectorAll("[data-component]")) {
          if (shows(component)) previewSoon(component, 0);
        }
      }
    });
    markAll();
    showDependents();
    followSections();
    for (const component of form.querySelectorAll('[data-preview=""]')) {
      if (shows(component.closest("[data-component]"))) previewSoon(component.closest("[data-component]"), 0);
    }
    // What the server gave back as it was typed, or the browser itself filled in again, coming back to the page.
    window.addEventListener("pageshow", () => {
      markAll();
      if (form.hasAttribute("data-dirty") || inputs().some((input) => input.dataset.was === undefined && differs(input))) {
        form.dataset.dirty = "";
        window.htmx.trigger("#changes", "look");
      }
    });
  };

  const startConflict = (page) => {
    const save = document.getElementById("save");
    const left = document.getElementById("left");
    const show = () => {
      const open = [...page.querySelectorAll("[data-contested]")].filter((field) => !field.querySelector("[type=radio]:checked"));
      save.disabled = open.length > 0;
      left.textContent =
        open.length === 0 ? page.dataset.leftNone : open.length === 1 ? page.dataset.leftOne : page.dataset.left.replace("%n", open.length);
    };
    page.addEventListener("change", show);
    page.addEventListener("input", (event) => {
      const other = event.target.closest(".contested-other");
      if (other && event.target.type !== "radio") other.querySelector("[type=radio]").checked = true;
      show();
    });
    window.addEventListener("pageshow", show);
    show();
  };

  const conflict = document.getElementById("conflict");
  if (form) startForm();
  if (conflict) startConflict(conflict);
})();
