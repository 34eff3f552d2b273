"""What makes something at the store: a message, a ticket, a saved reply.

A message e-mails a customer and no call has an idempotency key, so whoever delivers a `Send` must be able to do more than
post it: to see what is at the store that looks just like it, before and afterwards. `crmcli.outbox` is what delivers them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmcli.api.bodies import Row
from crmcli.api.transport import Before, Look, Request

Leaving = Callable[[], Look | None]
"""Called right before each try of a send leaves, after all waits. It may raise, or give what is called once it is connected."""


@dataclass(frozen=True)
class Ack:
    """What became of a write: what was `did`, to which number (None when the store named none), and the store's own ack.

    `sent` is False when it was only rehearsed (`Policy.rehearse`); `request` is what went out, or would have. `odd` is what a
    person should know of it: that the store said something else than that it was done, and it was. `was_so` says that an update
    had nothing to change, and sent nothing.
    """

    did: str
    number: int | None
    request: Request
    raw: list[Row] = field(default_factory=list)
    sent: bool = True
    odd: str = ""
    was_so: bool = False


@dataclass(frozen=True)
class Sight:
    """What is at the store: the numbers of what looks just like what is sent, and of what might be it in other words.

    `rows` are those that look just like it, by their numbers.
    """

    alike: frozenset[int]
    others: frozenset[int]
    rows: Mapping[int, Row] = field(default_factory=dict)

    @property
    def all(self) -> frozenset[int]:
        """Both."""
        return self.alike | self.others

    def without(self, known: set[int]) -> Sight:
        """What of it is neither known otherwise, nor in `others` because it is in `alike`."""
        return Sight(self.alike - known, self.others - self.alike - known, self.rows)


@dataclass(frozen=True)
class Likeness:
    """By what two sends of one kind and place look alike, at the store and in the outbox: the one rule for both.

    `always` are the fields that each has, `also` those that one may leave to the store. `writer` are those that say who
    writes: what is the very same to its reader may name them or not.
    """

    always: tuple[str, ...]
    also: tuple[str, ...] = ()
    writer: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All that is compared."""
        return self.always + self.also

    def mark(self, body: Row) -> str:
        """What all that may look alike have in common, as a word that an index finds."""
        plain = json.dumps([_plain(name, body.get(name)) for name in self.always])
        return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def may_be(self, one: Row, other: Row) -> bool:
        """Whether one, at the store, could be taken for the other: they contradict each other in nothing that both say."""
        return all(
            _plain(name, one.get(name)) == _plain(name, other.get(name))
            for name in self.fields
            if name in self.always or (_says(one.get(name)) and _says(other.get(name)))
        ) and _may_hold(one.get(_LIST), other.get(_LIST))

    def fills(self, body: Row, row: Row) -> bool:
        """Whether a row that looks like a body holds nothing beside it, in what is compared, but who writes."""
        names = [name for name in self.fields if name not in self.writer]
        is_bare = _texts(body.get(_LIST)) or not _texts(row.get(_LIST))
        return bool(is_bare) and all(_plain(name, body.get(name)) == _plain(name, row.get(name)) for name in names)

    def same(self, one: Row, other: Row) -> bool:
        """Whether they are the very same to whoever reads them, to the letter but for white space."""
        rest = {*one, *other} - set(self.writer)
        return self.may_be(one, other) and all(
            _worded(name, one.get(name)) == _worded(name, other.get(name)) for name in rest
        )


@dataclass(frozen=True)
class Send:
    """One thing to be made. `kind` is its noun, `path` where it is posted, `body` what a person wanted to send.

    `allow` raises BadConfig where the profile forbids it, and is asked before anything is written down; `prepare` checks it
    and gives the body that goes out (names turned into numbers); `post` sends it, once, calls what it is given as
    `transport.Before` says, and raises Unsure when its answer was lost; `look` gives what is there now and may be it; `made`
    is the ack for one that was found, of its number, or of the ack that the store gave for it. `likeness` is by what it is
    compared; `of` gives a send of the same kind and place with another body; `holds` is what it changes (`changes.Hold`).
    """

    kind: str
    path: str
    body: Row
    allow: Callable[[], None]
    prepare: Callable[[], Row]
    post: Callable[[Before], Ack]
    look: Callable[[], Sight]
    made: Callable[[int | None, Sequence[Row]], Ack]
    likeness: Likeness
    of: Callable[[Row], Send]
    holds: str = ""


Deliver = Callable[[Send], Ack]

_LIST = "CrmMessageList"
_CODES = ("Sender", "OrderID")
_TAG = r"</?[a-zA-Z][^<>]*>"  # `5 < 6 and 7 > 2` is none; compiled when a send is looked for, not at each start


def straight(send: Send) -> Ack:
    """Deliver without an outbox: post it, and let a lost answer be Unsure."""
    send.allow()
    send.prepare()
    return send.post(lambda _: None)


def alike(sent: Row, rows: Iterable[Row], fields: Sequence[str]) -> list[Row]:
    """The rows that hold what was sent, in those of `fields` that were.

    Compared without regard to white space, HTML entities and tags, which a store may write otherwise; e-mails also without
    regard to case.
    """
    wanted = {name: _plain(name, sent[name]) for name in fields if sent.get(name) not in (None, "")}
    return [row for row in rows if all(_plain(name, row.get(name)) == value for name, value in wanted.items())]


def _plain(name: str, value: Any) -> str:
    import html  # its table of entities takes a millisecond of each start

    text = " ".join(html.unescape(re.sub(_TAG, " ", str(value or ""))).split())
    if name in _CODES and text == "0":
        return ""  # a store may write a number as text, and 0 where nothing was said
    return text.casefold() if name.endswith("Email") else text


def _says(value: Any) -> bool:
    return value not in (None, "")


def _texts(listed: Any) -> list[Any]:
    return [row.get("Message") for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _may_hold(one: Any, other: Any) -> bool:
    """Of the messages that come with a ticket: one that has all of another's, and more, may be taken for it."""
    these, those = ({_plain("Message", text) for text in _texts(listed)} for listed in (one, other))
    return these <= those or those <= these


def _worded(name: str, value: Any) -> object:
    if name == _LIST:
        return [_worded("Message", text) for text in _texts(value)]
    text = " ".join(str(value or "").split())
    return text.casefold() if name.endswith("Email") else text
