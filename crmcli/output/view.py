"""One object on a terminal: its fields one below the other, long texts as blocks, its messages in order.

A stranger's text may say what a line of ours says. So each of its lines has a bar before it, which no line of ours has, and
no line is left for the terminal to break; what they wrote that stands in a line of ours goes on below it further to the right.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmcli.output.cells import Look, cells, date, folded, most_cells, plain, shower
from crmcli.output.columns import MESSAGES, Row, Shape
from crmcli.output.hostile import block, one_line
from crmcli.output.streams import BOLD, DIM, Stream

INDENT = "  "
_LEAST = 10
"""Cells that a text has on however narrow a terminal."""


def lines(row: Row, shape: Shape, fields: Sequence[str] | None, stream: Stream, look: Look | None) -> str:
    """All of `row` (or these `fields` of it), blank ones left out unless asked for by name, as lines of text."""
    from crmcli.output import html  # as the conversation: what is printed in other formats has no need of it

    columns = shape.of(fields or shape.fields)
    width = max(cells(column.header) for column in columns)
    told: list[str] = []
    below: list[str] = []
    for column in columns:
        value = row.get(column.field)
        if column.kind == "count" and isinstance(value, list):
            below += _messages(value, stream) if column.field == "CrmMessageList" else files(value, stream)
        elif column.kind in ("long", "said") and isinstance(value, str) and value:
            below += ["", *theirs(html.readable(value) if column.kind == "said" else value, stream)]
        elif (text := shower(column, look)(row)) or fields:
            told += fact(column.header.ljust(width), text, stream, name_style=BOLD)
    return "".join([f"{line}\n" for line in told + below])


def _messages(messages: Sequence[object], stream: Stream) -> list[str]:
    from crmcli.output import html  # as above

    told: list[str] = []
    for message in messages:
        if not isinstance(message, dict):
            continue
        number, sender = plain(message.get(MESSAGES.key)), one_line(str(message.get("SenderName") or ""))
        email = plain(message.get("SenderEmail"))
        who = f"{sender} <{email}>" if sender and email else sender or email
        head = INDENT.join(filter(None, [f"#{number}", date(message.get("DateCreated")), who]))
        attached = message.get("CrmFileList")
        told += [
            "",
            *hanging("", head, stream, style=BOLD, more=2),
            *theirs(html.readable(str(message.get("Message") or "")), stream),
        ]
        told += files(attached, stream) if isinstance(attached, list) else []
    return told


def files(attached: Sequence[object], stream: Stream) -> list[str]:
    """A line for each file of a message; none for none."""
    names = [plain(file.get("FileName")) for file in attached if isinstance(file, dict)]
    heads = [f"{INDENT}Files: ", *[f"{INDENT}       "] * len(names)]
    return [line for head, name in zip(heads, names, strict=False) for line in hanging(head, name, stream, more=2)]


def fact(name: str, text: str, stream: Stream, *, name_style: str, style: str = "") -> list[str]:
    """A field: its name, as wide as the column of names is, and its value."""
    first, *rest = hanging(name + INDENT, text, stream, style=style)
    return [stream.paint(name, name_style) + first[len(name) :], *rest]


def theirs(text: str, stream: Stream) -> list[str]:
    """A text as harmless lines, folded at the terminal's width, each behind a bar."""
    bar = "│" if stream.unicode else "|"
    lines = stream.encodable(block(text).strip("\n")).split("\n")
    parts = [part for line in lines for part in folded(line, _room(stream, most_cells(bar) + 1))]
    bar = stream.paint(bar, DIM)
    return [f"{bar} {part}" if part else bar for part in parts]


def hanging(head: str, text: str, stream: Stream, *, style: str = "", more: int = 0) -> list[str]:
    """A line of `head`, which is ours, and a harmless text of somebody's, which goes on below itself, `more` to the right."""
    indent = " " * (cells(head) + more)
    first, *rest = folded(stream.encodable(text), _room(stream, most_cells(head) + more))
    first, *rest = [stream.paint(part, style) if style and part else part for part in (first, *rest)]
    return [f"{head}{first}".rstrip(), *(f"{indent}{part}" for part in rest)]


def notice(text: str, stream: Stream, *, mark: str = "", style: str = "") -> str:
    """What is told beside the data, after a `mark` of ours; on a terminal wrapped at words, below its first one."""
    head = f"{mark} " if mark else ""
    below = " " * len(head) if stream.width else ""
    first, *rest = block(text).split("\n")
    lines = [*hanging(head, first, stream), *(line for each in rest for line in hanging(below, each, stream))]
    if style:
        lines[0] = stream.paint(mark, style) + lines[0][len(mark) :]
    return "".join(f"{line}\n" for line in lines)


def _room(stream: Stream, taken: int) -> int:
    """Cells that are left in a line; 0 where there is no limit."""
    return max(stream.width - taken, _LEAST) if stream.width else 0
