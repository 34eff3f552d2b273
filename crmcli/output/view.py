"""One object on a terminal: its fields one below the other, long texts as blocks, its messages in order."""

from __future__ import annotations

from collections.abc import Sequence

from crmcli.output.cells import Look, cells, date, plain, shower
from crmcli.output.columns import MESSAGES, Row, Shape
from crmcli.output.hostile import block, one_line
from crmcli.output.streams import BOLD, Stream

INDENT = "  "


def lines(row: Row, shape: Shape, fields: Sequence[str] | None, stream: Stream, look: Look | None) -> str:
    """All of `row` (or these `fields` of it), blank ones left out unless asked for by name, as lines of text."""
    columns = shape.of(fields or shape.fields)
    width = max(cells(column.header) for column in columns)
    told: list[str] = []
    below: list[str] = []
    for column in columns:
        value = row.get(column.field)
        if column.kind == "count" and isinstance(value, list):
            below += _messages(value, stream) if column.field == "CrmMessageList" else files(value)
        elif column.kind == "long" and isinstance(value, str) and value:
            below += ["", *indented(value, stream)]
        elif (text := shower(column, look)(row)) or fields:
            told.append(f"{stream.paint(column.header.ljust(width), BOLD)}{INDENT}{text}".rstrip())
    return "".join([f"{line}\n" for line in told + below])


def _messages(messages: Sequence[object], stream: Stream) -> list[str]:
    told: list[str] = []
    for message in messages:
        if not isinstance(message, dict):
            continue
        number, sender = plain(message.get(MESSAGES.key)), one_line(str(message.get("SenderName") or ""))
        email = plain(message.get("SenderEmail"))
        who = f"{sender} <{email}>" if sender and email else sender or email
        head = INDENT.join(filter(None, [f"#{number}", date(message.get("DateCreated")), who]))
        attached = message.get("CrmFileList")
        told += ["", stream.paint(head, BOLD), *indented(str(message.get("Message") or ""), stream)]
        told += files(attached) if isinstance(attached, list) else []
    return told


def files(attached: Sequence[object]) -> list[str]:
    """A line that names the files of a message; none for none."""
    names = [plain(file.get("FileName")) for file in attached if isinstance(file, dict)]
    return [f"{INDENT}Files: {', '.join(names)}"] if names else []


def indented(text: str, stream: Stream) -> list[str]:
    """A text as harmless lines, folded at the terminal's width, each a little to the right."""
    room = (stream.width or 0) - len(INDENT)
    lines = block(text.strip()).split("\n")
    return [(INDENT + part).rstrip() for line in lines for part in (_wrapped(line, room) if room > 0 else [line])]


def _wrapped(line: str, room: int) -> list[str]:
    """A line folded at its blanks, so that each part takes at most `room` cells; a longer word stays whole."""
    if cells(line) <= room:
        return [line]
    parts, part = [], ""
    for word in line.split(" "):
        longer = f"{part} {word}" if part else word
        if part and cells(longer) > room:
            parts.append(part)
            longer = word
        part = longer
    return [*parts, part]
