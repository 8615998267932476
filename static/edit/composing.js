// The input in which letters are being composed: what takes its place meanwhile would lose them. For the behaviours beside this
// file.
import { form } from "./inputs.js";

export let composing = null;

form.addEventListener("compositionstart", (event) => (composing = event.target));
form.addEventListener("compositionend", () => (composing = null), true);
