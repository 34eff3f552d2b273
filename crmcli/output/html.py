"""HTML in a message as plain text: mails are often written in it, and nobody reads tags.

Only the text survives. A link keeps its address beside its words: what a stranger's link says and where it leads may be two
things. What comes out is as hostile as what went in: the caller defuses it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from crmcli.output.hostile import block

# Tags that mails are made of. `a < b` and `<ann@example.com>` are no HTML.
_TAG = re.compile(
    r"</?(?:a|b|blockquote|body|br|div|em|font|h[1-6]|head|html|i|img|li|ol|p|pre|span|strong|style|table|tbody|td|th|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_SPACED = frozenset({"blockquote", "ol", "p", "pre", "table", "ul"} | _HEADINGS)
_BLOCKS = _SPACED | {"address", "article", "body", "div", "dl", "dt", "dd", "footer", "form", "header", "hr", "html"}
_BLOCKS |= {"li", "section", "tr"}
_DROPPED = frozenset({"head", "script", "style", "template", "title"})


def is_html(text: str) -> bool:
    """Whether a text is written in HTML: it holds a tag of those that mails are made of."""
    return "<" in text and _TAG.search(text) is not None


def plain(text: str) -> str:
    """HTML as text: a line a block, `- ` before list items, `> ` before quotations, `words <address>` for links."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.text()


def quoted(text: str) -> str:
    """A message as mail programs quote it: HTML as text, each line after a `> `."""
    said = plain(text) if is_html(text) else text
    return "\n".join(f"> {line}".rstrip() for line in block(said.strip()).split("\n"))


class _Reader(HTMLParser):
    """Reads tags in whatever order a stranger put them; what is never closed ends with the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._links: list[tuple[str, str]] = []
        self._dropped = self._quoted = self._kept = 0

    def text(self) -> str:
        """What was read, with no more than one blank line in a row."""
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        if tag in _DROPPED:
            self._dropped += 1
        elif tag == "br":
            self._break(always=True)
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", self._line))
        elif tag == "img":
            self.handle_data(f"[{dict(attrs).get('alt') or 'picture'}]")
        elif tag in ("td", "th") and self._line.strip():
            self._line += "  "
        elif tag in _BLOCKS:
            self._break()
            self._space(tag)
            self._quoted += tag == "blockquote"
            self._kept += tag == "pre"
            self._line = "- " if tag == "li" else "---" if tag == "hr" else ""

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if tag in _DROPPED:
            self._dropped = max(0, self._dropped - 1)
        elif tag == "a" and self._links:
            href, before = self._links.pop()
            said = self._line[len(before) :].strip() if self._line.startswith(before) else self._line.strip()
            address = href.removeprefix("mailto:")
            if address and not address.startswith("#") and address.rstrip("/") != said.rstrip("/"):
                self._line += f" <{address}>"
        elif tag in _BLOCKS:
            self._break()
            self._quoted = max(0, self._quoted - (tag == "blockquote"))
            self._kept = max(0, self._kept - (tag == "pre"))
            self._space(tag)

    def handle_data(self, data: str) -> None:
        """Text between tags: white space is one blank, except in `pre`."""
        if self._dropped:
            return
        if self._kept:
            first, *more = data.split("\n")
            self._line += first
            for line in more:
                self._break(always=True)
                self._line = line
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        self._line += words.lstrip(" ") if not self._line or self._line.endswith(" ") else words

    def _break(self, *, always: bool = False) -> None:
        if always or self._line.strip():
            self._lines.append("> " * min(self._quoted, 9) + self._line.rstrip())
        self._line = ""

    def _space(self, tag: str) -> None:
        if tag in _SPACED and self._lines and self._lines[-1].strip("> "):
            self._lines.append("> " * min(self._quoted, 9) if self._quoted else "")
