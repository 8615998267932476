"""Finding a browser, with programs of our own on PATH."""

from pathlib import Path

import pytest

from tests.browser import chromium


def program(directory: Path, name: str, exit_code: int) -> Path:
    path = directory / name
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


def test_it_passes_over_a_browser_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "chromium", 127)
    works = program(tmp_path, "google-chrome", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find() == works


def test_it_finds_none_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "chromium", 127)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert chromium.find() is None


def test_it_asks_playwright_and_then_debian_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    program(tmp_path, "apt-get", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)

    def install(command: list[str]) -> None:
        # The one part that is not real: nothing is downloaded for a test.
        asked.append(command)
        if command[:2] == ["apt-get", "install"]:
            program(tmp_path, "chromium", 0)

    monkeypatch.setattr(chromium, "_try", install)
    assert chromium.find_or_install() == tmp_path / "chromium"
    assert [command[1] for command in asked] == ["-m", "update", "install"]


def test_it_fails_loudly_in_continuous_integration_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "_try", lambda command: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    assert chromium.main() == 0
    assert "THE BROWSER TESTS WILL NOT RUN" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    assert chromium.main() == 1
