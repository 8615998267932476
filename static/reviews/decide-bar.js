// The bar of a phone that leads to the decision is there until the decision itself comes into sight.
const bar = document.querySelector("[data-decide-bar]");
if (bar) {
  const seen = new IntersectionObserver(([entry]) => (bar.hidden = entry.isIntersecting), {
    rootMargin: "0px 0px -96px",
  });
  seen.observe(document.getElementById("decision"));
}
