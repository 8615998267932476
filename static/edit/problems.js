// What is wrong, at its input: while one types at what was touched (nobody is scolded before they typed), after a refused
// save everywhere. The words are the server's, from the panel of changes. The form works without this file.
(() => {
  const form = document.getElementById("offer-form");
  if (!form) return;
  const summary = document.getElementById("refused");
  const touched = new Set();
  const namesOf = (place) => (place.name ? [place.name] : [...place.querySelectorAll("[name]")].map((input) => input.name));
  const describe = (place, ids) => {
    const known = ids.filter((id) => document.getElementById(id));
    if (known.length) place.setAttribute("aria-describedby", known.join(" "));
    else place.removeAttribute("aria-describedby");
  };

  const clear = () => {
    for (const problem of form.querySelectorAll("p.problem")) {
      if (problem.tabIndex === -1 && !problem.id.endsWith("-problem")) problem.textContent = "";
      else problem.remove();
    }
    for (const input of form.querySelectorAll("[aria-invalid], [aria-describedby$='-problem']")) {
      input.removeAttribute("aria-invalid");
      describe(input, [`${input.id}-hint`]);
    }
  };
  const show = (place, text) => {
    // A list as a whole has no input: its words are the place.
    if (place.matches("p.problem")) {
      place.textContent = `${place.textContent} ${text}`.trim();
      return;
    }
    const id = `${place.id}-problem`;
    let problem = document.getElementById(id);
    if (!problem) {
      problem = document.createElement("p");
      problem.className = "problem";
      problem.id = id;
      (place.closest(".edit-field, .sentence, .card-row") || place.parentElement).append(problem);
    }
    problem.textContent = `${problem.textContent} ${text}`.trim();
    if (place.matches("input, select, textarea")) place.setAttribute("aria-invalid", "true");
    describe(place, [`${place.id}-hint`, id]);
  };
  const showAll = () => {
    clear();
    for (const link of document.querySelectorAll("#preview [data-problem]")) {
      const place = document.getElementById(link.hash.slice(1));
      if (place && (summary || namesOf(place).some((name) => touched.has(name)))) show(place, link.dataset.problem);
    }
  };
  // What was put right leaves the summary; a save that was refused for another reason keeps it.
  const renewSummary = () => {
    const list = summary && summary.querySelector("ul");
    if (!list) return;
    const left = document.querySelector("#preview .problems");
    summary.hidden = !left;
    if (!left) return;
    list.replaceWith(left.querySelector("ul").cloneNode(true));
    summary.querySelector("[data-count]").textContent = left.querySelector("b").textContent;
  };

  form.addEventListener("input", (event) => event.target.name && touched.add(event.target.name));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.detail.target || event.detail.target.id !== "preview") return;
    showAll();
    renewSummary();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-problem]");
    const place = link && document.getElementById(link.hash.slice(1));
    if (!place) return;
    event.preventDefault();
    const closed = place.closest("details:not([open])");
    if (closed) closed.open = true;
    place.scrollIntoView({ block: "center" });
    place.focus({ preventScroll: true });
  });
  if (summary) summary.focus();
})();
