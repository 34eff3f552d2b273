"""The README against the program: its commands parse, its tables are complete, its sample file is one."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest
import typer

from crmcli.settings import KEYS, SECRETS

from . import tree
from .regenerate import README

TEXT = README.read_text("utf-8")
COMMANDS = re.findall(
    r"^\s*(?:.*&& .venv/bin/)?crmcli (.*)$",
    "\n".join(re.findall(r"```sh\n(.*?)```", TEXT.replace("\\\n", " "), re.DOTALL)),
    re.MULTILINE,
)


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a line that begins with `heading`, in cells."""
    rows = TEXT[TEXT.index(f"\n| {heading}") :].split("\n\n")[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_parse(line: str) -> None:
    words = shlex.split(re.split(r" (?:\||>|&&|\|\|)(?: |$)", line)[0], comments=True)
    assert tree.parse(words) in tree.verbs()


def test_there_are_commands_in_it() -> None:
    assert len(COMMANDS) >= 8


def test_the_table_of_commands_is_complete() -> None:
    told: set[tuple[str, ...]] = {
        (noun.strip("`"), verb) for noun, text in table("noun") for verb in re.findall(r"`(\w+)`", text)
    }
    told |= {(cells[0].strip("`"),) for cells in table("command")}
    assert told == set(tree.verbs())


def test_the_table_of_keys_is_complete() -> None:
    told = [name for cells in table("key") for name in re.findall(r"`(\w+)`", cells[0])]
    commands = {f"{secret}_command" for secret in SECRETS}
    assert sorted(told) == sorted({key.name for key in KEYS} | commands)
    for key in KEYS:
        assert key.variable is None or f"`{key.variable}`" in TEXT


def test_every_filter_and_shared_option_is_named() -> None:
    for parameter in tree.verbs()["tickets", "list"].params:
        assert any(option in TEXT for option in parameter.opts), parameter.opts


def test_the_sample_profile_is_one() -> None:
    (sample,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    found = tomllib.loads(sample)
    known = {key.name for key in KEYS} | {f"{secret}_command" for secret in SECRETS}
    assert set(found["profiles"][found["default"]]) <= known


def test_a_wrong_command_would_be_noticed() -> None:
    with pytest.raises(typer.TyperException):
        tree.parse(["tickets", "list", "--colour-of-hat"])
