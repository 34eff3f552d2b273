"""What is to be done with one row, as data that a journal can keep and another process can carry out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self, overload

from crmcli import errors
from crmcli.api.bodies import messages_of
from crmcli.api.changes import Seen, same
from crmcli.api.names import as_number
from crmcli.api.sends import Ack
from crmcli.output.cells import Look, called, told

if TYPE_CHECKING:
    from crmcli.api.crm import Crm

_UNDONE = (
    *(errors.AuthFailed, errors.BadConfig, errors.BadUsage, errors.NeverArrived, errors.NotFound, errors.RateLimited),
    *(errors.Rejected, errors.Changed, errors.Held),
)
"""What failed of these surely changed nothing."""

Row = dict[str, Any]
Told = tuple[Ack, str]
"""What a write gave, and the noun to tell it by."""


@dataclass(frozen=True)
class Action:
    """Do something with a `ticket`, a `message` or a `saved reply`: `update`, `delete`, `reply` or `create`.

    `number` is that of the object, `ticket` that of the ticket of a message. `values` are the fields to set, or those of what
    is made. A reply sets `status`, too, which is called `status_name`. `expected` are fields that must be so still, or the
    row is skipped; of a ticket `CrmMessageList` stands for the numbers of its messages, and `digest` for all of it. `line` is
    where the row stands in a file, `part` what it is of the job that --once names.
    """

    do: str
    noun: str
    number: int | None = None
    ticket: int | None = None
    values: Row = field(default_factory=dict)
    status: int | None = None
    status_name: str = ""
    expected: Row | None = None
    digest: str = ""
    line: int | None = None
    part: str = ""

    @classmethod
    def reply(cls, ticket: int, values: Row, *, status: int | None = None, status_name: str = "") -> Self:
        """Mail a message to the customer of a ticket. Of a job that --once names, its part is this ticket's."""
        part = str(ticket)
        return cls("reply", "ticket", ticket, values=values, status=status, status_name=status_name, part=part)

    @property
    def sends(self) -> bool:
        """Whether it makes something at the store: what goes through the outbox."""
        return self.do in ("reply", "create")

    @property
    def mails(self) -> bool:
        """Whether it may e-mail a customer."""
        return self.do == "reply" or (self.do == "create" and self.noun == "message")

    @property
    def wanted(self) -> Row:
        """The fields that an object is to have afterwards."""
        return {"StatusID": self.status} if self.do == "reply" else self.values

    def __str__(self) -> str:
        return str(self.number)

    @property
    def label(self) -> str:
        """What it is about, as people call it: `ticket 42`, `message to ticket 42`."""
        return " ".join(filter(None, self.called))

    @property
    def called(self) -> tuple[str, str]:
        """The same in two: `ticket` and `42`. What is yet to be made has no number: `saved reply` and `“Late”`."""
        if self.number is not None:
            of = f" of ticket {self.ticket}" if self.ticket is not None else ""
            return self.noun, f"{self.number}{of}"
        if self.ticket is not None:
            return f"{self.noun} to ticket", str(self.ticket)
        title = self.values.get("Title")
        return self.noun, f"“{title}”" if title else ""

    def data(self) -> Row:
        """Itself as JSON holds it, without what is not set."""
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in values if value not in (None, "", {})}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """What `data` gave."""
        return cls(**data)


@dataclass(frozen=True)
class Alike(Sequence[Action]):
    """Actions that are the same for many numbers, each made as it is asked for: a million of them are a list of numbers.

    `template` is what they have in common, `of` the field that has the number; `is_job` says that each is a part of the job
    that --once names.
    """

    template: Action
    numbers: Sequence[int]
    of: str = "number"
    is_job: bool = False

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, at: int) -> Action: ...
    @overload
    def __getitem__(self, at: slice) -> Alike: ...
    def __getitem__(self, at: int | slice) -> Action | Alike:
        if isinstance(at, slice):
            return replace(self, numbers=self.numbers[at])
        own: Row = {self.of: self.numbers[at]}
        if self.is_job:
            own["part"] = str(self.numbers[at])
        return replace(self.template, **own)

    @property
    def own(self) -> str:
        """What each has of its own, as JSON, `%d` for its number."""
        part = ', "part": "%d"' if self.is_job else ""
        return f'{{"{self.of}": %d{part}}}'


def kinds(todo: Sequence[Action]) -> Sequence[Action]:
    """Some of these, with one of each kind among them."""
    return (todo.template,) if isinstance(todo, Alike) else todo


def carried_out(action: Action, crm: Crm, seen: Seen) -> Iterator[Told]:
    """Do it; gives each of its writes as it is done. Raises what the calls of `crm` do, and what `seen` does.

    `seen` is shown the object that is about to be changed or deleted; what is made is not shown.
    """
    yield from _WAYS[action.do, action.noun](action, crm, seen)


def as_expected(expected: Mapping[str, Any], row: Row, *, digest: str, look: Look | None) -> None:
    """Raises Changed where the object is not just as it was expected. `look` has the names of what it tells of."""
    for name, value in expected.items():
        now = row.get(name)
        if isinstance(value, list):
            if numbers_of(row) != value:
                raise _changed("there are other messages")
        elif not same(value, now):
            now_told, was_told = (_quoted(told(name, each, look), each) for each in (now, value))
            if now_told == was_told:  # as people read them
                now_told, was_told = repr(now), repr(value)
            raise _changed(f"{called(name).lower()} is {now_told} and was {was_told}")
    if digest and digest != digest_of(row):
        raise _changed("another field, or a message")


