"""Previews: nothing of theirs runs, and nothing is loaded from other sites before the reader says so."""

import re

import pytest
from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS
from offers.ledger import writes
from offers.models import LibraryItem, Sandbox
from offers.web.frame.pictures import asked_for, hosts_of
from offers.web.item.shown import expressions
from tests.cast import FORM, actor, make, make_placement, offer, patch, replace
from tests.cast import shown_in as shown
from tests.measure import least
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

HTML = '<img src="https://pics.shop.example/a.png"><p style="background:url(https://cdn.example:8443/b)">Hi</p>'
PREVIEW = "/s/prod/offers/sale/preview/1/0/0/"


def at(etag: int, representation: int) -> str:
    return f"/s/prod/offers/sale/preview/{etag}/{representation}/0/"


def policy(response: object) -> dict[str, str]:
    text = response["Content-Security-Policy"]  # type: ignore[index]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in text.split(";"))}


@pytest.fixture
def browser(sign_in: SignIn, sandbox: Sandbox) -> Client:
    make_placement(actor(sandbox))
    document = offer(representations=[shown("home")])
    document["representations"][0]["components"][0]["content"] = HTML
    make(actor(sandbox), document, id="sale")
    return sign_in()


def test_only_our_own_pictures_are_loaded_until_the_reader_asks_for_a_sites(browser: Client) -> None:
    before = policy(browser.get(PREVIEW))
    assert before["img-src"] == "'self' data:"
    assert before["default-src"] == "'none'"
    assert "sandbox" in before
    after = policy(browser.get(f"{PREVIEW}?pictures=pics.shop.example&pictures=cdn.example:8443"))
    assert after["img-src"] == "'self' data: https://pics.shop.example https://cdn.example:8443"


def test_the_overview_asks_once_for_all_sites_and_hands_the_answer_on(browser: Client) -> None:
    page = text_of(browser.get("/s/prod/offers/sale/"))
    assert "Show pictures from pics.shop.example, cdn.example:8443" in page
    assert f'src="{PREVIEW}"' in page
    asked = text_of(browser.get("/s/prod/offers/sale/?pictures=pics.shop.example&pictures=evil.example"))
    assert f'src="{PREVIEW}?pictures=pics.shop.example"' in asked, "only sites that the offer names"
    assert "Show pictures from cdn.example:8443" in asked


def test_a_preview_shows_the_version_that_was_asked_for_whatever_was_saved_since(
    browser: Client, sandbox: Sandbox
) -> None:
    admin = actor(sandbox)
    sale = LibraryItem.objects.get(id="sale")
    make_placement(admin, id="mail")
    patch(admin, sale, [{"op": "add", "path": "/representations/0", "value": shown("mail")}])
    assert 'src="https://pics.shop.example/a.png"' in text_of(browser.get(at(1, 0)))
    assert "Hello" in text_of(browser.get(at(2, 0)))
    assert 'src="https://pics.shop.example/a.png"' in text_of(browser.get(at(2, 1)))
    writes.delete(admin, OFFER_KINDS, "sale", FORM)
    deleted = browser.get(at(2, 0))
    assert "Hello" in text_of(deleted)
    assert "sandbox" in policy(deleted)
    for never in (at(1, 1), at(3, 0), at(4, 0), at(0, 0), at(99_999_999_999_999_999_999, 0)):
        assert browser.get(never).status_code == 404, never


def test_the_pages_frames_name_the_version_that_they_show(browser: Client, sandbox: Sandbox) -> None:
    patch(actor(sandbox), LibraryItem.objects.get(id="sale"), replace("/name", "Summer sale"))
    for page in ("/s/prod/offers/sale/", "/s/prod/offers/sale/edit/"):
        assert f'src="{at(2, 0)}"' in text_of(browser.get(page))


def test_a_stranger_to_the_sandbox_sees_no_version(browser: Client, sign_in: SignIn) -> None:
    stranger = sign_in(None, "Lee Stranger")
    for etag in (1, 2):
        assert stranger.get(at(etag, 0)).status_code == 404


@pytest.mark.parametrize("host", ["*", "*.example", "a;script-src *", "a b", "https://a", "'unsafe-inline'", "a/b", ""])
def test_what_is_no_site_gets_into_no_policy(browser: Client, host: str) -> None:
    assert policy(browser.get(PREVIEW, {"pictures": host}))["img-src"] == "'self' data:"
    typed = browser.post("/s/prod/preview/", {"type": "html", "content": HTML, "pictures": host})
    assert policy(typed)["img-src"] == "'self' data:"


