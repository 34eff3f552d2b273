"""Names for numbers and numbers for names, for what a store has few of: departments, statuses, saved replies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crmcli.api.bodies import Row
from crmcli.errors import BadUsage, NotFound

_NUMBER = re.compile(r"-?\d{1,18}\Z", re.ASCII)


def as_number(word: str) -> int | None:
    """The number that a word is, or None when it is a name."""
    return int(word) if _NUMBER.match(word.strip()) else None


def find(word: str, rows: Iterable[Row], *, noun: str, nouns: str, number: str, name: str) -> Row:
    """The one row with this name, whatever its case; `number` and `name` are the row's fields.

    Raises BadUsage that lists the choices, when none or several match.
    """
    wanted = word.strip().casefold()
    if not wanted:
        raise BadUsage(f"The {noun} is empty.", hint="Give its number or its name.")
    choices = list(rows)
    found = [row for row in choices if str(row.get(name) or "").strip().casefold() == wanted]
    if len(found) == 1:
        return found[0]
    from difflib import get_close_matches

    near = get_close_matches(wanted, [str(row.get(name) or "").casefold() for row in choices], n=1)
    meant = next((str(row[name]) for row in choices if near and str(row.get(name) or "").casefold() == near[0]), None)
    problem = f"Several {nouns} are named {word!r}" if found else f"No {noun} is named {word!r}"
    raise BadUsage(
        f"{problem}.",
        hint=f"Did you mean {meant!r}?"
        if meant and not found
        else f"Use one of these numbers{'' if found else ' or names'}.",
        details=[f"{row.get(number)}  {row.get(name)}" for row in found or choices],
    )


def numbered(number: int, rows: Iterable[Row], *, noun: str, key: str) -> Row:
    """The row with this number, which a store may write as a number or as text. Raises NotFound."""
    for row in rows:
        if str(row.get(key)) == str(number):
            return row
    raise NotFound(f"No {noun} {number}.")
