// What the page asked for by itself got no answer, or an error: it says so, once, in the server's words where it has some.
// The palette says it itself.
const say = ({ target, detail }) => {
  if (target.closest("dialog")) return;
  const toasts = document.getElementById("toasts");
  if (!toasts || toasts.querySelector(".toast-error")) return;
  const toast = document.getElementById("toast-error").content.cloneNode(true);
  const answer = detail.xhr;
  const type = answer && answer.status ? answer.getResponseHeader("Content-Type") || "" : "";
  if (type.startsWith("text/plain")) toast.querySelector(".toast-text").textContent = answer.responseText;
  toasts.append(toast);
};
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, say);
