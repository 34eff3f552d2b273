"""What is wrong with a command line, in our words: the parser's own are those of a library, and it suggests too much.

It goes by the parser's messages and by what is public of its context. A message that it doesn't know stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from crmcli.errors import BadUsage

_LONGEST = 1000
"""Characters of a message; the patterns below take a time that grows with the square of it."""
_PLAIN = (
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"More was given than it takes: \1."),
    (r"Option '(.*)' requires an argument\.", r"\1 needs a value."),
    (r"Option '(.*)' does not take a value\.", r"\1 takes no value."),
    (r"(.*)'(.*)' is not a valid int(?:eger)?(?: range)?\.", r"\1'\2' is not a whole number."),
    (r"(.*?)(-?\d+) is not in the range x>=(-?\d+)\.", r"\1\2 is too small: \3 is the least."),
    (r"(.*?)(-?\d+) is not in the range (-?\d+)<=x<=(-?\d+)\.", r"\1\2 is not from \3 to \4."),
)
_VALUE = re.compile(r"Invalid value for '(.*?)'(?: / '.*?')*: ", re.DOTALL)  # the long name comes first or alone

_ROOT = {"login": ("profiles add",), "auth": ("profiles add",), "version": ("--version",), "-V": ("--version",)}
_NOUN = {
    "view": ("get", "show"),
    "show": ("get",),
    "get": ("show",),
    "open": ("get", "show"),
    "ls": ("list",),
    "search": ("list --subject TEXT",),
    "find": ("list --subject TEXT",),
    "close": ("update --status STATUS",),
    "edit": ("update",),
    "set": ("update",),
    "new": ("create", "add"),
    "add": ("create",),
    "rm": ("delete", "remove"),
    "remove": ("delete",),
    "delete": ("remove",),
}
"""What other tools call it, or our other nouns, and what it is called here: the first of these that the noun has."""


def wrong(message: str, context: Any) -> BadUsage:
    """The error for what the parser says, `context` being that of the command it fell in, or None."""
    if len(message) > _LONGEST:  # it quotes what was typed
        message = f"{message[: _LONGEST // 2]}…{message[-_LONGEST // 2 :]}"
    said = _VALUE.sub(r"\1: ", message)
    for theirs, ours in _PLAIN:
        if found := re.fullmatch(theirs, said, re.DOTALL):
            said = found.expand(ours)
    word = re.match(r"No such (command|option):? '?(.*?)'?(?:\.| \(Possible options: .*\))?\Z", said, re.DOTALL)
    if context is None:
        return BadUsage(said)
    see = f"See '{context.command_path} --help'."
    if not word:
        return BadUsage(said, hint=see)
    meant = _meant(word[2], context)
    return BadUsage(
        f"No such {word[1]}: {word[2]}.", hint=f"Did you mean {' or '.join(meant)}? {see}" if meant else see
    )


def _meant(word: str, context: Any) -> list[str]:
    """What may have been meant by a word that is no command, or no option, each quoted; [] when nothing comes near."""
    command = context.command
    below: Mapping[str, Any] = getattr(command, "commands", {})
    known = _ROOT if context.parent is None else _NOUN
    for other in known.get(word, ()):
        verb, *more = other.split()
        flags = {flag for flag in more if flag.startswith("--")}
        if verb.startswith("-") or (verb in below and flags <= _options(below[verb])):
            return [repr(other)]
    names = _options(command) if word.startswith("-") else {*below}
    by_letters = {name.lstrip("-"): name for name in sorted(names)}  # else two dashes alone make them alike
    near = get_close_matches(word.lstrip("-"), by_letters, n=3, cutoff=0.6)
    return [repr(by_letters[name]) for name in near]


def _options(command: Any) -> set[str]:
    """The long options of a command."""
    return {name for each in command.params for name in (*each.opts, *each.secondary_opts) if name.startswith("--")}
