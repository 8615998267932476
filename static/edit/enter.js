// Enter in a line saves nothing by accident; in the note, which is the last thing one says, it saves.
import { form } from "./inputs.js";

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox])")) return;
  event.preventDefault();
  if (event.target.id === "note") document.getElementById("save").click();
});
