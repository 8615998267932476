// Whether there is a network: said while there is none, for what is sent then gets no answer.
const line = document.getElementById("offline");
const say = () => (line.textContent = navigator.onLine ? "" : line.dataset.said);
for (const name of ["online", "offline"]) window.addEventListener(name, say);
say();
