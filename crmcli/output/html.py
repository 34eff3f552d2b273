"""HTML in a message as plain text: mails are often written in it, and nobody reads tags.

Only the text survives. A link keeps its address beside its words: what a stranger's link says and where it leads may be two
things. What comes out is as hostile as what went in: the caller defuses it.

The tags are found here and not by `html.parser`: that takes minutes for some texts, fails on others (`<![`), and hides more
or less of an unclosed one from release to release. Here no search runs past the next `<`, or it is done once.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from html.entities import html5
from itertools import groupby

from crmcli.output.hostile import block

# Tags that mails are made of. `a < b` and `<ann@example.com>` are no HTML.
_TAG = re.compile(
    r"</?(?:a|b|blockquote|body|br|center|div|em|font|h[1-6r]|head|html|i|img|li|ol|p|pre|span|strong|style|table|tbody|td|th|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# A comment's beginning; a tag that ends, its quoted values first, or else as it may; a declaration. All else is text.
_MARKUP = re.compile(
    r"""<!--
    |<(?P<closes>/?)(?P<name>[a-z][a-z0-9-]*+(?::[a-z0-9-]++)?)(?=[\s/>])
        (?P<rest>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+|[^<>]*+)>
    |<[!?/][^<>]*+>""",
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+))?""")
# No longer ones: a number of 5,000 digits is more than Python converts.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}(?![0-9])|#x[0-9a-f]{1,6}(?![0-9a-f])|[a-z][a-z0-9]{1,31});?", re.IGNORECASE)
# In a text without tags: only what can be nothing else, since the address of a page may go on with `&copy=2`.
_SURE_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)

