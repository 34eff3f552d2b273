"""A ticket as people read it: what it is about and how it stands, then who wrote what, oldest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

from crmcli import dates
from crmcli.output import folding, html
from crmcli.output.cells import Look, ago, clipped, date, most_cells, plain, reference, shower
from crmcli.output.columns import MESSAGES, TICKETS, Row
from crmcli.output.hostile import block, one_line
from crmcli.output.streams import BOLD, CYAN, DIM, Stream, status_style
from crmcli.output.view import INDENT, fact, files, hanging, theirs


def lines(ticket: Row, stream: Stream, look: Look | None, *, program: str = "crmcli", whole: bool = False) -> str:
    """The ticket and its messages, as lines that fit the terminal; blank fields are left out.

    `program` is how it is called to print what is folded here. Of a ticket that is not `whole` the messages are asked for where
    it has none.
    """
    number, subject = plain(ticket.get(TICKETS.key)), plain(ticket.get("Subject")) or "(no subject)"
    told = [stream.paint(line, BOLD) for line in hanging(f"#{number} ", subject, stream)]
    facts = [(name, text, style) for name, text, style in _facts(ticket, stream, look) if text]
    width = max((len(name) for name, *_ in facts), default=0)
    for name, text, style in facts:
        told += fact(name.ljust(width), text, stream, name_style=DIM, style=style)
    messages = ticket.get("CrmMessageList")
    if not messages and look is not None and not whole:  # a store may leave them out of the ticket
        messages = look.messages(ticket)
    if look is not None and isinstance(messages, list):
        look.hear({**ticket, "CrmMessageList": messages})
    earlier: list[folding.Said] = []
    zone = look.now.tzinfo if look else None
    for message in _oldest_first(messages if isinstance(messages, list) else [], zone):
        where = f"{program} messages get {number} {plain(message.get(MESSAGES.key))}"
        text = str(message.get("Message") or "")
        told += ["", _heading(message, ticket, stream, look), *_said(text, where, stream, earlier)]
        attached = message.get("CrmFileList")
        told += files(attached, stream) if isinstance(attached, list) else []
    if not messages:
        told += ["", stream.paint("No messages.", DIM)]
    return "".join([f"{stream.encodable(line)}\n" for line in told])


def _facts(ticket: Row, stream: Stream, look: Look | None) -> list[tuple[str, str, str]]:
    """The ticket's fields: what each is called, its value, and the style of that."""
    columns = {column.field: shower(column, look)(ticket) for column in TICKETS.columns if column.kind != "count"}
    status = columns["StatusID"]
    name, email = plain(ticket.get("CustomerName")), plain(ticket.get("CustomerEmail"))
    return [
        ("Status", status, status_style(status) or ""),
        ("Department", columns["DepartmentID"], ""),
        ("Customer", f"{name} <{email}>" if name and email else name or email, ""),
        ("Phone", columns["CustomerPhone"], ""),
        ("IP address", columns["CustomerIpAddress"], ""),
        ("Order", reference(ticket.get("OrderID")), ""),
        ("Customer no.", reference(ticket.get("CustomerID")), ""),
        ("Product", reference(ticket.get("ProductId")), ""),
        ("Opened", _when(ticket.get("DateOpened"), stream, look), ""),
        ("Last action", _when(ticket.get("DateLastAction"), stream, look), ""),
    ]


def _when(value: object, stream: Stream, look: Look | None) -> str:
    """A date, on a terminal with its age: `2026-11-21 11:54 (2 days ago)`. What goes into a file is read at any time."""
    text, age = date(value), ago(value, look) if stream.terminal else ""
    return f"{text} ({age})" if text and age else text


def _oldest_first(messages: Sequence[object], zone: tzinfo | None) -> list[Row]:
    """By date; in the same minute by number, which the store counts up, and so in the hour that comes twice in its `zone`.

    Where a date can't be read, in the store's order.
    """
    rows = [message for message in messages if isinstance(message, dict)]
    try:
        return sorted(rows, key=lambda message: _age(message, zone))
    except (ValueError, TypeError, KeyError):
        return rows


def _age(message: Row, zone: tzinfo | None) -> tuple[datetime, int]:
    """What messages are sorted by. Raises ValueError, TypeError where a date or a number is none."""
    moment = dates.from_store(message.get("DateCreated"))
    if moment is None:
        raise ValueError("no date")
    if zone is not None:
        moment, _ = dates.twice(moment, zone)
    return moment, int(message[MESSAGES.key])


def _heading(message: Row, ticket: Row, stream: Stream, look: Look | None) -> str:
    """A rule with what is known of a message, and last, since it may say anything, the name that its writer gave.

    The store's own have a colour, so that both sides are told apart at a glance.
    """
    name = one_line(str(message.get("SenderName") or "")) or plain(message.get("SenderEmail")) or "(no name)"
    wrote = look.author(message, ticket) if look else None
    known = [wrote or "", _when(message.get("DateCreated"), stream, look), f"#{plain(message.get(MESSAGES.key))}"]
    style = CYAN if wrote == "store" else BOLD
    dash, dot = ("─", "·") if stream.unicode else ("-", "-")
    before = stream.encodable(f"{dash * 2} {f' {dot} '.join(filter(None, known))} {dot} ")
    said = stream.encodable(_without_rules(name, dash + dot))
    if not stream.width:
        return stream.paint(before, style) + said
    head = clipped(f"{before}{said}", stream.width, "…" if stream.unicode else "...")
    # Only of ours is what a terminal with wider dashes would break of it.
    rule = f" {dash * (stream.width - most_cells(head, ambiguous=1) - 1)}".rstrip()
    return stream.paint(head[: len(before)], style) + head[len(before) :] + stream.paint(rule, style)


def _without_rules(name: str, marks: str) -> str:
    """A name in which nothing looks like the marks between ours: they are escaped, but for one within a word."""
    mark = f"[{re.escape(marks)}]"
    return re.sub(rf"(?<!\w){mark}|{mark}(?!\w)", lambda found: f"\\u{ord(found[0]):04x}", name)


def _said(text: str, where: str, stream: Stream, earlier: list[folding.Said]) -> list[str]:
    """The lines of a message, each run of quoted ones as one that says how many they were and `where` they are to be seen.

    `earlier` are the messages that were shown above; this one is put to them.
    """
    shown = block(html.readable(text)).strip("\n").split("\n")
    told: list[str] = []
    at = 0
    for begins, ends in folding.spans(shown, earlier):
        told += [each for line in shown[at:begins] for each in theirs(line, stream)]
        told += hanging(INDENT, f"[{ends - begins} quoted lines: {where}]", stream, style=DIM)
        at = ends
    earlier.append(folding.said(shown))
    return told + [each for line in shown[at:] for each in theirs(line, stream)]
