"""What the form warns of."""

import pytest
from django.utils import timezone

from offers.web.edit.warnings import advice, broken_at, warnings
from tests.cast import offer, shown_in


@pytest.mark.parametrize(
    ("content", "at"),
    [
        ('{"a": 1}', None),
        ('{"to": "{{ name }}", "n": {{ points }}}', None),
        ("[1{% if more %}, 2{% endif %}]", None),
        ('{"a": 1,\n "b": }', (2, 7)),
        ('{"a": {{ open }', (1, 8)),
        ("[" * 100_000, (1, 1)),
        ("9" * 5_000, None),
        ("[NaN]", (1, 1)),
        ('{"a": "{{", "b": {% if c %} 1}', None),
        ('{"a": "{%", "b": "{{" }{% x', (1, 24)),
    ],
)
def test_json_is_checked_around_its_expressions(content: str, at: tuple[int, int] | None) -> None:
    assert broken_at(content) == at


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        ("Hi {{ name }}{% if gold %}!{% endif %} { {}", "text", ""),
        ("Hi {{ name", "text", "{{ is never closed."),
        ("{{ a }} {% b }} {{ c", None, "{% is never closed."),
        ("{", "text", ""),
        ("{", "json", "Not valid JSON from line 1, column 2 on."),
        (" ", "json", ""),
    ],
)
def test_what_is_typed_is_advised_on(content: str, kind: str | None, said: str) -> None:
    assert advice(content, kind) == said


def test_broken_json_is_a_warning_and_other_content_is_left_alone() -> None:
    component = {"type": "json", "format": "application/json", "content": "{"}
    document = offer(representations=[shown_in("home"), shown_in("feed", components=[component])])
    document["selectionConstraint"]["endDate"] = "2099-01-01T00:00:00Z"
    assert warnings({}, document, timezone.now()) == ["A content is not valid JSON from line 1, column 2 on."]
