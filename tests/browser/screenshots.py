"""`make screenshots` (or `python -m tests.browser.screenshots queue request`): the pictures of the documentation, one of which moves.

Made by a real Chromium of the sample library.
"""

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.servers import HOST, ROOT, private_database, server

OUT = ROOT / "docs" / "screenshots"
# Fills the database, and names an approved offer with a long history, an undo among it.
LOAD = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
call_command("demo_data", offers=200, verbosity=0)
from offers.models import Revision
print(Revision.objects.get(source="undo", sandbox__name="prod").item.id)
"""


def main(*names: str) -> int:
    """Take the pictures of these names, or all. Exit code 1 when there is no Chromium."""
    found = chromium.find_or_install()
    if found is None:
        print("There is no Chromium to take pictures with.", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, private_database(Path(place) / ".local") as database:
        done = database.python(LOAD)
        assert done.returncode == 0, done.stderr
        with server(database) as running, sync_playwright() as playwright:
            no_sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=found, args=["--disable-dev-shm-usage", *no_sandbox])
            address = f"http://{HOST}:{running.port}"
            offer = done.stdout.split()[-1]
            for name in names or [*PICTURES, "saving"]:
                if name == "saving":
                    _film(OUT / "saving.webp", saving(browser, address, offer))
                    continue
                page = PICTURES[name](browser, address, offer)
                page.screenshot(path=OUT / f"{name}.png")
                page.context.close()
                print(f"docs/screenshots/{name}.png")
            browser.close()
    return 0


def signed_in(browser: Browser, address: str, name: str, path: str) -> Page:
    context = browser.new_context(
        locale="en-GB", timezone_id="Europe/Lisbon", viewport={"width": 1440, "height": 900}, base_url=address
    )
    page = context.new_page()
    page.goto(f"/accounts/login/?next={path}")
    page.get_by_label("User name or email").fill(name)
    page.get_by_label("Password").fill("offers")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")
    # Once more, without the message that signing in worked.
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return page


def offer_list(browser: Browser, address: str, offer: str) -> Page:
    page = signed_in(browser, address, "marketer", "/s/prod/offers/")
    expect(page.get_by_text("200 offers")).to_be_visible()
    return page


def timeline(browser: Browser, address: str, offer: str) -> Page:
    page = signed_in(browser, address, "reviewer", f"/s/prod/offers/{offer}/history/")
    expect(page.get_by_text("undid version")).to_be_visible()
    return page


def conflict(browser: Browser, address: str, offer: str) -> Page:
    # Where a save needs no second person.
    path = f"/s/dev/offers/{offer}/edit/"
    mine, theirs = (signed_in(browser, address, name, path) for name in ("reviewer", "admin"))
    _type(theirs, "Last chance", "80")
    _save(theirs)
    expect(theirs.locator(".toast-item")).to_contain_text("Saved as version")
    theirs.context.close()
    _type(mine, "Only this week", "75")
    _save(mine)
    expect(mine.locator("[data-contested]")).to_have_count(2)
    return mine


def queue(browser: Browser, address: str, offer: str) -> Page:
    page = signed_in(browser, address, "reviewer", "/s/prod/reviews/?tab=all")
    expect(page.get_by_text("The Advent calendar")).to_be_visible()
    return page


def request(browser: Browser, address: str, offer: str) -> Page:
    page = signed_in(browser, address, "reviewer", "/s/prod/reviews/")
    page.get_by_role("link", name="Above the leaflet").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def saving(browser: Browser, address: str, offer: str) -> Iterator[tuple[bytes, int]]:
    """What an edit looks like: a name and a priority are typed, and saved. Each picture with its milliseconds."""
    page = signed_in(browser, address, "reviewer", f"/s/dev/offers/{offer}/edit/")
    yield page.screenshot(), 1_000
    name = page.get_by_label("Name", exact=True).first
    name.fill("")
    for letter in "Early access":
        name.press_sequentially(letter)
        yield page.screenshot(), 90
    expect(page.locator("#preview .view-words ins").first).to_be_visible()
    yield page.screenshot(), 1_200
    page.get_by_label("Priority", exact=True).first.fill("75")
    expect(page.locator("#preview")).to_contain_text("Priority")
    yield page.screenshot(), 1_800
    _save(page)
    expect(page.locator(".toast-item")).to_contain_text("Saved as version")
    yield page.screenshot(), 2_500
    page.context.close()


def _film(path: Path, pictures: Iterator[tuple[bytes, int]]) -> None:
    taken = list(pictures)
    first, *rest = [Image.open(io.BytesIO(picture)).convert("RGB").resize((1080, 675)) for picture, _time in taken]
    first.save(path, save_all=True, append_images=rest, duration=[time for _picture, time in taken], loop=0, quality=80)
    print(f"docs/screenshots/{path.name}")


def _type(page: Page, name: str, priority: str) -> None:
    page.get_by_label("Name", exact=True).first.fill(name)
    page.get_by_label("Priority", exact=True).first.fill(priority)


def _save(page: Page) -> None:
    page.locator("#save").click()
    page.wait_for_load_state("networkidle")


PICTURES: dict[str, Callable[[Browser, str, str], Page]] = {
    "list": offer_list,
    "history": timeline,
    "conflict": conflict,
    "queue": queue,
    "request": request,
}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
