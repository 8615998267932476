// What the form's inputs say, and what they said when it was opened. For the behaviours beside this file; it does nothing.
export const form = document.getElementById("offer-form");

const named = (input) => input.name && input.name.startsWith("/") && input.type !== "hidden";
const lines = (text) => text.replace(/\r\n?/g, "\n");

/** The inputs in an element that make the document, and nothing of the page's own. */
export const inputsIn = (place) => [...place.querySelectorAll("input, select, textarea")].filter(named);

/** What an input said at first: the server tells it where the page itself shows something else. */
export const was = (input) => {
  if (input.dataset.was !== undefined) return input.dataset.was;
  if (input.tagName !== "SELECT") return input.defaultValue;
  const options = [...input.options];
  return (options.find((option) => option.defaultSelected) || options[0] || { value: "" }).value;
};

export const differs = (input) =>
  input.type === "checkbox" || input.type === "radio"
    ? input.checked !== input.defaultChecked
    : lines(input.value) !== lines(was(input));
