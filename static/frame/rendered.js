// How a content looks (templates/item/_rendered.html) is loaded when somebody opens it.
const load = (opened) => {
  for (const frame of opened.querySelectorAll("iframe[data-src]")) {
    const form = document.getElementById(`${frame.name}-form`);
    if (form) form.submit();
    else frame.src = frame.dataset.src;
    frame.removeAttribute("data-src");
  }
};
document.addEventListener("toggle", (event) => event.target.matches(".rendered[open]") && load(event.target), true);
// A sandboxed frame tells nobody how high its content is; what the server thinks of it is said at its device.
for (const device of document.querySelectorAll(".device[data-wide]")) {
  for (const width of ["wide", "middling", "narrow"]) device.style.setProperty(`--${width}`, `${device.dataset[width]}px`);
}
// What lies open from the start may have been there before this script was.
for (const opened of document.querySelectorAll(".rendered[open]")) load(opened);
