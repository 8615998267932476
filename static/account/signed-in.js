// Signed in beside a form: say so to the tab that has it, and go. (A tab that a person opened stays open.)
new BroadcastChannel("session").postMessage("signed in");
window.close();
