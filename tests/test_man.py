"""The man pages are what the command tree makes today, are clean roff, and are installed where `man` looks."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import manpages, tree

ROOT = Path(__file__).parents[1]


def test_the_pages_are_what_the_commands_make() -> None:
    pages = manpages.pages()
    assert {path.name for path in manpages.FOLDER.iterdir()} == {path.name for path in pages}
    for path, page in pages.items():
        assert path.read_text("utf-8") == page, "run: python -m tests.regenerate"


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed here; .ci/run installs it")
def test_mandoc_has_nothing_to_say() -> None:
    done = subprocess.run(
        ["mandoc", "-Tlint", "-Wwarning", *sorted(manpages.FOLDER.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed here; .ci/run installs it")
def test_they_are_read_as_they_are_meant() -> None:
    def read(name: str) -> str:
        done = subprocess.run(
            ["mandoc", "-Tutf8", "-O", "width=200", manpages.FOLDER / name], capture_output=True, text=True, check=True
        )
        bold: list[str] = []
        for letter in done.stdout:  # bold is a letter, a backspace and the letter again
            if letter == "\b":
                bold.pop()
            else:
                bold.append(letter)
        return "".join(bold)

    page = read("crmcli-tickets.1")
    for words, command in tree.verbs().items():
        if words[0] == "tickets":
            assert all(
                option in page or option in read("crmcli.1") for option in tree.options(command) if option[0] == "-"
            )
    assert "--customer-email" in page
    assert "Example:" in page
    assert "10 (unsure)" in read("crmcli.1")
    assert "private_key_command" in read("crmcli-profiles.5")


def test_a_wheel_installs_them_where_man_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    for path in manpages.FOLDER.iterdir():
        assert shared[f"man/{path.name}"] == f"share/man/man{path.suffix[1:]}/{path.name}"
