// What a content looks like stands beside it as it is typed. It is sent into a new frame each time, so that the browser's
// history does not fill up, and the old one stays until the new one has come.
import { form } from "./inputs.js";

const PAUSE_MS = 350;
const waiting = new WeakMap();
let frames = 0;

const part = (component, name) => component.querySelector(`[name$="/${name}"]`).value;
const contentsIn = (place) => place.querySelectorAll("[data-component]");

const frameFor = (component, slot) => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "");
  frame.className = `preview preview-${component.dataset.type} is-coming`;
  // Keys that are pressed in a frame do not come to the page, and nothing shows that it has the focus.
  frame.tabIndex = -1;
  frame.referrerPolicy = "no-referrer";
  frame.title = document.getElementById("preview-title").content.textContent;
  frame.name = `preview-${(frames += 1)}`;
  slot.append(frame);
  return frame;
};
// What is answered to who was signed out has no place in a frame.
const isAnswered = () => document.getElementById("session").hidden;
const preview = (component) => {
  if (!isAnswered()) return;
  const slot = component.querySelector("[data-preview]");
  // A form of its own: a form that is sent twice at once is sent once, and the other frame would stay as it was.
  const sender = document.getElementById("preview-form").cloneNode(true);
  sender.removeAttribute("id");
  document.body.append(sender);
  const frame = frameFor(component, slot);
  frame.addEventListener("load", () => {
    sender.remove();
    frame.classList.remove("is-coming");
    for (const other of [...slot.children]) if (other !== frame && !other.matches(".is-coming")) other.remove();
  });
  for (const name of ["content", "deliveryURL", "linkURL"]) sender.elements[name].value = part(component, name);
  sender.elements.type.value = component.dataset.type || "text";
  sender.target = frame.name;
  sender.submit();
};
const soon = (component, delay) => {
  clearTimeout(waiting.get(component));
  waiting.set(component, setTimeout(() => component.isConnected && preview(component), delay));
};
const shows = (component) =>
  component.dataset.type !== "" && ["content", "deliveryURL"].some((name) => part(component, name) !== "");
// What nobody looks at yet is asked for once it comes near.
const near = new IntersectionObserver(
  (all) => {
    for (const { isIntersecting, target } of all) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      soon(target, 0);
    }
  },
  { rootMargin: "200px" },
);
const showAll = (place) => {
  for (const component of contentsIn(place)) if (shows(component)) near.observe(component);
};

form.addEventListener("input", (event) => {
  const component = event.target.closest("[data-component]");
  if (component) soon(component, PAUSE_MS);
  if (event.target.matches("[data-placement]")) showAll(event.target.closest("[data-row]"));
});
// Pictures were asked for (pictures.js), or other rows came: what is shown is shown again.
form.addEventListener("pictures", () => showAll(form));
document.addEventListener("rows", (event) => showAll(event.target));
// Where the server framed what is saved, that stays.
for (const component of contentsIn(form)) {
  if (shows(component) && component.querySelector('[data-preview=""]')) near.observe(component);
}
