// The edit page's question who else is there: it never gets in the way, and a closing tab says so.
const place = document.getElementById("presence");
// A question that nobody asked: when it fails there is nothing to tell, the next one comes in 20 seconds.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  place.addEventListener(name, (event) => event.stopPropagation());
}
window.addEventListener("pagehide", () => {
  const body = new URLSearchParams(JSON.parse(place.getAttribute("hx-vals")));
  body.set("leave", "1");
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  fetch(place.getAttribute("hx-post"), { method: "POST", body, headers, keepalive: true }).catch(() => {});
});
const back = () => window.htmx && window.htmx.trigger(place, "back");
window.addEventListener("pageshow", (event) => event.persisted && back());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && back());
