// What was ticked in a picker while a search was under way is not in its answer: then it is asked again.
const ticked = (picker) => [...picker.querySelectorAll("[type=checkbox]:checked")].map((box) => box.value);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target: picker, requestConfig: request } = event.detail;
  if (!picker || !picker.matches(".picker") || !request) return;
  const name = request.elt.name.replace(/^find:/, "");
  const asked = request.formData.getAll(name).filter(Boolean);
  if (asked.join("\n") === ticked(picker).join("\n")) return;
  event.detail.shouldSwap = false;
  window.htmx.trigger(request.elt, "again");
});
