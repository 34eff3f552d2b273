r"""A text in a cell of a CSV: harmless to a spreadsheet and to who prints the file, and read back as it was.

A spreadsheet runs what begins like a formula. So a mark comes before it: an apostrophe, which makes it text, and a soft
hyphen (U+00AD), which is seen nowhere and tells our apostrophe from one that somebody typed. Wherever a text has such a pair
of its own, ours comes before it, so that one taken off each gives the text back, and nothing is taken off what people write.
(Why a soft hyphen: every usual 8-bit encoding has it, and a file that was saved in one of those is refused as not UTF-8;
from a mark that they lack a `?` would be left, in silence.)

Control characters, which may act on a terminal, and half characters are written as a soft hyphen and their escape, `\x1b`.
All else stays as it is: marks of direction, joiners and flags are harmless in a file.
"""

from __future__ import annotations

import re

_MARK = "'\u00ad"
# What a spreadsheet takes for the start of a formula: https://owasp.org/www-community/attacks/CSV_Injection (the full-width
# forms are turned into ASCII by some locales). It may strip blanks, quotes, and what is not seen, from before it: the
# last are Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt).
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_WITHIN = f"(?:[^\\S\t\r\n]|[\"'{_UNSEEN}])*{_SIGN}"
_AT_START = re.compile(f"[\\s\"'{_UNSEEN}]*{_SIGN}|'*[\t\r\n]|{_MARK}")
# And behind what another one may split the cell at: it knows the quotes of a cell only where it lets that cell begin, so a
# spreadsheet that splits at `;`, as in half of Europe, sees none around the third cell of a line.
_SPLIT = f"([;\t\r\n])(?={_WITHIN}|{_MARK})"
_MARKED = re.compile(f"(\\A|[;\t\r\n]){_MARK}")

_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]|\u00ad(?=\\\\)")
_ESCAPED = re.compile(r"\u00ad\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))")


def cell_of(text: str) -> str:
    """The cell for a text. `text_of` gives the text back."""
    return _defused(text if text.isprintable() else _CONTROL.sub(_escape, text), _MARK)


def defused(text: str) -> str:
    """A text that stays text in a spreadsheet, for who only looks at it."""
    return _defused(text, "'")


def text_of(cell: str) -> str:
    """The text that `cell_of` made this cell of; of any other the cell itself."""
    if "\u00ad" not in cell:
        return cell
    return _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), _MARKED.sub(r"\1", cell))


def json_cell(dumped: str) -> str:
    r"""JSON in a cell, the same value: with a `;` before a formula in one of its strings as `\u003b`."""
    return re.sub(f";(?={_WITHIN})", r"\\u003b", dumped) if ";" in dumped else dumped


def _defused(text: str, mark: str) -> str:
    # Most cells hold none of these, and a pattern looks at each of their letters.
    is_apart = ";" in text or "\n" in text or "\t" in text or "\r" in text
    apart = re.sub(_SPLIT, rf"\1{mark}", text) if is_apart else text
    return f"{mark}{apart}" if _AT_START.match(text) else apart


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\u00ad\\x{code:02x}" if code < 0x100 else f"\u00ad\\u{code:04x}"
