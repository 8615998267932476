// The key / leads to the search of the page; where it has none, to the palette.
import { isCommand } from "./typing.js";

document.addEventListener("keydown", (event) => {
  const search = document.querySelector("main input[type=search]");
  const way = search || document.querySelector("[data-palette]");
  if (event.key !== "/" || !isCommand(event) || !way) return;
  event.preventDefault();
  if (!search) return way.click();
  search.focus();
  search.select();
});
