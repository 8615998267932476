// What is being written on the page of a request goes along with the two forms that are not part of that of the note, too (Settle and
// Set time: Enter in their inputs is not to approve anything), and is there again on the page that follows
// (offers/web/reviews/around/typed.py).
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-takes-typed]")) return;
  for (const input of document.getElementById("comment")?.form.elements ?? [])
    if (input.matches("textarea, select") && input.value) event.formData.append(input.name, input.value);
});
