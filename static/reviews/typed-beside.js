// A note and a comment that are being written go along with whatever else is pressed on the page of a request (accept, resolve,
// withdraw): the page that follows has them again (offers/web/reviews/around/typed.py).
document.addEventListener("submit", (event) => {
  for (const id of ["text", "about", "comment", "suggestion"]) {
    const input = document.getElementById(id);
    if (!input?.value || input.form === event.target) continue;
    const beside = document.createElement("input");
    Object.assign(beside, { type: "hidden", name: `beside-${id}`, value: input.value });
    event.target.append(beside);
  }
});
