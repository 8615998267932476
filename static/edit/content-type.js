// What a content is: its own type, else what its placement takes. `data-type` of its row tells it to styles and scripts. On what it is
// seen, and what its text is, follow.
import { form } from "./inputs.js";

const typeOf = (component, placement) => {
  const own = /(html|imagelink|text|json)$/.exec(component.querySelector('[name$="/type"]').value);
  return (own && own[1]) || (placement && placement.dataset.type) || "";
};
const draw = (place, name) => {
  const use = place && place.querySelector("use");
  if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
};
// A label has the name at either end, as its language wants.
const renamed = (label, was, name) => {
  if (label.endsWith(was)) return label.slice(0, -was.length) + name;
  return label.startsWith(was) ? name + label.slice(was.length) : label;
};
const callText = (place, type) => {
  const label = place.querySelector("label").firstChild;
  const revert = place.querySelector("[data-revert]");
  const name = type === "imagelink" ? place.dataset.imagelink : place.dataset.text;
  revert.setAttribute("aria-label", renamed(revert.getAttribute("aria-label"), label.textContent.trim(), name));
  label.textContent = name;
};
const chosenIn = (row) => row.querySelector("[data-placement]").selectedOptions[0];
const show = () => {
  for (const row of form.querySelectorAll("[data-row]:has([data-component])")) {
    const placement = chosenIn(row);
    for (const one of row.querySelectorAll("[data-component]")) {
      const type = (one.dataset.type = typeOf(one, placement));
      const device = (type !== "json" && placement && placement.dataset.device) || "plain";
      one.querySelector(".device").className = `device device-${device}`;
      callText(one.querySelector(".component-text"), type);
    }
  }
};
// Its option says the type after the name.
const nameOf = (placement) => placement.text.split(" — ").slice(0, -1).join(" — ");
const callCard = (row, name) => {
  const line = row.querySelector(".fold-said b");
  const was = line.textContent;
  line.textContent = name;
  for (const one of row.querySelectorAll(".card-row-head [aria-label]")) {
    for (const said of ["aria-label", "title"]) {
      if (one.hasAttribute(said)) one.setAttribute(said, renamed(one.getAttribute(said), was, name));
    }
  }
};
const callKind = (component, icon, name) => {
  const kind = component.querySelector("[data-kind]");
  draw(kind, icon);
  kind.querySelector("span").textContent = name;
};
// A type of its own has the icon that placements of it have.
const drawType = (select) => {
  const component = select.closest("[data-component]");
  const alike = form.querySelector(`[data-placement] option[data-type="${component.dataset.type}"][data-icons]`);
  const icon = alike ? alike.dataset.icons.split(" ")[1] : "file-text";
  if (select.value) callKind(component, icon, select.selectedOptions[0].text);
  else drawPlacement(select.closest("[data-row]:has([data-placement])"));
};
const drawPlacement = (row) => {
  const placement = chosenIn(row);
  if (!placement || !placement.dataset.icons) return;
  const [channel, content] = placement.dataset.icons.split(" ");
  draw(row.querySelector(".placement-icon"), channel);
  callCard(row, nameOf(placement));
  for (const component of row.querySelectorAll("[data-component]")) {
    if (component.querySelector('[name$="/type"]').value === "") callKind(component, content, placement.dataset.word);
  }
};

form.addEventListener("input", (event) => {
  show();
  if (event.target.matches("[data-placement]")) drawPlacement(event.target.closest("[data-row]"));
  if (event.target.matches('[data-component] [name$="/type"]')) drawType(event.target);
});
document.addEventListener("rows", show);
// The browser may choose the placements again that were chosen, coming back to the page.
window.addEventListener("pageshow", () => {
  show();
  form.querySelectorAll("[data-row]:has([data-placement])").forEach(drawPlacement);
});
show();
