"""The man pages are what the command tree makes today, are clean roff, and are installed where `man` looks."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from crmcli.sandbox.switches import Switches
from tests import manpages, tree

ROOT = Path(__file__).parents[1]
needs_mandoc = pytest.mark.skipif(
    not shutil.which("mandoc"), reason="mandoc is not installed here; .ci/run installs it"
)


def test_the_pages_are_what_the_commands_make() -> None:
    pages = manpages.pages()
    assert {path.name for path in manpages.FOLDER.iterdir()} == {path.name for path in pages}
    for path, page in pages.items():
        assert path.read_text("utf-8") == page, "run: python -m tests.regenerate"


def read(page: Path) -> str:
    """A page as a reader sees it, without bold and underlined."""
    done = subprocess.run(["mandoc", "-Tutf8", "-O", "width=200", page], capture_output=True, text=True, check=True)
    return re.sub(".\b", "", done.stdout)  # bold is a letter, a backspace and the letter again


@needs_mandoc
def test_mandoc_has_nothing_to_say() -> None:
    done = subprocess.run(
        ["mandoc", "-Tlint", "-Wwarning", *sorted(manpages.FOLDER.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@needs_mandoc
def test_they_are_read_as_they_are_meant() -> None:
    page = read(manpages.FOLDER / "crmcli-tickets.1")
    for words, command in tree.verbs().items():
        if words[0] == "tickets":
            assert all(
                option in page or option in read(manpages.FOLDER / "crmcli.1")
                for option in tree.options(command)
                if option[0] == "-"
            )
    assert "--customer-email" in page
    assert "Example:" in page
    assert "10 (unsure)" in read(manpages.FOLDER / "crmcli.1")
    assert "private_key_command" in read(manpages.FOLDER / "crmcli-profiles.5")


@needs_mandoc
def test_whatever_a_help_says_is_read_as_it_was_written(tmp_path: Path) -> None:
    hostile = [
        ".SH NAME",
        "'br",
        "a\\fBb\\n(.z",
        "\\",
        "-- --no-input -",
        "~/x ^y `z` 'q' \"d\"",
        "%1 $(id) |;",
        "",
        "é ✓ 日本",
        ".",
        "x\\",
    ]
    page = tmp_path / "crmcli-hostile.1"
    entries = "".join(manpages._tagged(f"tag{number}", text) for number, text in enumerate(hostile))
    page.write_text(manpages._page("crmcli-hostile", 1, "hostile", f".SH OPTIONS\n{entries}"), "utf-8")
    lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True, check=False)
    assert lint.stdout == ""
    shown = read(page).partition("OPTIONS\n")[2]
    found = re.findall(r"^ +tag\d+ *(.*(?:\n {9,}\S.*)*)", shown, re.MULTILINE)
    assert [" ".join(text.split()) for text in found] == [" ".join(text.split()) for text in hostile]
    assert "\x1b" not in manpages._text("a\x1b[31m\x9b\x00b\r")


@needs_mandoc
def test_what_a_help_page_ends_with_is_in_the_manual() -> None:
    page = read(manpages.FOLDER / "crmcli-sandbox.1")
    for name, form, about in Switches.described():
        assert f"{name}={form}  {about}\n" in page


def test_a_name_is_not_broken_at_the_end_of_a_line() -> None:
    assert all("\n.nh\n" in page for page in manpages.pages().values())


def test_a_wheel_installs_them_where_man_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    for path in manpages.FOLDER.iterdir():
        assert shared[f"man/{path.name}"] == f"share/man/man{path.suffix[1:]}/{path.name}"
