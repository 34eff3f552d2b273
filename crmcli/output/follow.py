"""What a person may type next, as it is printed: with the profile that they named, so that it is meant for the same store."""

from __future__ import annotations

import re
import shlex

_OURS = (
    r"crmcli(?= (?:tickets|messages|departments|replies|statuses|outbox|trash|runs|checkpoints|apply|api) (?!--help)"
    r"| doctor\b| profiles check')"  # `profiles check NAME` names its own
)
# Compiled where -p was given, not at each start.
_ANYWHERE = rf"('|: ){_OURS}"
_AT_ITS_END = rf"\A([A-Z][A-Za-z .]*: '?){_OURS}"


def program(profile: str | None) -> str:
    """How the program is called for a `profile` that -p named, or without one."""
    return "crmcli" if profile is None else f"crmcli -p {shlex.quote(profile)}"


def in_ours(text: str, profile: str | None) -> str:
    """A text of ours, with -p in each command that it tells of. A question in it may quote the store: that stays as it is."""
    return text if text.startswith("Did you mean ") else _named(_ANYWHERE, text, profile)


def in_line(text: str, profile: str | None) -> str:
    """A line that is ours or the store's: -p is in it only where it is a plain sentence that leads to a command of ours."""
    return _named(_AT_ITS_END, text, profile)


def _named(pattern: str, text: str, profile: str | None) -> str:
    if profile is None:
        return text
    return re.sub(pattern, lambda found: found[1] + program(profile), text)
