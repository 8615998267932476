"""What is kept of Tabler's stylesheet: what pages use."""

import re

from offeradmin import tabler
from tests.test_static import sources

AT_CLASSES = re.compile(
    r"""class(?:Name)?=\s*["'`]([^"`]*)["'`]|class(?:List|Name)\b[^;\n]*?["'`]([^;\n]*)|"class": f?"([^"]*)\""""
)


def names(found: re.Pattern[str], text: str) -> set[str]:
    return {name for match in found.findall(text) for name in re.findall(r"[\w-]+", "".join(match))}


def test_the_stylesheet_is_what_is_made_of_the_published_one() -> None:
    assert tabler.KEPT.read_text() == tabler.kept(), "python -m offeradmin.tabler"


def test_it_has_the_classes_and_data_attributes_that_pages_use_and_no_others() -> None:
    published, text = re.sub(r"\{[^{}]*\}", "{}", tabler.ORIGINAL.read_text()), sources()
    assert set(tabler.CLASS.findall(published)) & names(AT_CLASSES, text) == tabler.CLASSES
    assert set(tabler.DATA.findall(published)) & set(re.findall(r"data-[\w-]+", text)) == tabler.ATTRIBUTES


def test_what_could_only_meet_other_classes_is_left_out() -> None:
    assert tabler.can_match(".btn.btn-primary:not(.modal):hover")
    assert tabler.can_match("body :is(.modal, .btn)")
    assert not tabler.can_match(".modal .btn")
    assert not tabler.can_match(r".w-100.sm\:btn")


def test_what_a_kept_rule_asks_for_is_kept_and_what_asks_for_nothing_else_goes() -> None:
    rules = ":root{--a:1px;--b:var(--c);--c:2px;color:red}\n.btn{margin:var(--a)}"
    assert tabler.without_properties(rules, "") == ":root{--a:1px;color:red}\n.btn{margin:var(--a)}"
    assert tabler.without_properties(rules, "p { margin: var(--b) }") == rules


def test_a_separator_in_quotes_or_parentheses_separates_nothing() -> None:
    assert tabler.split("a:url('x;(');b:f(g(h;1));c", ";") == ["a:url('x;(')", "b:f(g(h;1))", "c"]