# Letters without a look of their own (soft hyphen, joiners, zero width spaces …). Newsletters begin with hundreds of them,
# between blanks, so that no mail program shows more than a line of theirs.
_UNSEEN = "\u00ad\u034f\u180e\u200b\u200c\u200d\u2060-\u2064\ufeff"
_BLANKS = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_IS_UNSEEN = re.compile(f"[{_UNSEEN}]")
_RUN = re.compile(f"[{_UNSEEN}{_BLANKS}]+")
_NOTHING = re.compile(f"[{_UNSEEN}{_BLANKS}\\r]*")
_WIDE = re.compile(f"[{_BLANKS}]{{9,}}")

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_SPACED = frozenset({"blockquote", "ol", "p", "pre", "table", "ul"} | _HEADINGS)
_BLOCKS = _SPACED | {"address", "article", "body", "div", "dl", "dt", "dd", "footer", "form", "header", "hr", "html"}
_BLOCKS |= {"li", "section", "tr"}
_DROPPED = ("script", "style", "template", "title")
_DROPPED_END = re.compile(rf"</({'|'.join(_DROPPED)})(?=[\s/>])[^<>]*>", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Whether a text is written in HTML: it holds a tag of those that mails are made of."""
    return "<" in text and _TAG.search(text) is not None


def plain(text: str) -> str:
    """HTML as text: a line a block, `- ` before list items, `> ` before quotations, `words <address>` for links.

    What is never closed ends with the text; a comment, a script or a style that is never closed is none: nothing that a
    stranger writes hides the rest of it.
    """
    reader, ends, last_comment, at = _Reader(), _ends(text), text.rfind("-->"), 0
    while found := _MARKUP.search(text, at):
        reader.data(text[at : found.start()])
        at, name = found.end(), (found["name"] or "").lower()
        if name in _DROPPED:
            at = at if found["closes"] or found["rest"].endswith("/") else _after(ends[name], at)
        elif found["closes"]:
            reader.closes(name)
        elif name:
            reader.opens(name, found["rest"])
        elif found[0] == "<!--" and found.start() + 2 <= last_comment:
            at = text.index("-->", found.start() + 2) + 3  # `<!-->` is one, too
        elif found[0] == "<!--":
            reader.data(found[0])
    reader.data(text[at:])
    return reader.text()


def readable(text: str) -> str:
    """A message as people read it: HTML as text, and in a text without tags what `&amp;` and the like stand for.

    What comes out is text: a tag that somebody wrote with references is shown and never obeyed.
    """
    if is_html(text):
        return plain(text)
    return _without_runs(_SURE_REFERENCE.sub(_meant, text) if "&" in text else text)


def quoted(text: str) -> str:
    """A message as mail programs quote it: as it is read, each line after a `> `."""
    return "\n".join(f"> {line}".rstrip() for line in block(readable(text).strip()).split("\n"))


def _meant(reference: re.Match[str]) -> str:
    """The character that a reference stands for; one that nobody knows as it came."""
    name = reference[0][1:]
    return html.unescape(reference[0]) if name.startswith("#") else html5.get(name, reference[0])


def _without_runs(text: str) -> str:
    """A text without its runs of letters that nobody sees, and without the blank lines that these would be."""
    if _IS_UNSEEN.search(text) is None:
        return text
    lines: list[str] = []
    for is_nothing, group in groupby(text.split("\n"), lambda line: _NOTHING.fullmatch(line) is not None):
        some = list(group)
        if is_nothing and any(map(_IS_UNSEEN.search, some)):
            some = [""] if lines else []
        lines += some if is_nothing else [_RUN.sub(lambda run: _seen(run[0], few=1), line) for line in some]
    return "\n".join(lines)


def _seen(run: str, *, few: int) -> str:
    """What is seen of a run of blanks and letters that nobody sees; more than so `few` of these are nothing, or a blank."""
    unseen = len(_IS_UNSEEN.findall(run))
    if unseen <= few:
        return run
    return " " if unseen < len(run) else ""


def _ends(text: str) -> dict[str, list[int]]:
    """Where the end tags of what is dropped end, by name, in order."""
    ends: dict[str, list[int]] = {name: [] for name in _DROPPED}
    for found in _DROPPED_END.finditer(text):
        ends[found[1].lower()].append(found.end())
    return ends


def _after(ends: list[int], at: int) -> int:
    """The first of these after a place; the place itself where there is none."""
    next_one = bisect_left(ends, at)
    return ends[next_one] if next_one < len(ends) else at


def _attribute(rest: str, name: str) -> str:
    """An attribute of a tag, as a browser has it: the first of its name."""
    for found in _ATTRIBUTE.finditer(rest):
        if found[1].lower() == name:
            value = found[2] or ""
            return " ".join(_unescaped(value[1:-1] if value[:1] in ("'", '"') else value).split())
    return ""


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


class _Reader:
    """Takes tags in whatever order a stranger put them, and makes lines of the text between them."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._link: tuple[str, int] | None = None  # its address, and where its words begin in the line
        self._quoted = self._kept = 0
        self._blank = True

    def text(self) -> str:
        """What was read, with no more than one blank line in a row."""
        self._end_link()
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def opens(self, tag: str, rest: str) -> None:
        """A tag opens; `rest` is what stands in it after its name."""
        if tag == "br":
            self._break(always=True)
        elif tag == "a":
            self._end_link()
            self._link = _attribute(rest, "href"), len(self._line)
        elif tag == "img":
            self._say(f"[{_attribute(rest, 'alt') or 'picture'}]")
        elif tag in ("td", "th") and self._line:
            self._line.append("  ")
        elif tag in _BLOCKS:
            self._break()
            self._space(tag)
            self._quoted += tag == "blockquote"
            self._kept += tag == "pre"
            if tag in ("li", "hr"):
                self._line = ["- " if tag == "li" else "---"]
            if tag == "hr":
                self._break()

    def closes(self, tag: str) -> None:
        """A tag closes."""
        if tag == "a":
            self._end_link()
        elif tag in _BLOCKS:
            self._break()
            self._quoted = max(0, self._quoted - (tag == "blockquote"))
            self._kept = max(0, self._kept - (tag == "pre"))
            self._space(tag)

    def data(self, data: str) -> None:
        """Text between tags: white space is one blank, except in `pre`."""
        text = _unescaped(data)
        if _IS_UNSEEN.search(text):
            text = _RUN.sub(lambda run: _seen(run[0], few=0), text)
        if not self._kept:
            self._say(re.sub(r"[ \t\r\n\f]+", " ", text))
            return
        first, *more = text.split("\n")
        self._line.append(first)
        for line in more:
            self._break(always=True)
            self._line.append(line)

    def _say(self, words: str) -> None:
        if not self._line or self._line[-1].endswith(" "):
            words = words.lstrip(" ")
        if words:
            self._line.append(words)

    def _end_link(self) -> None:
        """Beside the words of a link where it leads, unless they say so themselves."""
        if self._link is None:
            return
        (href, begins), self._link = self._link, None
        said, address = "".join(self._line[begins:]).strip(), href.removeprefix("mailto:")
        if address and not address.startswith("#") and address.rstrip("/") != said.rstrip("/"):
            self._line.append(f" <{address}>")

    def _break(self, *, always: bool = False) -> None:
        line = "".join(self._line).rstrip()
        if not line.isascii():
            line = _WIDE.sub(lambda run: run[0] if run[0].isascii() else " ", line)
        if always or line:
            self._lines.append("> " * min(self._quoted, 9) + line)
            self._blank = not line.strip("> ")
        self._line = []
        if self._link:
            self._link = self._link[0], 0

    def _space(self, tag: str) -> None:
        if tag in _SPACED and not self._blank:
            self._lines.append("> " * min(self._quoted, 9) if self._quoted else "")
            self._blank = True
