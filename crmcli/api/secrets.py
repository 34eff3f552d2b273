"""Takes keys out of what a store says, however it spells them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator

SECRET = 4
"""A shorter key is no secret but a test's, and its letters are everywhere."""
_CODED = 8
"""Of a shorter one too few letters of base64 are known to tell it from chance."""
_BREAK = r"(?:\s|\\{1,8}[rnt])*"
"""What may stand between two letters of a long code: lines of 76 letters are usual, plain or within JSON."""


def hiding(keys: Iterable[str]) -> Callable[[str], str]:
    """What puts `***` for each of these keys in a text."""
    known = [key for key in keys if len(key) >= SECRET]
    if not known:
        return str
    spelt = "|".join(form for key in known for form in _forms(key))
    # The patterns take 16 ms to compile, and most of what a store says has nothing as long as a key in it.
    run = min(map(len, known)) // 2 if all(map(str.isalnum, known)) else 0
    may_hold = rf"[^\s\"'<>(){{}}\[\]]{{{run}}}|[0-9a-fx :,-]{{{2 * run}}}"

    def hide(text: str) -> str:
        if not re.search(may_hold, text, re.IGNORECASE):
            return text
        return re.sub(spelt, "***", text, flags=re.IGNORECASE)

    return hide


def _forms(key: str) -> Iterator[str]:
    """Patterns for a key: letter by letter, in hexadecimal digits, and in base64."""
    yield "".join(map(_letter, key))
    yield "".join(map(_digits, key))
    if len(key) >= _CODED:
        for spelling in {key, key.lower(), key.upper()}:
            yield from _base64(spelling.encode())


def _letter(plain: str) -> str:
    """A pattern for a letter of a key: plain, or escaped as JSON, an address or HTML has it, once or within another."""
    codes = {ord(plain.lower()), ord(plain.upper())}
    escaped = [
        rf"\\{{1,8}}(?:u00|x){code:02x}|%(?:25){{0,8}}{code:02x}|"
        rf"&(?:amp;){{0,8}}#(?:0{{0,6}}{code}|x0{{0,6}}{code:x});"
        for code in codes
    ]
    bare = plain if plain.isalnum() else r"\\{0,8}" + re.escape(plain)
    return f"(?:{'|'.join([bare, *escaped])})"


def _digits(plain: str) -> str:
    """A pattern for a letter of a key as two hexadecimal digits, and what may stand before the next."""
    return f"(?:{ord(plain.lower()):02x}|{ord(plain.upper()):02x})[ :,-]{{0,2}}(?:0x)?"


def _base64(key: bytes) -> Iterator[str]:
    """Patterns for a key within base64, plain or for addresses, behind any number of other bytes.

    Three bytes make four letters, so there are three ways for it to begin. The letters that hold bits of what stands before
    or behind it are left out: four bits of its first and of its last byte at most remain to be seen.
    """
    for before in range(3):
        letters = base64.b64encode(bytes(before) + key).decode().rstrip("=")
        whole = (before + len(key)) % 3 == 0
        known = letters[(0, 2, 3)[before] : len(letters) if whole else -1]
        yield _BREAK.join(map(_of_base64, known))


def _of_base64(letter: str) -> str:
    """A pattern for a letter of base64; the two that are none have others in addresses, and may be escaped."""
    other = {"+": r"(?:\+|-|%(?:25){0,8}2b|\\{1,8}u002b)", "/": r"(?:\\{0,8}/|_|%(?:25){0,8}2f|\\{1,8}u002f)"}
    return other.get(letter, letter)
