// On a page of a moment: n leads back to now, [ to the change before and ] to the one after.
import { isCommand } from "./typing.js";

const WAYS = { n: "#to-now", "[": ".moment [rel=prev]", "]": ".moment [rel=next]" };
document.addEventListener("keydown", (event) => {
  if (!isCommand(event) || !(event.key in WAYS)) return;
  const way = document.querySelector(WAYS[event.key]);
  if (way) way.click();
});
