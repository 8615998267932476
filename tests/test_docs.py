"""Documentation under test: it names what there is, and nothing that there is not."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from offers.models import Membership

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATOR = (ROOT / "docs" / "operator.md").read_text()


def test_every_setting_that_is_an_environment_variable_is_documented_and_no_other() -> None:
    source = (ROOT / "offeradmin" / "settings.py").read_text()
    settings = set(re.findall(r'env\.\w+\("([A-Z_]+)"', source))
    table = OPERATOR[OPERATOR.index("## Settings") : OPERATOR.index("## People")]
    assert len(settings) > 5
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == settings


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_or_heading_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith("http"):
            continue
        name, _, heading = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}, (
                target
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_exists(page: Path) -> None:
    text = page.read_text()
    assert set(re.findall(r"manage\.py (\w+)", text)) <= get_commands().keys()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", text)) <= targets


def test_every_module_of_the_application_is_on_the_map() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for path in sorted((ROOT / "offers").iterdir()):
        name = path.stem
        if path.suffix == ".py" and not name.startswith("__") and name not in ("apps", "converters"):
            assert f"`{name}`" in text or (name.startswith("bulk") and "`bulk*`" in text), name
        elif path.is_dir() and (path / "__init__.py").exists() and name not in ("migrations", "management"):
            assert f"`{name}/`" in text, name


def test_the_auditors_page_names_every_role_and_the_pages_name_every_status() -> None:
    auditor, marketer = ((ROOT / "docs" / f"{name}.md").read_text() for name in ("auditor", "marketer"))
    assert [role.label for role in Membership.Role if f"| {role.label} |" not in auditor] == []
    assert [word for word in ("Draft", "Approved", "Archived") if f"| {word} |" not in marketer] == []


def test_the_production_example_installs_what_is_pinned() -> None:
    assert "--require-hashes -r requirements.txt" in (ROOT / "README.md").read_text()
    assert (ROOT / "requirements.txt").exists()


def test_a_file_that_a_comment_or_a_page_names_is_there() -> None:
    """`web/frame/errors.py`, `static/edit/rows.js`: from the root, or from where the reader is."""
    folders = ("", "offers", "offers/web", "offers/document", "templates", "static")
    sources = [path for house in ("offers", "offeradmin", "templates") for path in (ROOT / house).rglob("*.*")]
    named = re.compile(r"(?<![\w./-])((?:\w+/)+[\w-]+\.(?:py|html|js|css))\b")
    found = 0
    for path in [*PAGES[2:], *(path for path in sources if path.suffix in (".py", ".html"))]:
        for name in named.findall(path.read_text()):
            if (ROOT / name.split("/")[0]).is_dir() or (ROOT / "offers" / name.split("/")[0]).is_dir():
                found += 1
                assert any((ROOT / folder / name).exists() for folder in folders), f"{path.relative_to(ROOT)}: {name}"
    assert found > 50
