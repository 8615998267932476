"""What is compressed, what is kept for how long, and what says so, as it travels."""

import gzip
import re
import shutil

import pytest

from tests.servers import Server
from tests.transport.curl import api, curl

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
AS_A_BROWSER = ("-H", "Accept-Encoding: gzip, deflate, br, zstd")
OFFER = "offers/personalizedOffer1234?offer-type=personalized"


def style_of(running: Server) -> str:
    """The address of a style, as a page has it."""
    page = curl(running.port, "/accounts/login/").content.decode()
    found: list[str] = re.findall(r'<link rel="stylesheet" href="([^"]+tabler\.css)"', page)
    return found[0]


def test_a_page_is_compressed_for_whoever_can_read_that_and_kept_by_nobody(running: Server) -> None:
    plain, short = curl(running.port, "/accounts/login/"), curl(running.port, "/accounts/login/", *AS_A_BROWSER)
    assert "content-encoding" not in plain.headers
    assert short.headers["content-encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(short.content)
    assert len(short.content) < len(plain.content) / 2
    for answer in (plain, short):
        assert "Accept-Encoding" in answer.headers["vary"]
        assert "no-store, " in answer.headers["cache-control"]
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_length_of_a_page_says_nothing_of_what_is_secret_in_it(running: Server) -> None:
    lengths = {len(curl(running.port, "/accounts/login/", *AS_A_BROWSER).content) for _ in range(5)}
    assert len(lengths) > 1


def test_what_programs_get_is_as_it_was_with_its_strong_etag(running: Server) -> None:
    answer = api(running.port, OFFER, *AS_A_BROWSER)
    assert "content-encoding" not in answer.headers
    assert re.fullmatch(r'"\d+"', answer.headers["etag"])
    assert api(running.port, OFFER, *AS_A_BROWSER, "-H", f"If-None-Match: {answer.headers['etag']}").status == 304


def test_a_style_is_kept_for_years_under_its_version(running: Server) -> None:
    answer = curl(running.port, style_of(running))
    assert answer.headers["cache-control"] == "max-age=315360000, public, immutable"
    assert answer.headers["content-type"] == 'text/css; charset="utf-8"'
    for known in (f"If-None-Match: {answer.headers['etag']}", f"If-Modified-Since: {answer.headers['last-modified']}"):
        again = curl(running.port, style_of(running), "-H", known)
        assert (again.status, again.content) == (304, b"")
        assert "immutable" in again.headers["cache-control"]


def test_the_styles_of_a_room_come_compressed_in_one_answer(running: Server) -> None:
    page = curl(running.port, "/accounts/login/").content.decode()
    (address,) = re.findall(r'href="(/styles/[^"]+)"', page)
    plain, short = curl(running.port, address), curl(running.port, address, "-H", "Accept-Encoding: gzip")
    assert gzip.decompress(short.content) == plain.content
    for answer in (plain, short, curl(running.port, address, "--head", "-H", "Accept-Encoding: gzip")):
        assert (answer.status, answer.headers["vary"]) == (200, "Accept-Encoding")
        assert "immutable" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers
        assert not answer.content or int(answer.headers["content-length"]) == len(answer.content)
