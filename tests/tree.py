"""The command tree, as the tests walk it, and the parsing of a command line without running it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from crmcli.app import build


def root() -> Any:
    """The root command with all nouns below it."""
    return typer.main.get_command(build([]))


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group below the root, with its words: `("tickets", "list")`."""
    for name, below in (command or root()).commands.items():
        yield (*path, name), below
        if hasattr(below, "commands"):
            yield from commands(below, (*path, name))


def verbs() -> dict[tuple[str, ...], Any]:
    """Every command that does something, by its words."""
    return {words: command for words, command in commands() if not hasattr(command, "commands")}


def options(command: Any) -> set[str]:
    """The options of a command, in all their spellings."""
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


def parse(words: list[str]) -> tuple[str, ...]:
    """Parse a command line, without its `crmcli`; returns the words of the command that it names.

    Raises typer.TyperException where the program would refuse it for its words, typer.Exit for `--help`.
    """
    command = root()
    path: tuple[str, ...] = ()
    context = command.make_context("crmcli", words)
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        path = (*path, name)
        context = command.make_context(name, rest, parent=context)
    return path
