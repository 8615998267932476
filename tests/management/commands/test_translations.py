"""Collecting, compiling and checking messages, on a small tree of its own."""

import gettext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offers.management.commands.translations import collect, problems_of, update

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
def hello(name, n):
    title = gettext_lazy("A long title "
                         "in two pieces")
    _("Hello {name}").format(name=name)
    _(WORDS["status"][name]), _(name)
    ngettext("%(n)d offer", "%(n)d offers", n)
    # Comes first.
    # Translators: a month,
    # not a verb.
    return pgettext("the month", "May") + f"{title}: {shown(name, _('Inside'))!r:>{n}}"
"""
TEMPLATE = """
{% load i18n %}
<p title="{% translate "Don't touch" %}">5 < 6 && it's "odd"
    {% blocktranslate trimmed with name=offer.name %}
        Edited by
        {{ name }}
    {% endblocktranslate %}
  {% blocktranslate count n=offers|length %}One offer{% plural %}{{ n }} offers{% endblocktranslate %}
<p data-text="{% translate '%n left' %}">
{% if x == _("Quoted") %}{# a comment #}{% endif %}
"""
TRANSLATIONS = {
    "A long title in two pieces": "긴 제목",
    "Hello {name}": "{name} 님, 안녕하세요",
    "%(n)d offer": "오퍼 %(n)d개",
    "May": "5월",
    "Inside": "안쪽",
    "Don't touch": "만지지 마세요",
    "Edited by %(name)s": "%(name)s 편집",
    "One offer": "오퍼 %(n)s개",
    "Quoted": "인용",
    "%%n left": "%%n개 남음",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "offers").mkdir()
    (tmp_path / "offers" / "code.py").write_text(CODE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def translate(path: Path, translations: dict[str, str]) -> None:
    """Fill in the catalogue as a translator would, in its text."""
    key, lines = "", []
    for line in path.read_text().splitlines():
        if line.startswith("msgid "):
            key = line.removeprefix('msgid "').removesuffix('"')
        for empty in ("msgstr", "msgstr[0]"):
            if line == f'{empty} ""' and key:
                line = f'{empty} "{translations.get(key, "")}"'
        lines.append(line)
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def translated(root: Path) -> Path:
    path = root / "django.po"
    update(path, collect(root), "ko")
    translate(path, TRANSLATIONS)
    assert update(path, collect(root), "ko") == 0
    return path


def test_it_collects_what_code_and_templates_say(root: Path) -> None:
    said = [message.id for message in collect(root) if message.id]
    assert {text if isinstance(text, str) else text[0] for text in said} == set(TRANSLATIONS)


def test_comments_for_translators_are_in_the_catalogue(translated: Path) -> None:
    assert "#. Translators: a month,\n#. not a verb.\n#: offers/code.py\n" in translated.read_text()
    assert "Comes first" not in translated.read_text()


def test_a_complete_catalogue_has_no_problems_and_works(root: Path, translated: Path) -> None:
    assert list(problems_of(translated, collect(root), "ko")) == []
    with translated.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Edited by %(name)s") == "%(name)s 편집"
    assert compiled.ngettext("One offer", "%(n)s offers", 3) == "오퍼 %(n)s개"
    assert compiled.pgettext("the month", "May") == "5월"


def test_running_it_again_changes_no_byte(root: Path, translated: Path) -> None:
    before = translated.read_bytes(), translated.with_suffix(".mo").read_bytes()
    update(translated, collect(root), "ko")
    assert (translated.read_bytes(), translated.with_suffix(".mo").read_bytes()) == before


def test_what_it_writes_is_the_same_on_another_day(translated: Path) -> None:
    today = f"{datetime.now(UTC):%Y-%m-}".encode()
    assert today not in translated.read_bytes()
    assert today not in translated.with_suffix(".mo").read_bytes()


def test_it_reports_a_message_that_nobody_translated(root: Path, translated: Path) -> None:
    (root / "offers" / "new.py").write_text('_("A new sentence")')
    assert list(problems_of(translated, collect(root), "ko")) == ["'A new sentence' is not in the catalogue."]
    assert update(translated, collect(root), "ko") == 1
    assert list(problems_of(translated, collect(root), "ko")) == ["'A new sentence' is not translated."]


def test_it_reports_a_message_that_is_no_longer_said(root: Path, translated: Path) -> None:
    (root / "offers" / "code.py").write_text("")
    found = list(problems_of(translated, collect(root), "ko"))
    assert "'May' is not used any more." in found
    assert len(found) == 5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("%(naem)s 편집", "Edited by %(name)s"),
        ("안녕하세요", "Hello {name}"),
        ("오퍼 %(m)s개", "One offer"),
        ("남음", "%%n left"),
    ],
)
def test_it_reports_a_translation_that_lost_a_placeholder(
    root: Path, translated: Path, wrong: str, message: str
) -> None:
    translated.write_text(translated.read_text().replace(f'"{TRANSLATIONS[message]}"', f'"{wrong}"'))
    update(translated, collect(root), "ko")
    problems = list(problems_of(translated, collect(root), "ko"))
    assert problems == [f"{message!r} and its translation differ in their placeholders."]


def test_a_message_that_got_or_lost_its_plural_waits_for_a_translator(root: Path, translated: Path) -> None:
    code = root / "offers" / "code.py"
    code.write_text(CODE.replace('_("Hello {name}")', 'ngettext("Hello {name}", "Hello, all", n)'))
    assert update(translated, collect(root), "ko") == 1
    assert "msgstr[1]" not in translated.read_text()
    assert next(problems_of(translated, collect(root), "ko")) == "'Hello {name}' is marked fuzzy."
    translated.write_text(
        translated.read_text().replace("#, fuzzy, ", "#, ").replace("{name} 님, 안녕하세요", "안녕하세요")
    )
    assert update(translated, collect(root), "ko") == 0
    code.write_text(CODE)
    assert update(translated, collect(root), "ko") == 1


def test_it_reports_a_guess(root: Path, translated: Path) -> None:
    translated.write_text(translated.read_text().replace('msgid "Quoted"', '#, fuzzy\nmsgid "Quoted"'))
    assert next(problems_of(translated, collect(root), "ko")) == "'Quoted' is marked fuzzy."


def test_it_reports_a_catalogue_that_is_not_compiled(root: Path, translated: Path) -> None:
    translated.write_text(translated.read_text().replace("5월", "오월"))
    assert list(problems_of(translated, collect(root), "ko")) == ["django.mo is not compiled from django.po."]
