// What the page asked for by itself got no answer, or an error: it says so, once.
// The palette says it itself.
const say = (event) => {
  if (event.target.closest("dialog")) return;
  const template = document.getElementById("toast-error");
  const toasts = document.getElementById("toasts");
  if (toasts && !toasts.querySelector(".toast-error")) toasts.append(template.content.cloneNode(true));
};
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, say);
