"""Plans: what a run would change, as JSON lines that a person can read, edit and pass on, and that `apply` carries out.

A line is one field of one ticket: what is to be done, the ticket, the field, what it is now and what it will be. A delete has
one line, with the ticket before it; the message of a reply has one, with the numbers of the messages before it. The store is
named in each, since the same numbers are other tickets elsewhere; `digest` is of all that the ticket was: where it has changed
in any way, it is left as it is. A line without one is held to its own field alone.
"""

from __future__ import annotations

import json
import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmcli import errors, inputs, numerals, values
from crmcli.api.changes import same
from crmcli.bulk import reading
from crmcli.bulk.actions import Action, Row, digest_of, numbers_of
from crmcli.output.formats import dumper
from crmcli.output.kept import PLAN
from crmcli.rows.found import refusal

if TYPE_CHECKING:
    from crmcli.state import State

_THREAD = "CrmMessageList"
_WOULD = {"update": "change", "delete": "be deleted", "reply": "be answered"}
_KEYS = ("do", "ticket", "field", "before", "after", "store")


def write(state: State, todo: Sequence[Action], file: str) -> None:
    """Write what these would change at tickets into a file (`-`: standard output), and show it. Nothing is sent.

    Raises Partial where some tickets can't be read: they are reported, and are not in the plan.
    """
    by_ticket = {action.number: action for action in todo}
    get = state.crm.tickets.whole if any(action.do != "update" for action in todo) else state.crm.tickets.get
    lines: list[Row] = []
    failed = same_already = 0
    for number, ticket in reading.tickets(state, [number for number in by_ticket if number], get):
        if isinstance(ticket, errors.CrmError):
            failed += 1
            state.output.failures.row(ticket, label=f"ticket {number}", line=by_ticket[number].line)
            continue
        found = list(_lines(by_ticket[number], ticket, state.settings.store))
        same_already += not found
        lines += found
    dump = dumper()  # which escapes what would not be seen, or would end a line
    if file == "-":
        state.output.lines(map(dump, lines))
    else:
        _save("".join([f"{dump(line)}\n" for line in lines]), file)
        state.output.local(lines, PLAN)
    if same_already:
        state.output.note(f"{same_already:,} of {len(by_ticket):,} tickets are so already.")
    if lines:
        count = len({line["ticket"] for line in lines})
        state.output.note(f"{count:,} {'ticket' if count == 1 else 'tickets'} would {_WOULD[lines[0]['do']]}.")
    if lines and file != "-":
        state.output.note(f"Nothing was sent. Carry it out with: crmcli apply {shlex.quote(file)}")
    if failed:
        raise errors.Partial(f"{failed} of {len(by_ticket)} failed.", hint="The plan has the others.")


def read(state: State, file: str) -> list[Action]:
    """What a plan says, as actions that expect the tickets to be as they were. Raises BadUsage with all that is wrong."""
    text = inputs.stdin() if file == "-" else inputs.file(file, hint="Write one with --plan.")
    faults: list[str] = []
    by_ticket: dict[int, list[Row]] = {}
    first: dict[int, int] = {}
    for at, said in enumerate(text.split("\n"), start=1):
        try:
            if said.strip():
                line = _checked(said, state.settings.store)
                by_ticket.setdefault(line["ticket"], []).append(line)
                first.setdefault(line["ticket"], at)
        except ValueError as fault:
            faults.append(f"line {at}: {fault}")
    todo = []
    for number, lines in by_ticket.items():
        try:
            todo.append(_action(state, number, lines))
        except (errors.BadUsage, ValueError) as fault:
            faults.append(f"line {first[number]}: ticket {number}: {fault}")
    if faults:
        refused = refusal(faults)
        refused.message = f"{file} can't be applied: {refused.message}"
        raise refused
    return todo


