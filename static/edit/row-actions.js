// What the buttons of rows ask for, "remove:/tags/1" or "move:/tags/0:3", and what is called how afterwards. For the behaviours
// beside this file.

/** The way, the list, and from which place to which; nothing for what moves no row. */
export const actionOf = (value) => {
  const [, way, list, first, last] = /^(up|down|remove|move):(.+)\/([0-9]+)(?::([0-9]+))?$/.exec(value) || [];
  const from = Number(first);
  return way && { way, list, from, to: { up: from - 1, down: from + 1, remove: from, move: Number(last) }[way] };
};
const place = (index, { way, from, to }) => {
  if (way === "remove") return index > from ? index - 1 : index;
  if (index === from) return to;
  if (from < index && index <= to) return index - 1;
  return to <= index && index < from ? index + 1 : index;
};
/** What an input is called once a button did what it does to the rows; null where it went with its row. */
export const nameAfter = (name, value) => {
  const action = actionOf(value);
  if (!action || !name.startsWith(`${action.list}/`)) return name;
  const [index, ...rest] = name.slice(action.list.length + 1).split("/");
  if (action.way === "remove" && Number(index) === action.from) return null;
  return [action.list, place(Number(index), action), ...rest].join("/");
};
