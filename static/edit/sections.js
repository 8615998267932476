// Where the person is in the form, in the index beside it: in the section that has the focus, as long as that is in sight,
// else in the one that passes the upper part of the window. The last ones may be too short to ever come there.
const links = [...document.querySelectorAll(".edit-index a")];
const ids = links.map((link) => link.hash.slice(1));
// What of the form is in sight: sections in the upper part of the window, sections as a whole, what has the focus.
const upper = new Set();
const whole = new Set();
const focused = new Set();

const current = () => {
  const section = [...focused].map((element) => element.closest(".edit-section")).find((found) => found);
  if (section) return section.id;
  const last = ids[ids.length - 1];
  if (whole.has(last) && !whole.has(ids[0])) return last;
  // Between two sections it stays where it was.
  return ids.find((id) => upper.has(id));
};
const show = () => {
  const id = current() || (links.some((link) => link.hasAttribute("aria-current")) ? "" : ids[0]);
  if (!id) return;
  links.forEach((link, index) => {
    if (ids[index] === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
};
const observer = (found, of, options) =>
  new IntersectionObserver((entries) => {
    for (const { target, isIntersecting, intersectionRatio } of entries) {
      const is = isIntersecting && intersectionRatio >= (options.threshold || 0);
      if (is) found.add(of(target));
      else found.delete(of(target));
    }
    show();
  }, options);

const observers = [
  observer(upper, (section) => section.id, { rootMargin: "-20% 0px -70% 0px" }),
  observer(whole, (section) => section.id, { threshold: 0.98 }),
];
const focus = observer(focused, (element) => element, {});
const watch = (section) => observers.forEach((one) => one.observe(section));
const watchFocus = (element) => {
  focus.disconnect();
  focused.clear();
  focus.observe(element);
};

// Sections come anew with their rows.
document.addEventListener("rows", (event) => watch(event.target));
document.addEventListener("focusin", (event) => watchFocus(event.target));
// Who goes to a section by the index is in it as if it had the focus, however short it is.
for (const link of links) {
  link.addEventListener("click", () => {
    const section = document.getElementById(link.hash.slice(1));
    if (section) watchFocus(section);
  });
}
watchFocus(document.activeElement);
ids.map((id) => document.getElementById(id)).filter(Boolean).forEach(watch);
