// The key / leads to the search.
import { isCommand } from "./typing.js";

document.addEventListener("keydown", (event) => {
  const search = document.querySelector("input[type=search]");
  if (event.key !== "/" || !isCommand(event) || !search) return;
  event.preventDefault();
  search.focus();
  search.select();
});
