"""What is wrong with a page: what axe finds, what the console says, and in which looks it is asked."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

# axe-core 4.12.1, Mozilla Public License 2.0 (axe.LICENSE beside it); only tests use it.
AXE = (Path(__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Layout goes by width and colour by theme, so two of the four see every rule of both.
LOOKS = [(1440, "light"), (390, "dark")]


def complaints_of(page: Page) -> list[str]:
    """What goes wrong on a page from now on: its console's errors and what nobody caught.

    Requests that are under way when a page is left are given up with it; htmx calls that an error, nobody else does.
    """
    given_up = ("htmx:sendAbort", "htmx:afterRequest")
    found: list[str] = []

    def listen(text: str) -> None:
        if not text.startswith(given_up):
            found.append(text)

    page.on("console", lambda message: listen(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: listen(str(error)))
    return found


MEASURE = """async rules => {
  const bars = [...document.querySelectorAll(".save-bar, .start-bar, .bulk-bar, .edit-index")];
  for (const bar of bars) bar.style.position = "static";
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  for (const bar of bars) bar.style.position = "";
  return found.violations;
}"""

# A colour on its way to another one is nobody's fault. What goes with scrolling, not with time, never ends.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter(one => one.timeline === document.timeline && one.effect.getComputedTiming().endTime !== Infinity)
  .map(one => one.finished))"""


def violations(page: Page) -> list[Any]:
    """What axe finds. It runs in the page's own world, where the policy would not let it in as a script element."""
    page.evaluate(AXE)
    page.evaluate(SETTLED)
    # What a sticky bar covers now can be scrolled to.
    found = page.evaluate(MEASURE, RULES)
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
