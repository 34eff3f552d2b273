"""What commands are to do, as actions: checked whole before the first request, and with names turned into numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmcli import errors, inputs, placeholders
from crmcli.api.changes import same
from crmcli.bulk import given, reading
from crmcli.bulk.actions import Action, Alike
from crmcli.bulk.given import Lookup, Values, numbered
from crmcli.output.columns import REPLIES
from crmcli.rows import checked

if TYPE_CHECKING:
    from crmcli.rows import Line
    from crmcli.state import State


def ticket_updates(
    state: State, tickets: Sequence[str] | None, *, source: str | None, changes: Values, names: Values
) -> Sequence[Action]:
    """Updates of tickets: `changes`, and departments and statuses by number or name, for all, or what each row says.

    Raises BadUsage before anything is sent.
    """
    given.one_of(tickets, source, noun="ticket")
    flags = {**changes, **{name: word for name, word in names.items() if word is not None}}
    crm = state.crm
    finders = {"DepartmentID": Lookup(crm.departments.number), "StatusID": Lookup(crm.statuses.number)}

    def check(values: Values) -> None:
        inputs.needs_change(values)
        given.check_ticket(values)
        crm.tickets.check({name: value for name, value in values.items() if name not in names})

    if source is None:
        check(flags)
        found = inputs.numbers(tickets or (), noun="ticket")
        values = numbered(flags, finders) if found else {}
        return Alike(Action("update", "ticket", values=values), found)
    lines = given.lines(
        source,
        (given.TICKET, *given.TICKET_FIELDS),
        noun="ticket",
        flags=flags,
        key=given.TICKET.name,
        ours=given.OF_TICKETS,
        note=state.output.note,
    )
    lines = _changing(state, lines, lambda line: check(_rest(line, flags)))
    return checked(
        lines,
        lambda line: Action(
            "update", "ticket", _id(line), values=numbered(_rest(line, flags), finders), line=line.number
        ),
    )


def _changing(state: State, lines: Sequence[Line], check: Callable[[Line], None]) -> list[Line]:
    """The rows, those that `check` refuses without what their tickets are already. Raises BadUsage for what remains wrong.

    A store may hold what it would not be given: a subject of 150 characters, say, from a customer's form. A list that is
    taken back with it changes nothing there.
    """

    def is_fine(line: Line) -> bool:
        try:
            check(line)
        except errors.BadUsage:
            return False
        return True

    doubted = [line for line in lines if not is_fine(line)]
    now = dict(reading.tickets(state, [_id(line) for line in doubted], state.crm.tickets.get)) if doubted else {}
    changing = {line.number: _unlike(line, now[_id(line)]) for line in doubted}
    kept = [changing.get(line.number, line) for line in lines]
    checked([line for line in kept if line], check)
    return [line for line in kept if line]


def _unlike(line: Line, ticket: Values | errors.CrmError) -> Line | None:
    """A row without what its ticket is already; None where it was nothing else."""
    if isinstance(ticket, errors.CrmError):  # which is told when its turn comes
        return line
    so = {name for name, value in line.values.items() if name in ticket and same(value, ticket[name])}
    values = {name: value for name, value in line.values.items() if name == "CrmID" or name not in so}
    return replace(line, values=values) if len(values) > 1 or len(line.values) == 1 else None


def ticket_deletes(tickets: Sequence[str] | None, *, source: str | None) -> Sequence[Action]:
    """Deletes of tickets. Raises BadUsage before anything is sent."""
    given.one_of(tickets, source, noun="ticket")
    if source is None:
        return Alike(Action("delete", "ticket"), inputs.numbers(tickets or (), noun="ticket"))
    # A row's number says all; what else a list has of a ticket is worth no note.
    lines = given.lines(
        source, (given.TICKET,), noun="ticket", flags={}, key=given.TICKET.name, ours=given.OF_TICKETS, note=None
    )
    return [Action("delete", "ticket", _id(line), line=line.number) for line in lines]


def messages(
    state: State, tickets: Sequence[str] | None, *, source: str | None, fields: Values, literal: bool
) -> Sequence[Action]:
    """Messages to be written in tickets: `fields` in each, or what each row says. Raises BadUsage before anything is sent.

    Without `literal`, also for a text that holds what looks like a placeholder.
    """
    refuse = placeholders.refuse if not literal else check_message
    given.one_of(tickets, source, noun="ticket")
    senders = state.settings.senders
    if source is None:
        check_message(fields)
        refuse(fields)
        numbers = inputs.numbers(tickets or (), noun="ticket")
        # A job for one ticket is the whole of it; one for a list is the same job for each, however long that is today.
        is_job = not inputs.is_one(list(tickets or ()))
        return Alike(Action("create", "message", values=fields), numbers, of="ticket", is_job=is_job)
    columns = (given.OF_TICKET, given.REPLY_FIELDS[1], *given.WRITER_FIELDS)
    lines = given.lines(
        source,
        columns,
        noun="message",
        flags=fields,
        key=None,
        ours=given.OF_MESSAGES,
        note=state.output.note,
    )

    def message(line: Line) -> Values:
        values = _rest(line, fields)
        if "Sender" in line.values:
            values["Sender"] = inputs.sender(str(values["Sender"]), senders)
        check_message(values)
        refuse(values)
        return values

    made = checked(lines, message)
    parts = given.parts([_id(line) for line in lines])
    return [
        Action("create", "message", ticket=_id(line), values=values, line=line.number, part=part)
        for line, values, part in zip(lines, made, parts, strict=True)
    ]


def check_message(fields: Values) -> None:
    """Whether a message can be sent, as far as can be told here. Raises BadUsage."""
    from crmcli.api import models

    models.check(models.Message, fields, required=("Message",))


def reply_creates(state: State, *, source: str | None, fields: Values) -> list[Action]:
    """Saved replies to be made: one of `fields`, or one a row. Raises BadUsage before anything is sent."""
    from crmcli.api import models

    def check(values: Values) -> None:
        models.check(models.SavedReply, values, required=("Title", "Message"))

    if source is None:
        check(fields)
        return [Action("create", "saved reply", values=fields)]
    lines = given.lines(
        source,
        given.REPLY_FIELDS,
        noun="saved reply",
        flags=fields,
        key="Title",
        ours=REPLIES.fields,
        note=state.output.note,
    )
    made = [{**line.values, **fields} for line in lines]
    checked(lines, lambda line: check({**line.values, **fields}))
    return [
        Action("create", "saved reply", values=values, line=line.number, part=str(values["Title"]))
        for line, values in zip(lines, made, strict=True)
    ]


def reply_updates(state: State, replies: Sequence[str] | None, *, source: str | None, changes: Values) -> list[Action]:
    """Updates of saved replies, by number or title: `changes` for all, or what each row says. Raises BadUsage."""
    given.one_of(replies, source, noun="saved reply")
    crm = state.crm.replies
    number_of = Lookup(crm.number)

    def check(values: Values) -> None:
        inputs.needs_change(values)
        crm.check(values)

    if source is None:
        check(changes)
        return [Action("update", "saved reply", number, values=changes) for number in _replies(state, replies or ())]
    fields = (given.REPLY, *given.REPLY_FIELDS)
    lines = given.lines(
        source, fields, noun="saved reply", flags=changes, key=given.REPLY.name, ours=(), note=state.output.note
    )
    checked(lines, lambda line: check(_rest(line, changes)))
    first: dict[int, int] = {}

    def found(line: Line) -> int:
        number = number_of(line.values[given.REPLY.name])
        if first.setdefault(number, line.number) != line.number:  # by its number and by its title, say
            raise errors.BadUsage(f"saved reply {number} is on line {first[number]} already")
        return number

    numbers = checked(lines, found)
    return [
        Action("update", "saved reply", number, values=_rest(line, changes), line=line.number)
        for line, number in zip(lines, numbers, strict=True)
    ]


def reply_deletes(state: State, replies: Sequence[str]) -> list[Action]:
    """Deletes of saved replies, by number or title. Raises BadUsage."""
    return [Action("delete", "saved reply", number) for number in _replies(state, replies)]


def message_deletes(ticket: str, messages: Sequence[str]) -> list[Action]:
    """Deletes of messages of a ticket. Raises BadUsage."""
    of = inputs.number(ticket, noun="ticket")
    return [Action("delete", "message", number, ticket=of) for number in inputs.numbers(messages, noun="message")]


def _replies(state: State, replies: Sequence[str]) -> list[int]:
    """Their numbers, each once. Raises BadUsage for a title that is none."""
    return list(dict.fromkeys(map(state.crm.replies.number, inputs.words(replies))))


def _id(line: Line) -> int:
    return int(line.values["CrmID"])


def _rest(line: Line, flags: Values) -> dict[str, Any]:
    """What a row sets: its own fields but for the one that names the object, and those of flags."""
    return {**{name: value for name, value in line.values.items() if name not in ("CrmID", "Id")}, **flags}
