"""What an offer shows, in frames of devices: in which language, how high, and what differs from another version."""

from typing import Any

import pytest
from django.utils import translation

from offers.web.item.shown.looks import (
    ROOMS,
    Placed,
    Version,
    chosen,
    differing,
    first_of,
    in_language,
    languages_of,
    placed,
)

CHANNEL = "https://ns.adobe.com/xdm/channel-types/"


def content(text: str, *languages: str, type: str = "html", **more: Any) -> dict[str, Any]:
    return {"type": type, "format": f"text/{type}", "content": text, "language": list(languages), **more}


def shown_in(placement: str, channel: str, *components: dict[str, Any]) -> dict[str, Any]:
    return {"placement": placement, "channel": CHANNEL + channel, "components": list(components)}


def version(etag: int, *representations: dict[str, Any]) -> Version:
    return Version("prod", "sale", etag, {"representations": list(representations)}, {"home": "Home page"})


def marks(found: list[Placed]) -> list[tuple[str, str, list[str]]]:
    return [(one.placement, one.mark, [part.mark for part in one.contents]) for one in found]


def test_each_content_stands_in_the_frame_of_its_channel_by_the_address_of_its_version() -> None:
    document = version(
        4,
        shown_in("home", "web", content("<p>Hello</p>", "en", linkURL="https://shop.example/a")),
        shown_in("push", "messaging", content("Hello", type="text")),
        shown_in("news", "email", content("<p>Hello</p>")),
        shown_in("kiosk", "offline", content("Hello", type="text")),
        shown_in("app", "mobile", content("{}", type="json")),
    )
    found = placed(document)
    assert [one.contents[0].device for one in found] == ["browser", "phone", "mail", "plain", "plain"]
    home = found[0].contents[0]
    assert (found[0].name, home.host, home.pointer) == ("Home page", "shop.example", "/representations/0/components/0")
    assert home.address == "/s/prod/offers/sale/preview/4/0/0/"
    assert marks(found)[0] == ("home", "", [""])


@pytest.mark.parametrize(
    ("text", "type", "room"),
    [
        ("Hello", "text", 1),
        ("<h1>Hello</h1><p>World</p><p>Again</p><style>" + "p {} " * 500 + "</style>", "html", 3),
        ("가" * 400, "text", 6),
        ("word " * 3_000, "html", len(ROOMS)),
    ],
)
def test_a_frame_is_about_as_high_as_its_content(text: str, type: str, room: int) -> None:
    (found,) = placed(version(1, shown_in("home", "web", content(text, type=type))))
    assert found.contents[0].room == room
    assert found.contents[0].is_long == (len(text) > 10_000)


def test_beside_another_version_it_says_what_came_changed_and_went() -> None:
    before = version(
        1,
        shown_in("home", "web", content("Old", "en"), content("Alt", "ko")),
        shown_in("gone", "email", content("Bye", "en")),
    )
    after = version(
        2,
        shown_in("new", "web", content("Hi", "en")),
        shown_in("home", "web", content("New", "en"), content("Alt", "ko"), content("Neu", "de")),
    )
    found = placed(after, before)
    assert marks(found) == [
        ("new", "added", ["added"]),
        ("home", "", ["changed", "", "added"]),
        ("gone", "removed", ["removed"]),
    ]
    was = found[1].contents[0].was
    assert was is not None
    assert (was.address, found[2].contents[0].address) == (
        "/s/prod/offers/sale/preview/1/0/0/",
        "/s/prod/offers/sale/preview/1/1/0/",
    )
    assert [one.differs for one in placed(before, before)] == [False, False]
    assert marks(differing(found))[1] == ("home", "", ["changed", "added"])
    # Where one language is read, what differs in others is named, and a placement that came is there whole.
    home = in_language(found, "ko")[1]
    assert ([part.component["content"] for part in home.contents], home.elsewhere) == (["Alt"], ("en", "de"))
    assert home.differs
    assert in_language(found, "en")[1].elsewhere == ("de",)
    assert [one.elsewhere for one in in_language(found, "ko")[::2]] == [(), ()]


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (content("Hi", linkURL="https://a.example"), content("Hi", linkURL="https://b.example"), True),
        (content('<a class="b" href="/a">Hi</a>'), content('<a class="b" href="/b">Hi</a>'), True),
        (content('<a href="/a">Hi</a>'), content('<a href="/b">Ho</a>'), False),
        (content('&lt;a href="/a">'), content('&lt;a href="/b">'), False),
        (content('<a href="/a">', type="text"), content('<a href="/b">', type="text"), False),
    ],
)
def test_where_only_a_link_changed_both_look_the_same(before: Any, after: Any, same: bool) -> None:
    (home,) = placed(version(2, shown_in("home", "web", after)), version(1, shown_in("home", "web", before)))
    assert (home.contents[0].mark, home.contents[0].looks_same) == ("changed", same)


def test_where_placements_cannot_be_told_apart_all_went_and_all_came_with_their_contents() -> None:
    twice = version(1, shown_in("home", "web", content("a", "en")), shown_in("home", "web", content("b", "ko")))
    found = placed(version(2, shown_in("home", "web", content("c", "en"))), twice)
    assert marks(found) == [
        ("home", "added", ["added"]),
        ("home", "removed", ["removed"]),
        ("home", "removed", ["removed"]),
    ]
    assert differing(found) == found


def test_contents_are_shown_in_the_readers_language_or_the_one_that_is_asked_for() -> None:
    found = placed(
        version(
            1,
            shown_in("home", "web", content("Hello", "en-us"), content("안녕", "ko-kr"), content("…")),
            shown_in("app", "web", content("Hallo", "de-de")),
        )
    )
    languages = languages_of(found)
    assert languages == ["en-us", "ko-kr", "de-de"]
    with translation.override("ko"):
        assert chosen(languages, "") == "ko-kr"
    with translation.override("fr"):
        assert (chosen(languages, ""), chosen(languages, "all"), chosen(languages, "xx")) == ("en-us", "all", "en-us")
    shown = in_language(found, "ko-kr")
    assert [[part.component["content"] for part in one.contents] for one in shown] == [["안녕", "…"], ["Hallo"]]
    assert in_language(found, "all") == found


def test_a_page_holds_so_many_contents_and_says_how_many_more_there_are() -> None:
    many = [shown_in(f"p{number}", "web", content("a", "en"), content("b", "ko")) for number in range(3)]
    kept, left = first_of(placed(version(1, *many, shown_in("none", "web"))), 3)
    assert ([len(one.contents) for one in kept], left) == ([2, 1, 0], 3)
