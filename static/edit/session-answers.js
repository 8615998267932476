// Answers to what the page asks by itself while one types: none, the sign-in page, or that its form token is too old.
import { check, form, notice, say, says } from "./session-notice.js";

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    event.stopPropagation();
    if (says("")) say("away");
  });
}
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.xhr.responseURL.includes("/accounts/login/")) {
    if (says("away") && !notice.hasAttribute("data-waiting")) say("");
    return;
  }
  event.detail.shouldSwap = false;
  event.stopPropagation();
  if (says("")) notice.dispatchEvent(new Event("signed-out"));
});
let renewed = false;
form.addEventListener("input", () => {
  renewed = false;
});
document.body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 403 || renewed) return;
  renewed = true;
  event.stopPropagation();
  check().then((may) => may && window.htmx.trigger("#changes", "look"));
});
