"""The same change in several contents is told once."""

from typing import Any

from offers.document.words.alike import alike
from offers.document.words.describe import describe


def shown(placement: str, *contents: tuple[str, str, str]) -> dict[str, Any]:
    formats = {"html": "text/html", "json": "application/json", "text": "text/plain"}
    parts = [
        {"type": type, "format": formats[type], "language": [language], "content": text}
        for type, language, text in contents
    ]
    return {"placement": placement, "components": parts}


def offer(dollars: str, won: str) -> dict[str, Any]:
    return {
        "characteristics": {"amount": f"${dollars}"},
        "representations": [
            shown(
                "web", ("html", "en", f"<h2>Music for ${dollars}</h2><p>Listen"), ("html", "ko", f"<b>음악 {won}원</b>")
            ),
            shown("app", ("json", "en", f'{{"head": "For ${dollars}"}}'), ("json", "ko", f'{{"value": "{won}원"}}')),
            shown("push", ("text", "en", f"Music for ${dollars} a month"), ("text", "ko", f"음악을 {won}원에")),
        ],
    }


def test_the_same_words_in_several_contents_are_one_row() -> None:
    found = alike(describe(offer("0", "0"), offer("6", "7,900")))
    assert [(row.change.title, [one.title for one in row.others]) for row in found] == [
        ("Attribute amount", []),
        (
            "web, en › Text",
            ["app, en › Text", "push, en › Text"],
        ),
        (
            "web, ko › Text",
            ["app, ko › Text", "push, ko › Text"],
        ),
    ]


def test_what_differs_otherwise_is_a_row_of_its_own() -> None:
    before, after = offer("0", "0"), offer("6", "7,900")
    after["representations"][2]["components"][0]["content"] = "Music for $7 a month"
    assert [len(row.others) for row in alike(describe(before, after))] == [0, 1, 2, 0]
    after = offer("0", "0")
    after["representations"][0]["components"][0]["content"] = "<h1>Music for $0</h1><p>Listen"
    after["representations"][0]["components"][1]["content"] = "<i>음악 0원</i>"
    assert [len(row.others) for row in alike(describe(before, after))] == [0, 0], "other tags are another change"
    after = offer("6", "0")
    after["representations"][0]["components"][0]["content"] = '<h2>Music for $6</h2><p>Listen<a href="/x"></a>'
    assert [len(row.others) for row in alike(describe(before, after))] == [0, 0, 1], "and so is another link"