def test_what_is_typed_is_under_the_same_policy_and_opens_no_connections(browser: Client) -> None:
    content = '<LINK rel="preconnect" href="https://spy.example">Hi<iFrame src="https://spy.example"></iframe><object data="x">'
    typed = browser.post("/s/prod/preview/", {"type": "html", "content": content, "pictures": "pics.shop.example"})
    assert policy(typed)["img-src"] == "'self' data: https://pics.shop.example"
    assert not re.search(r"<(link|iframe|object)", text_of(typed).lower())
    as_text = browser.post("/s/prod/preview/", {"type": "text", "content": content})
    assert "&lt;iFrame src" in text_of(as_text), "plain text is shown as it is"
    assert typed["X-DNS-Prefetch-Control"] == "off"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("<h2>{{ a.count }} left</h2>", "<h2>[a.count] left</h2>"),
        ("{% if a %}A{{{b}}}", "[{% if a %}]A[b]"),
        ("{{ a | f: &quot;<b>&quot; }}", "[a | f: &quot;&lt;b&gt;&quot;]"),
        ('<a title="1 > 0" href="{{a}}">{{b}}</a>', '<a title="1 > 0" href="{{a}}">[b]</a>'),
        ("<style>p::before { content: '{{a}}' }</style><!-- {{b}} --><TextArea>{{c}}</textarea>{{d}}", None),
        ("{{ never closed <b>", "{{ never closed <b>"),
        ("<p {{a}", "<p {{a}"),
    ],
)
def test_an_expression_in_a_content_is_one_marked_piece_where_it_is_text(content: str, shown: str | None) -> None:
    found = expressions.in_html(content)
    read = re.sub(r'<offer-expression title="[^"]*">(.*?)</offer-expression>', r"[\1]", found)
    assert read == (shown if shown is not None else content.replace("{{d}}", "[d]"))


def test_an_expression_in_a_text_is_marked_and_nothing_else_is_html(browser: Client) -> None:
    for kind in ("text", "json"):
        sent = text_of(browser.post("/s/prod/preview/", {"type": kind, "content": "<b>{{ a.b }}"}))
        assert '&lt;b&gt;<offer-expression title="{{ a.b }}">a.b</offer-expression></pre>' in sent, kind
    html = text_of(browser.post("/s/prod/preview/", {"type": "html", "content": "{{a}}<iframe src=x>{{ '<iframe>' }}"}))
    assert "<iframe" not in html


@pytest.mark.parametrize("piece", ["{{", "{{a", "{%a", "<a '", '<a="', "<!--", "<style>", "{{a}}", "<a {{", "</"])
def test_expressions_are_found_in_time_whatever_stands_around_them(piece: str) -> None:
    content = piece * (300_000 // len(piece))
    assert least(lambda: expressions.in_html(content), 0.5) < 0.5


def test_json_is_laid_out_and_stays_text(browser: Client) -> None:
    sent = {"type": "json", "content": '{"a":[1,"<b>"],"b":{}}'}
    shown = text_of(browser.post("/s/prod/preview/", sent))
    assert "{\n  &quot;a&quot;: [\n    1,\n    &quot;&lt;b&gt;&quot;\n  ],\n  &quot;b&quot;: {}\n}</pre>" in shown


def test_sites_are_found_where_pictures_are_loaded_and_nowhere_else() -> None:
    found = {"type": "html", "content": 'src=https://A.example/x <a href="https://link.example">', "deliveryURL": ""}
    image = {"type": "imagelink", "deliveryURL": "https://b.example/x.png", "linkURL": "https://link.example"}
    template = {"type": "imagelink", "deliveryURL": "https://{{host}}/x.png"}
    ours = {"type": "imagelink", "deliveryURL": "/static/pictures/x.svg"}
    document = {"representations": [{"components": [found, image, template, ours]}]}
    assert hosts_of(document) == ["a.example", "b.example"]
    assert asked_for(["A.example", "a.example:99", "-a", "a" * 300]) == ["a.example", "a.example:99"]


@pytest.mark.parametrize("piece", ["src=https://a", "src=", "src= ", "url(", "https://", "src='https://a.", " "])
def test_no_content_takes_long_to_look_through(piece: str) -> None:
    document = {"representations": [{"components": [{"type": "html", "content": piece * (100_000 // len(piece))}]}]}
    assert least(lambda: hosts_of(document), 0.2) < 0.2
