// What a content is: its own type, else what its placement takes. `data-type` of its row tells it to styles and scripts. On what it is
// seen follows its placement.
import { form } from "./inputs.js";

const typeOf = (component, placement) => {
  const own = /(html|imagelink|text|json)$/.exec(component.querySelector('[name$="/type"]').value);
  return (own && own[1]) || (placement && placement.dataset.type) || "";
};
const draw = (place, name) => {
  const use = place && place.querySelector("use");
  if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
};
const chosenIn = (row) => row.querySelector("[data-placement]").selectedOptions[0];
const show = () => {
  for (const row of form.querySelectorAll("[data-row]:has([data-component])")) {
    const placement = chosenIn(row);
    for (const one of row.querySelectorAll("[data-component]")) {
      const type = (one.dataset.type = typeOf(one, placement));
      const device = (type !== "json" && placement && placement.dataset.device) || "plain";
      one.querySelector(".device").className = `device device-${device}`;
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
      const text = one.getAttribute(said);
      if (text && text.endsWith(was)) one.setAttribute(said, text.slice(0, -was.length) + name);
    }
  }
};
const drawPlacement = (row) => {
  const placement = chosenIn(row);
  if (!placement || !placement.dataset.icons) return;
  const [channel, content] = placement.dataset.icons.split(" ");
  draw(row.querySelector(".placement-icon"), channel);
  callCard(row, nameOf(placement));
  for (const component of row.querySelectorAll("[data-component]")) {
    if (component.querySelector('[name$="/type"]').value !== "") continue;
    const kind = component.querySelector("[data-kind]");
    draw(kind, content);
    kind.querySelector("span").textContent = placement.dataset.word;
  }
};

form.addEventListener("input", (event) => {
  show();
  if (event.target.matches("[data-placement]")) drawPlacement(event.target.closest("[data-row]"));
});
document.addEventListener("rows", show);
window.addEventListener("pageshow", show);
show();
