"""Names for numbers and numbers for names, for what a store has few of: departments, statuses, saved replies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crmcli.api.bodies import Row
from crmcli.errors import BadUsage, NotFound

_SUGGESTED = 5
"""How many names are suggested at most."""
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

    known = {str(row.get(name) or "").strip().casefold(): str(row.get(name)) for row in choices}
    begin = [each for each in known if each.startswith(wanted)]
    meant = [known[each] for each in begin or get_close_matches(wanted, known, n=_SUGGESTED)][:_SUGGESTED]
    problem = f"Several {nouns} are named {word!r}" if found else f"No {noun} is named {word!r}"
    raise BadUsage(
        f"{problem}.",
        hint=f"Did you mean {' or '.join(map(repr, meant))}?"
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
