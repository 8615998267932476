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