def _quoted(said: str, value: object) -> str:
    return repr(said) if isinstance(value, str) or not said else said


def _changed(what: str) -> errors.Changed:
    return errors.Changed(f"It has changed since and was left as it is: {what}.", hint="Look at it, and plan it anew.")


def digest_of(row: Row) -> str:
    """What tells an object from itself after any change."""
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]


def numbers_of(ticket: Row) -> list[int]:
    """The numbers of a ticket's messages, in order; one without a number can't be told from others, but by the digest."""
    numbers = (as_number(str(message.get("MessageId"))) for message in messages_of(ticket))
    return sorted(number for number in numbers if number is not None)


def fields_of(action: Action, found: Row) -> Row:
    """Of a ticket that is to be changed, what a PUT might blank: a store may take what isn't named for empty."""
    if action.do == "delete" or action.noun != "ticket":
        return {}
    return {
        name: value
        for name, value in found.items()
        if value and not isinstance(value, list) and name != "CrmID" and not name.startswith("Date")
    }


def _update_ticket(action: Action, crm: Crm, seen: Seen) -> Iterator[Told]:
    yield crm.tickets.update(_number(action), changes=action.values, seen=seen), action.noun


def _update_reply(action: Action, crm: Crm, seen: Seen) -> Iterator[Told]:
    yield crm.replies.update(_number(action), changes=action.values, seen=seen), action.noun


def _delete_ticket(action: Action, crm: Crm, seen: Seen) -> Iterator[Told]:
    yield crm.tickets.delete(_number(action), seen=seen), action.noun


def _delete_message(action: Action, crm: Crm, seen: Seen) -> Iterator[Told]:
    yield crm.messages.delete(action.ticket or 0, _number(action), seen=seen), action.noun


def _delete_reply(action: Action, crm: Crm, seen: Seen) -> Iterator[Told]:
    yield crm.replies.delete(_number(action), seen=seen), action.noun


def _create_message(action: Action, crm: Crm, _: Seen) -> Iterator[Told]:
    yield crm.messages.create(action.ticket or 0, fields=action.values), action.noun


def _create_reply(action: Action, crm: Crm, _: Seen) -> Iterator[Told]:
    yield crm.replies.create(fields=action.values), action.noun


def together(actions: Iterable[Action]) -> str:
    """What some are about, in few words: `message to ticket 5, 6`."""
    by_noun: dict[str, list[str]] = {}
    for action in actions:
        noun, which = action.called
        by_noun.setdefault(noun, []).append(which)
    return ", ".join(f"{noun} {', '.join(filter(None, each))}".rstrip() for noun, each in by_noun.items())


def _reply(action: Action, crm: Crm, seen: Seen) -> Iterator[Told]:
    """The message, then the status. Raises HalfDone where the second half fails: it can be done without a second mail."""
    number = _number(action)
    yield crm.messages.create(number, fields=action.values), "message"
    if action.status is None:
        return
    sent = f"The reply to ticket {number} was sent"
    hint = f"Set it with: crmcli tickets update {number} --status {action.status}"
    try:
        ack = crm.tickets.update(number, changes={"StatusID": action.status}, seen=seen)
    except (KeyboardInterrupt, errors.Interrupted):
        interrupted = errors.Interrupted(
            f"Interrupted: {sent[0].lower()}{sent[1:]}; its status may not be changed.", hint=hint
        )
        interrupted.is_sent = True
        raise interrupted from None
    except errors.CrmError as failure:
        may = "is not" if isinstance(failure, _UNDONE) and not failure.may_be_done else "may not be"
        raise errors.HalfDone(f"{sent}; its status {may} changed", failure, hint=hint, is_sent=True) from None
    # Its number is the ticket's; what `-o ids` prints is the message's alone.
    when = "already" if ack.was_so else "now"
    yield replace(ack, number=None, did=f"of ticket {number} is {action.status_name} {when}"), "status"


def _number(action: Action) -> int:
    if action.number is None:
        raise errors.BadUsage(f"The {action.noun} has no number.")
    return action.number


_WAYS: dict[tuple[str, str], Callable[[Action, Crm, Seen], Iterator[Told]]] = {
    ("update", "ticket"): _update_ticket,
    ("update", "saved reply"): _update_reply,
    ("delete", "ticket"): _delete_ticket,
    ("delete", "message"): _delete_message,
    ("delete", "saved reply"): _delete_reply,
    ("create", "message"): _create_message,
    ("create", "saved reply"): _create_reply,
    ("reply", "ticket"): _reply,
}


def seen_done(action: Action, crm: Crm) -> Told:
    """What is told of a write of an earlier try that is seen to be done at the store."""
    if action.do == "reply":
        ack = crm.tickets.known("updated", _number(action))
        return replace(ack, number=None, did=f"of ticket {action.number} is {action.status_name} now"), "status"
    if action.noun == "message":
        path = f"/CRM/{action.ticket}/message/{action.number}"
        return crm.messages.known("deleted", _number(action), path=path), action.noun
    collection = crm.tickets if action.noun == "ticket" else crm.replies
    return collection.known(f"{action.do}d", _number(action)), action.noun
