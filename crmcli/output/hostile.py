"""What a stranger wrote, made harmless for the place it is going to: a terminal, a JSON reader, a spreadsheet, an editor.

Anybody can open a ticket, so a subject may hold an escape sequence that retitles the administrator's window, a
right-to-left override that turns a file name round, or a formula. Nothing is judged here by lists of bad sequences:
whatever is not printable (`str.isprintable`, thus the Unicode database) is shown as its ASCII escape.
"""

from __future__ import annotations

import re

# Zero width joiner and non-joiner: honest parts of emoji and of Persian or Indic words, but no terminal agrees with
# another on how wide they make a cluster.
JOINERS = frozenset("\u200c\u200d")

# Spaces of other widths (no-break, ideographic, thin …): honest, and as harmless as the plain one.
SPACES = frozenset("\u00a0\u1680\u202f\u205f\u3000") | {chr(code) for code in range(0x2000, 0x200B)}

# Where an editor takes orders from a text that it opens: `vim: set …:` (also vi, ex, vim>800; Kakoune and Kate do alike),
# Emacs's `-*- … -*-` and "Local Variables:". How near the first or last line they must be is the user's setting.
_ORDER = r"(?i)((?<!\S)(?:vim?|ex|kak|kate)[<=>]?\d*(?=:)|local variables(?=:)|-(?=\*-))"

# Control characters, half characters, and what ends a line.
_ACTS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_FEW = 8


def safe(text: str, *, keep: str = "") -> str:
    r"""`text` with every character that is not printable as a visible ASCII escape: `\x1b`, `\u202e`, `\ud800`.

    Joiners are dropped and spaces of other widths made plain. `keep` names control characters that stay as they are.
    """
    if text.isprintable():
        return text
    strange = [char for char in set(text) if not (char.isprintable() or char in keep)]
    return _replaced(text, {char: _shown(char) for char in strange})


def _shown(char: str) -> str:
    if char in JOINERS:
        return ""
    if char in SPACES:
        return " "
    return char.encode("unicode_escape").decode("ascii")


def in_file(text: str) -> str:
    r"""`text` on one line of a file: what would act on a terminal, end a line or part a row is escaped: `\x1b`, `\u2028`.

    A backslash is doubled, so that it can be read back. What is merely not printable is harmless there, and stays.
    """
    text = text.replace("\\", "\\\\")
    return text if text.isprintable() else _ACTS.sub(lambda found: _shown(found[0]), text)


def one_line(text: str) -> str:
    """`text` on one line: runs of white space, line ends included, as one space each; then `safe`."""
    return safe(" ".join(text.split()))


def block(text: str) -> str:
    """`text` with its lines kept (CR LF and lone CR count as ends), tabs as spaces, and each line `safe`."""
    return safe(text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4), keep="\n")


def json_text(dumped: str) -> str:
    r"""Dumped JSON with the unprintable characters in its strings as `\uXXXX`: the same value, harmless to look at.

    A JSON writer escapes only what is below U+0020; DEL, C1 controls, direction marks and lone surrogates pass it.
    """
    # Of ASCII it is known without reading each character: what is below U+0020 is escaped, or layout.
    if "\x7f" not in dumped if dumped.isascii() else dumped.isprintable():
        return dumped
    # A bare line feed is layout: within a string it is escaped already.
    strange = [char for char in set(dumped) if char != "\n" and not char.isprintable()]
    return _replaced(dumped, {char: _json_escape(char) for char in strange})


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _replaced(text: str, table: dict[str, str]) -> str:
    """`text` with these characters as that. One after the other is fastest for a few; a stranger may send thousands."""
    if len(table) > _FEW:
        return text.translate({ord(char): shown for char, shown in table.items()})
    for char, shown in table.items():
        text = text.replace(char, shown)
    return text


def in_editor(text: str) -> str:
    """`text` for a file that an editor opens: what the editor would take for its settings has a blank in it."""
    return re.sub(_ORDER, r"\1 ", text)
