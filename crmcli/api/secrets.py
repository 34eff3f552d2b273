"""Takes keys out of what a store says, however it spells them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

SECRET = 4
"""A shorter key is no secret but a test's, and its letters are everywhere."""


def hiding(keys: Iterable[str]) -> Callable[[str], str]:
    """What puts `***` for each of these keys in a text."""
    spelt = "|".join("".join(map(_letter, key)) for key in keys if len(key) >= SECRET)
    # Compiled at the first use: most commands are never told anything that isn't a row.
    return (lambda text: re.sub(spelt, "***", text, flags=re.IGNORECASE)) if spelt else str


def _letter(plain: str) -> str:
    """A pattern for a letter of a key: plain, or escaped as JSON (within a text of JSON, too), an address or HTML has it."""
    codes = {ord(plain.lower()), ord(plain.upper())}
    escaped = [rf"\\{{1,8}}u00{code:02x}|%{code:02x}|&#(?:0{{0,6}}{code}|x0{{0,6}}{code:x});" for code in codes]
    bare = plain if plain.isalnum() else r"\\{0,8}" + re.escape(plain)
    return f"(?:{'|'.join([bare, *escaped])})"
