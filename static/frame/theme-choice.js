// The theme that is chosen in the sidebar is there at once, in every open tab: no page is left, and nothing that is typed in it.
const tabs = new BroadcastChannel("theme");
const root = document.documentElement;
const show = (theme) => {
  root.dataset.theme = theme;
  root.dispatchEvent(new Event("theme"));
  for (const button of document.querySelectorAll("button[name=theme]")) button.ariaPressed = String(button.value === theme);
};
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.name !== "theme") return;
  event.preventDefault();
  fetch(event.target.action, { method: "POST", body: new FormData(event.target, button), redirect: "manual" });
  show(button.value);
  tabs.postMessage(button.value);
});
tabs.addEventListener("message", ({ data }) => show(data));
