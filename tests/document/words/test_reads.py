"""What people read of a change of a source: the text of HTML, the values of JSON."""

import json

import pytest

from offers.document.words.clips import clipped, folded
from offers.document.words.describe import describe
from offers.document.words.reads import Reading, _markup_of, read_of, reading, text_of
from offers.document.words.spans import Room
from tests.measure import assert_cheap


def read(old: str, new: str, language: str) -> Reading:
    found = reading(old, new, language, Room())  # type: ignore[arg-type]
    assert found is not None
    return found


def test_of_html_the_text_is_compared_and_no_tag_or_entity_is_seen() -> None:
    found = read("<h2>Now &amp; then: $0</h2>\n<p>Listen</p>", "<h2>Now &amp; then: $6</h2>\n<p>Listen</p>", "html")
    assert found.parts[0].spans == (("=", "Now & then: "), ("-", "$0"), ("+", "$6"), ("=", "\nListen"))


def test_where_only_tags_changed_it_says_so() -> None:
    assert read("<b>Go</b>", "<i>Go</i>", "html") == Reading("markup", "html")
    assert read('{"a":1}', '{ "a": 1 }', "json") == Reading("markup", "json")


def test_where_a_link_or_picture_leads_is_told_beside_the_text() -> None:
    def parts(old: str, new: str) -> list[tuple[str, ...]]:
        return [part[:3] for part in read(old, new, "html").parts]

    assert parts('<a href="/a">Go</a>', '<a href="/b">Go</a>') == [("href", "/a", "/b")]
    both = read('<a href="/a?x&amp;y">Go</a><img src=1.png>', "<a HREF='/b'>Stay</a><img src=1.png>", "html")
    assert ([part[:3] for part in both.parts], both.and_markup) == (
        [("", "Go", "Stay"), ("href", "/a?x&y", "/b")],
        True,
    )
    swapped = '<a href="/a">A</a><a href="/b">B</a>', '<a href="/b">A</a><a href="/a">B</a>'
    assert parts(*swapped) == [("href", "/a", "/b"), ("href", "/b", "/a")]
    assert parts("<p>Go</p>", '<p>Go</p><img src="/x.png">') == [("src", "", "/x.png")]
    assert not read('<a href="/a">Go</a>', '<a href="/a">Stay</a>', "html").and_markup
    assert read("<b>Go</b>", "<i>Stay</i>", "html").and_markup
    assert read("<style>a{}</style>Go", "<style>b{}</style>Stay", "html").and_markup


def test_of_json_a_few_values_are_told_and_more_are_counted() -> None:
    found = read('{"headline": "For $0", "go": {"x": [1, true]}}', '{"headline": "For $6", "go": {"x": [1]}}', "json")
    assert [part[:3] for part in found.parts] == [("headline", "For $0", "For $6"), ("go › x › 2", "true", "")]
    many = [json.dumps({str(n): n + by for n in range(5)}) for by in (0, 1)]
    assert read(many[0], many[1], "json") == Reading("values", "json", values=5)
    assert read('{"a": 1}', '{"a": {"b": 1}}', "json") == Reading("values", "json", values=1)
    assert read('{"a": {{ x }} }', '{"a": 2}', "json") == Reading("values", "json")
    assert read("[" * 50_000, "1", "json") == Reading("values", "json")


def test_a_plain_text_is_read_as_it_stands() -> None:
    assert reading("<b>", "<i>", "text", Room()) is None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>Two</p><p>Three</p>", "One\nTwo\nThree"),
        ("<b>1</b>,000 &lt;won&gt;", "1,000 <won>"),
        ("<style>p {}</style>a < b<!-- no --> <p cla", "a < b"),
        ('<a title="{{ a > b }}">Go</a>', "Go"),
        ("<preview>x</preview>", "x"),
    ],
)
def test_the_text_of_html_is_what_a_browser_shows(html: str, text: str) -> None:
    assert text_of(html) == text


def test_of_what_came_the_text_is_read() -> None:
    content = {"type": "html", "format": "text/html", "content": "<p>Hello</p>"}
    both = {"placement": "p", "components": [content, {**content, "content": "<p>You"}]}
    assert read_of(both, "text", "") == "Hello · You"
    values = {"type": "json", "format": "application/json", "content": '{"a": "Hi", "b": 2}'}
    assert read_of(values, "text", "{") == "Hi · 2"
    assert read_of({"deliveryURL": "/x"}, "text", "/x") == "/x"


def test_a_description_has_how_it_is_read_beside_the_source() -> None:
    content = {"type": "html", "format": "text/html", "content": "<p>Hello</p>"}
    (change,) = describe(content, {**content, "content": "<p>Hello you</p>"})
    assert change.reading is not None
    assert (change.reading.parts[0].new, change.new_text) == ("Hello you", "<p>Hello you</p>")


@pytest.mark.parametrize(
    "part",
    [
        "<",
        "<a {{",
        "<a href=",
        '<a href="',
        "<a href='x href ",
        "href   ",
        "<!--",
        "<style>",
        "<p ",
        "&amp;",
        "<title></title",
        "{{<a>",
        "</title ",
    ],
)
def test_no_html_is_slow_to_read(part: str) -> None:
    html = part * (200_000 // len(part))
    assert_cheap(lambda: (text_of(html), _markup_of(html)))


def test_a_source_is_cut_between_its_tags_and_entities() -> None:
    long = f'<p class="{"x" * 200}">Hello</p>'
    assert clipped("word " * 31 + long) == ("word " * 31).rstrip() + "…"
    assert folded([("+", "New"), ("=", "word " * 7 + "a &amp; b " * 20)])[1][1] == "word " * 7 + "a …"
    assert folded([("=", long + " and so on" * 3), ("+", "New")])[0][1] == "… Hello</p>" + " and so on" * 3
    address = f"https://shop.example/{'on/' * 30}?source="
    assert folded([("=", address), ("+", "New")])[0][1] == address, "whose host says where it leads"
    lines = folded([("=", f"{'Long before. ' * 9}\nIt ends.\n"), ("+", "New")])[0][1]
    assert lines.endswith("before. ↵ It ends. ↵ "), "what is left of paragraphs is one line"
    assert folded([("+", "New"), ("=", "\nShort.\nEnd")])[1][1] == " ↵ Short. ↵ End", "and so is what is short"
