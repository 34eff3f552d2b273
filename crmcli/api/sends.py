"""What makes something at the store: a message, a ticket, a saved reply.

A message e-mails a customer and no call has an idempotency key, so whoever delivers a `Send` must be able to do more than
post it: to see what is at the store that looks just like it, before and afterwards. `crmcli.outbox` is what delivers them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmcli.api.bodies import Row
from crmcli.api.transport import Request


@dataclass(frozen=True)
class Ack:
    """What became of a write: what was `did`, to which number (None when the store named none), and the store's own ack.

    `sent` is False when it was only rehearsed (`Policy.rehearse`); `request` is what went out, or would have.
    """

    did: str
    number: int | None
    request: Request
    raw: list[Row] = field(default_factory=list)
    sent: bool = True


@dataclass(frozen=True)
class Sight:
    """What is at the store: the numbers of what looks just like what is sent, and of what might be it in other words."""

    alike: frozenset[int]
    others: frozenset[int]

    @property
    def all(self) -> frozenset[int]:
        """Both."""
        return self.alike | self.others

    def without(self, known: set[int]) -> Sight:
        """What of it is neither known otherwise, nor in `others` because it is in `alike`."""
        return Sight(self.alike - known, self.others - self.alike - known)


@dataclass(frozen=True)
class Send:
    """One thing to be made. `kind` is its noun, `path` where it is posted, `body` what a person wanted to send.

    `allow` raises BadConfig where the profile forbids it, and is asked before anything is written down; `prepare` checks it
    and gives the body that goes out (names turned into numbers); `post` sends it, once, and raises Unsure when its answer
    was lost; `look` gives what is at the store now and may be it; `made` is the ack for one that was found, of its number, or
    of the ack that the store gave for it.
    """

    kind: str
    path: str
    body: Row
    allow: Callable[[], None]
    prepare: Callable[[], Row]
    post: Callable[[], Ack]
    look: Callable[[], Sight]
    made: Callable[[int | None, Sequence[Row]], Ack]


Deliver = Callable[[Send], Ack]

_TAG = r"</?[a-zA-Z][^<>]*>"  # `5 < 6 and 7 > 2` is none; compiled when a send is looked for, not at each start


def straight(send: Send) -> Ack:
    """Deliver without an outbox: post it, and let a lost answer be Unsure."""
    send.allow()
    send.prepare()
    return send.post()


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
    return text.casefold() if name.endswith("Email") else text
