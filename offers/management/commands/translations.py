"""`manage.py translations`: collect what the interface says into the catalogues, compile them; or check them.

Done in Python, so that nobody needs GNU gettext: Django turns templates into source text that Babel reads.
"""

import ast
import io
import re
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import TypeAlias

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

LANGUAGES = ("ko",)
SOURCES = ("offeradmin/**/*.py", "offers/**/*.py", "templates/**/*.html", "templates/**/*.txt")
# What marks messages in Python, also with _lazy or _noop at its end: does it name a context first, and how many texts.
MARKS = {"_": (False, 1), "gettext": (False, 1), "ngettext": (False, 2), "pgettext": (True, 1), "npgettext": (True, 2)}
# Comments that start like this go into the catalogues.
TO_TRANSLATORS = "Translators:"
# A message (or its singular and plural), the comments for its translators, and its context.
Said: TypeAlias = tuple[str | tuple[str, ...], list[str], str | None]
# %(name)s of templates, {name} of str.format, bare %s or %d, and the %name that scripts fill in (its sign doubled).
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%[a-z]+|%[sd]")
# Dates and versions would change with every run; names and addresses are the repository's to know.
UNSTABLE_HEADERS = re.compile(
    rb'"(Project-Id-Version|Report-Msgid-Bugs-To|[A-Z]+-[A-Za-z]+-Date|Last-Translator|Language-Team|Generated-By): .*\n'
)


class Command(BaseCommand):
    help = "Update and compile the translation catalogues under offers/locale, or check that nothing is missing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something is missing")

    def handle(self, *, check: bool, **options: object) -> None:
        root = Path(settings.BASE_DIR)
        template = collect(root)
        problems: list[str] = []
        for language in LANGUAGES:
            path = root / "offers" / "locale" / language / "LC_MESSAGES" / "django.po"
            if check:
                problems += [f"{language}: {problem}" for problem in problems_of(path, template, language)]
            else:
                missing = update(path, template, language)
                self.stdout.write(f"{language}: {len(template)} messages, {missing} to translate in {path}")
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} problems. Run `manage.py translations`, then translate what is empty.")


def collect(root: Path) -> Catalog:
    """Every message that the code and templates under `root` mark for translation."""
    template = Catalog()
    for path in sorted(path for pattern in SOURCES for path in root.glob(pattern)):
        for message, comments, context in _messages(path):
            template.add(message, locations=[(str(path.relative_to(root)), 1)], auto_comments=comments, context=context)
    return template


def update(path: Path, template: Catalog, language: str) -> int:
    """Bring the catalogue at `path` up to date and compile it. Returns how many messages wait for a translator."""
    catalog = _read(path, language)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    for message in catalog:
        # Babel gives a message that got a plural as many forms as English has, and marks it fuzzy.
        if isinstance(message.string, tuple):
            message.string = message.string[: catalog.num_plurals]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_po(catalog))
    path.with_suffix(".mo").write_bytes(_mo(catalog))
    return sum(message.fuzzy or not _translated(message) for message in catalog if message.id)


def problems_of(path: Path, template: Catalog, language: str) -> Iterator[str]:
    """What is wrong with the catalogue at `path`, one sentence each; nothing when it is complete and compiled."""
    catalog = _read(path, language)
    for wanted in template:
        if not wanted.id:
            continue
        message = catalog.get(_key(wanted), wanted.context)
        if message is None:
            yield f"{_key(wanted)!r} is not in the catalogue."
        elif message.fuzzy:
            yield f"{_key(wanted)!r} is marked fuzzy."
        elif not _translated(message):
            yield f"{_key(wanted)!r} is not translated."
        elif _placeholders(message.id) != _placeholders(message.string):
            yield f"{_key(wanted)!r} and its translation differ in their placeholders."
    for message in catalog:
        if message.id and template.get(_key(message), message.context) is None:
            yield f"{_key(message)!r} is not used any more."
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _mo(catalog):
        yield f"{compiled.name} is not compiled from {path.name}."


def _messages(path: Path) -> Iterator[Said]:
    text = path.read_text()
    if path.suffix == ".py":
        yield from _in_python(text)
        return
    # What is left of a template is calls between meaningless words; indentation would mean something to Python.
    source = "\n".join(line.lstrip() for line in templatize(text, str(path)).splitlines())
    for _line, message, comments, context in extract(
        "python", io.BytesIO(source.encode()), comment_tags=[TO_TRANSLATORS]
    ):
        yield message, comments, context


def _in_python(text: str) -> Iterator[Said]:
    """What calls with literal arguments say. Babel would take the "status" of `_(WORDS["status"][status])` for a
    message, and overlook those inside of f-strings up to Python 3.11."""
    lines = text.splitlines()
    for call in ast.walk(ast.parse(text)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        has_context, texts = MARKS.get(name.removesuffix("_lazy").removesuffix("_noop"), (False, 0))
        said = [
            argument.value
            for argument in call.args[: has_context + texts]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if not texts or len(said) < has_context + texts:
            continue
        context = said.pop(0) if has_context else None
        yield said[0] if texts == 1 else tuple(said), _comments_above(lines, call.lineno), context


def _comments_above(lines: Sequence[str], line: int) -> list[str]:
    """The comment for translators that ends right above a line (counted from 1)."""
    above = takewhile(lambda text: text.startswith("#"), (text.strip() for text in reversed(lines[: line - 1])))
    block = [text.removeprefix("#").strip() for text in above][::-1]
    return list(dropwhile(lambda text: not text.startswith(TO_TRANSLATORS), block))


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        comment = f"# Translations of offeradmin: {language}. Made by `manage.py translations`, translated by hand."
        return Catalog(locale=language, header_comment=comment, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _po(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return UNSTABLE_HEADERS.sub(b"", file.getvalue())


def _mo(catalog: Catalog) -> bytes:
    """The compiled catalogue, from the very bytes of its source, so that the same source compiles to the same bytes."""
    source = read_po(io.BytesIO(_po(catalog)), locale=catalog.locale)
    # The source names no date; Babel would put the present one into the header.
    source.creation_date = datetime.fromtimestamp(0, UTC)
    file = io.BytesIO()
    write_mo(file, source)
    return file.getvalue()


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [""])


def _translated(message: Message) -> bool:
    return all(_forms(message.string))


def _placeholders(text: str | list[str] | tuple[str, ...] | None) -> set[str]:
    """Those of a text; of one with plurals in its last form, the only one that some languages have."""
    return set(PLACEHOLDER.findall(_forms(text)[-1]))
