// Previews load pictures of other sites when the person says so, for this page. Each preview with such pictures has a button
// that names their sites; what may be loaded is the server's policy.
import { form } from "./inputs.js";

const sender = document.getElementById("preview-form");
const button = document.getElementById("pictures-button");
const NAME = "[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?";
const ADDRESS = new RegExp(`^\\s{0,9}https://(${NAME})(?=[/?#]|$)`, "i");
const LOADED = new RegExp(
  `(?:\\b(?:src|srcset|background|poster)\\s{0,9}=|\\burl\\()\\s{0,9}(?:&quot;|["'])?\\s{0,9}https://(${NAME})(?=[/?#"'\\s)&>]|$)`,
  "gi",
);
const allowed = () => [...sender.querySelectorAll("[name=pictures]")].map((input) => input.value);
const value = (component, name) => component.querySelector(`[name$="/${name}"]`).value;

const sites = (component) => {
  const found = [];
  const address = ADDRESS.exec(value(component, "deliveryURL"));
  if (address) found.push(address[1]);
  if (component.dataset.type === "html") for (const one of value(component, "content").matchAll(LOADED)) found.push(one[1]);
  return [...new Set(found.map((host) => host.toLowerCase()))].filter((host) => !allowed().includes(host));
};
const allow = (hosts) => {
  for (const host of hosts) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = "pictures";
    input.value = host;
    sender.append(input);
  }
  form.dispatchEvent(new Event("pictures"));
  showAll();
};
const show = (component) => {
  const place = component.querySelector(".component-preview");
  const old = place.querySelector("[data-sites]");
  const hosts = sites(component);
  if (old && old.dataset.sites === hosts.join(" ")) return;
  if (old) old.remove();
  if (!hosts.length) return;
  const made = button.content.cloneNode(true).firstElementChild;
  made.dataset.sites = hosts.join(" ");
  made.querySelector("span").textContent = made.dataset.text.replace("%s", hosts.join(", "));
  made.addEventListener("click", () => allow(hosts));
  place.append(made);
};
const showAll = () => form.querySelectorAll("[data-component]").forEach(show);

let waiting = 0;
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(showAll, 400);
};
form.addEventListener("input", (event) => event.target.closest("[data-component], [data-row]") && soon());
document.addEventListener("htmx:afterSettle", soon);
showAll();
