"""The templates: that a person can review them, that each is used, and that each lies where it is rendered."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"})
WIDTH = 120


def name_of(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_line_is_longer_than_a_screen(path: Path) -> None:
    """No formatter knows both Django's tags and where white space shows, so lines are broken by hand."""
    lines = enumerate(path.read_text().splitlines(), 1)
    long = {f"{name_of(path)}:{number}": len(line) for number, line in lines if len(line) > WIDTH}
    assert long == {}