def _lines(action: Action, ticket: Row, store: str) -> Iterator[Row]:
    """The lines for one ticket; none where nothing would change."""
    digest = digest_of(ticket)

    def line(field: str | None, before: Any, after: Any) -> Row:
        said = {"do": action.do, "ticket": action.number, "field": field, "before": before, "after": after}
        return {**said, "store": store, "digest": digest}

    if action.do == "delete":
        yield line(None, {**_flat(ticket), _THREAD: numbers_of(ticket)}, None)
        return
    changes = dict(action.values)
    if action.do == "reply":
        writer = {name: value for name, value in changes.items() if name != "Message"}
        yield {**line("Message", numbers_of(ticket), changes["Message"]), **({"with": writer} if writer else {})}
        changes = {} if action.status is None else {"StatusID": action.status}
    for field, after in changes.items():
        now = ticket.get(field)
        if not same(now, after):  # to the letter: who mends a blank too many means it
            yield line(field, now, after)


def _flat(ticket: Row) -> Row:
    return {name: value for name, value in ticket.items() if not isinstance(value, list)}


def _checked(said: str, store: str) -> Row:
    """A line of a plan. Raises ValueError."""
    try:
        line = json.loads(said, object_pairs_hook=_object, parse_constant=numerals.no_constant)
    except json.JSONDecodeError as fault:
        raise ValueError(f"it is not JSON: {fault.msg} at character {fault.colno}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(line, dict) or any(key not in line for key in _KEYS):
        raise ValueError(f"an object with {', '.join(_KEYS)} is needed")
    if line["do"] not in ("update", "delete", "reply"):
        raise ValueError(f"{line['do']!r} is not update, delete or reply")
    if not isinstance(line["field"], str | None):
        raise ValueError(f"{line['field']!r} is not the name of a field")
    if not isinstance(line.get("with", {}), dict):
        raise ValueError("what a message goes with is an object of its fields")
    if type(line["ticket"]) is not int or line["ticket"] < 1:
        raise ValueError(f"{line['ticket']!r} is not the number of a ticket")
    if values.one_store(str(line["store"])) != store:
        raise ValueError(f"it was planned for another store ({line['store']}); this profile's is {store}")
    return line


def _object(pairs: list[tuple[str, Any]]) -> Row:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _action(state: State, number: int, lines: Sequence[Row]) -> Action:
    """What the lines of one ticket say together. Raises BadUsage, ValueError."""
    kinds = {line["do"] for line in lines}
    by_field = {line["field"]: line for line in lines}
    digests = {str(line.get("digest") or "") for line in lines}
    if len(kinds) != 1 or len(by_field) != len(lines) or len(digests) != 1:
        raise ValueError("its lines contradict each other")
    (digest,) = digests
    if kinds == {"delete"}:
        before = by_field.get(None, {}).get("before")
        if not isinstance(before, dict) or not before or len(lines) != 1:
            raise ValueError("a delete needs the ticket as it was")
        return Action("delete", "ticket", number, expected=before, digest=digest)
    if kinds == {"update"}:
        values = {str(field): line["after"] for field, line in by_field.items()}
        state.crm.tickets.check(values, number=number)
        return Action("update", "ticket", number, values=values, expected=_before(by_field), digest=digest)
    return _reply(number, by_field, digest)


def _reply(number: int, by_field: dict[str | None, Row], digest: str) -> Action:
    from crmcli.bulk import build

    message, status = by_field.get("Message"), by_field.get("StatusID", {})
    if message is None or not isinstance(message["before"], list) or set(by_field) - {"Message", "StatusID"}:
        raise ValueError("a reply needs its message, and may set StatusID besides")
    values = {**message.get("with", {}), "Message": message["after"]}
    build.check_message(values)
    after = status.get("after")
    if after is not None and type(after) is not int:
        raise ValueError("StatusID: a whole number is needed")
    expected = {**({"StatusID": status["before"]} if status else {}), _THREAD: message["before"]}
    action = Action.reply(number, values, status=after, status_name=str(after))
    return replace(action, expected=expected, digest=digest)


def _before(by_field: dict[str | None, Row]) -> Row:
    return {str(field): line["before"] for field, line in by_field.items()}


def _save(text: str, file: str) -> None:
    """Put it into the file whole, or not at all. Raises BadUsage."""
    path = Path(file).expanduser()
    try:
        if path.exists() and not path.is_file():  # a pipe, /dev/stdout
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
            return
        descriptor, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}-"
        )  # mode 0600: it holds customers' words
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        Path(name).replace(path)
    except OSError as fault:
        raise errors.BadUsage(f"{path} can't be written: {fault.strerror}.", hint="Nothing was sent.") from None
