// Before a form leaves the page, ask whether somebody is there to take it. Where not, the form stays as it is, says so, and
// goes on with the very same button.
import { check, form, notice, says, waits } from "./session-notice.js";

let waiting = null; // the button that was pressed
let asking = false;
let again = false; // somebody came back while an answer from before was on its way
let passing = false;

const goOn = async () => {
  again = asking;
  if (asking) return;
  asking = true;
  if (waiting) waiting.classList.add("busy");
  let may = await check();
  while (again && !may) {
    again = false;
    may = await check();
  }
  asking = false;
  if (!waiting) return;
  waiting.classList.remove("busy");
  if (!may) return;
  const button = waiting;
  wait(null);
  passing = true;
  if (button.form === form) form.requestSubmit(button);
  passing = false;
};
const wait = (button) => {
  waiting = button;
  waits(button !== null);
};

form.addEventListener(
  "submit",
  (event) => {
    if (passing || !event.submitter) return;
    // Nobody else hears of a form that is not sent yet.
    event.preventDefault();
    event.stopImmediatePropagation();
    wait(event.submitter);
    goOn();
  },
  true,
);
notice.addEventListener("click", (event) => {
  const link = event.target.closest("[data-sign-in]");
  if (link && window.open(link.href, "sign-in", "popup,width=480,height=720")) event.preventDefault();
  if (event.target.closest("[data-try-again]")) goOn();
  if (event.target.closest("[data-go-on]")) {
    form.elements.person.value = notice.dataset.person;
    goOn();
  }
});
// Signing in happens elsewhere; whoever comes back from there wants to go on.
const back = () => !says("") && !says("away") && goOn();
notice.addEventListener("signed-out", goOn);
new BroadcastChannel("session").addEventListener("message", back);
window.addEventListener("focus", back);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && back());
window.addEventListener("online", () => !says("") && !waiting && goOn());
// Only coming back to it: a page may be saved before all of it has come, and shows itself then.
window.addEventListener("pageshow", (event) => event.persisted && wait(null));
