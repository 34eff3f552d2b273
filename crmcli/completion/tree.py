"""The commands as data: what `completions/` is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from crmcli.known import KINDS

_BY_METAVAR = {
    "PROFILE": "profiles",
    "DEPARTMENT": "departments",
    "STATUS": "statuses",
    "REPLY": "replies",
    "FILE": "files",
}
NAMED = ("profiles", *KINDS)
"""What `crmcli --complete` answers."""


@dataclass(frozen=True)
class Flag:
    """An option: its spellings, what it is for, and what it takes; `takes` is None for one that takes nothing.

    Else it is one of `NAMED`, "files", "@files" (any text, or a file's name after an @), choices as "a|b", or "" for what
    nobody can list. `many` says that it may be given again.
    """

    names: tuple[str, ...]
    about: str
    takes: str | None
    many: bool = False


@dataclass(frozen=True)
class Command:
    """A command: its words ("tickets list", "" for the program), its own flags, and what its arguments are (`Flag.takes`).

    The words of `below` follow it; `many` says that the last argument may be repeated.
    """

    words: str
    about: str
    flags: tuple[Flag, ...]
    arguments: tuple[str, ...]
    many: bool
    below: tuple[Command, ...]

    @property
    def name(self) -> str:
        """The last of its words."""
        return self.words.rpartition(" ")[2]

    def all(self) -> Iterator[Command]:
        """The command itself and every one below it, in the order of the help."""
        yield self
        for command in self.below:
            yield from command.all()


@dataclass(frozen=True)
class Tree:
    """The program: its root command, and the flags that are valid after any word."""

    root: Command
    shared: tuple[Flag, ...]


def read(app: typer.Typer, *, words: Mapping[str, Iterable[str]]) -> Tree:
    """The tree of a Typer with all its nouns, by the public attributes of what Typer makes of it.

    `words` are the choices for arguments of these metavars.
    """
    by_metavar = {**_BY_METAVAR, **{metavar: "|".join(choices) for metavar, choices in words.items()}}
    root = typer.main.get_command(app)
    # A noun takes the shared options and nothing else; in its help some are hidden, so they are described by the root's.
    noun = next(each for each in root.commands.values() if hasattr(each, "commands"))  # type: ignore[attr-defined]
    names = {name for parameter in noun.params for name in parameter.opts}
    given = _flags(root, by_metavar)
    shared = tuple(flag for flag in given if names.intersection(flag.names))
    asked = Flag(("--help", "-h"), "Show what a command takes", None)
    return Tree(_command(root, "", frozenset(names), by_metavar), (*shared, asked))


def _command(command: Any, words: str, shared: frozenset[str], by_metavar: Mapping[str, str]) -> Command:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    below = getattr(command, "commands", {})
    return Command(
        words=words,
        about=_sentence(command.help),
        flags=tuple(flag for flag in _flags(command, by_metavar) if not shared.intersection(flag.names)),
        arguments=tuple(_takes(argument, by_metavar) for argument in arguments),
        many=any(argument.nargs == -1 for argument in arguments),
        below=tuple(
            _command(each, f"{words} {name}".strip(), shared, by_metavar)
            for name, each in below.items()
            if not each.hidden
        ),
    )


def _flags(command: Any, by_metavar: Mapping[str, str]) -> tuple[Flag, ...]:
    flags = []
    for option in command.params:
        if option.param_type_name == "option":
            takes = None if option.is_flag else _takes(option, by_metavar)
            # --visible/--hidden are two flags: whoever gives one has no use for the other.
            spellings = (option.opts, option.secondary_opts)
            flags += [
                Flag(tuple(names), _sentence(option.help), takes, option.multiple) for names in spellings if names
            ]
    return tuple(flags)


def _takes(parameter: Any, by_metavar: Mapping[str, str]) -> str:
    choices = getattr(parameter.type, "choices", None)
    if choices:
        return "|".join(str(choice) for choice in choices)
    if "@file" in (getattr(parameter, "help", None) or ""):
        return "@files"
    return by_metavar.get(str(parameter.metavar).rstrip("…"), "")


def _sentence(text: str | None) -> str:
    """The first sentence of a help text, without its full stop."""
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")
