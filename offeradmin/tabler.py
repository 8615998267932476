"""`python -m offeradmin.tabler`: keep of Tabler's stylesheet what pages use, a thirtieth of it.

`vendor/` has the stylesheet as it is published; `static/` has what this makes of it, checked in, so that nothing has to be built.
A rule goes if it is for classes or data attributes that no page has, and a custom property if nothing asks for it: neither can show.
`tests/test_tabler.py` says when this is to be run again.
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORIGINAL = ROOT / "vendor" / "tabler-1.6.1" / "tabler.min.css"
KEPT = ROOT / "static" / "vendor" / "tabler-1.6.1" / "tabler.css"
# Those of Tabler's classes and data attributes that pages have.
CLASSES = frozenset(
    (
        *("btn", "btn-danger", "btn-ghost", "btn-icon", "btn-primary", "icon", "visually-hidden", "w-100"),
        *("form-check", "form-check-input", "form-check-label", "form-control", "form-label", "form-select"),
        *("calendar", "is-invalid", "legend", "mark", "page", "row", "tag", "tag-list", "timeline"),
    )
)
ATTRIBUTES = frozenset(("data-bs-theme", "data-label", "data-theme"))
CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
DATA = re.compile(r"\[(data-[\w-]+)")
# What stands before its block; the blocks of @media and @keyframes hold rules of their own.
BLOCK = re.compile(r"(?<![^{}])([^{}]++)\{((?:[^{}]++|\{[^{}]*+\})*+)\}")


def main() -> None:
    KEPT.write_text(kept())


def kept() -> str:
    """Tabler's stylesheet without what cannot show on our pages."""
    text = ORIGINAL.read_text()
    licence, rules = re.findall(r"/\*!.*?\*/", text, re.DOTALL)[0], re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    rules = without_unmet(rules.removeprefix('@charset "UTF-8";'))
    rules = without_keyframes(rules)
    made = f'@charset "UTF-8";\n{licence}\n/* What pages use of it; made by python -m offeradmin.tabler. */\n'
    return made + "\n".join(line for line in without_properties(rules, own_styles()).splitlines() if line) + "\n"


def own_styles() -> str:
    """Our own styles, which ask for Tabler's custom properties."""
    styles = sorted(path for path in (ROOT / "static").rglob("*.css") if "vendor" not in path.parts)
    return "\n".join(path.read_text() for path in styles)


def without_unmet(rules: str) -> str:
    """A rule a line, without the selectors for what no page has."""
    return "\n".join(_met(rules))


def _met(rules: str) -> Iterator[str]:
    for head, block in BLOCK.findall(rules):
        if head.startswith("@media"):
            if inner := without_unmet(block):
                yield f"{head}{{\n{inner}\n}}"
        elif head.startswith("@"):
            yield f"{head}{{{block}}}"
        elif selectors := [selector for selector in split(head, ",") if can_match(selector)]:
            yield f"{','.join(selectors)}{{{block}}}"


def can_match(selector: str) -> bool:
    """Whether an element can be what a selector asks for. What stands in parentheses may say what it must not have."""
    plain = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", selector)
    # An escaped character is in none of our names.
    return "\\" not in plain and set(CLASS.findall(plain)) <= CLASSES and set(DATA.findall(plain)) <= ATTRIBUTES


def without_keyframes(rules: str) -> str:
    """Movements that nothing names go."""
    named = set(re.findall(r"[\w-]+", re.sub(r"@keyframes [\w-]+", "", rules)))
    lines = rules.splitlines()
    return "\n".join(line for line in lines if not line.startswith("@keyframes") or line[11:].split("{")[0] in named)


def without_properties(rules: str, others: str) -> str:
    """Custom properties that neither these rules nor the `others` ask for go, and then those that only these asked for."""
    asked = set(re.findall(r"var\(\s*(--[\w-]+)", rules + others))
    left = "\n".join(_asked_for(line, asked) for line in rules.splitlines())
    return left if left == rules else without_properties(left, others)


def _asked_for(line: str, asked: set[str]) -> str:
    if line.startswith("@property"):
        return line if line[10:].split("{")[0] in asked else ""
    head, _, block = line.partition("{")
    if line.startswith("@") or not block:
        return line
    declared = [each for each in split(block.removesuffix("}"), ";") if each]
    left = [each for each in declared if not each.startswith("--") or each.split(":")[0] in asked]
    return f"{head}{{{';'.join(left)}}}" if left else ""


def split(text: str, separator: str) -> list[str]:
    """The parts between separators that are neither quoted nor in parentheses."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
        if letter == separator and not quote and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


if __name__ == "__main__":
    main()
