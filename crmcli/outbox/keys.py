"""What keys (`--once`) say: that two are two jobs, and that one stands for one thing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crmcli.errors import BadUsage
from crmcli.outbox.entries import INTENDED, Entry, Key

if TYPE_CHECKING:
    from crmcli.api.sends import Send


def are_two(one: Entry, other: Entry) -> bool:
    """Whether two keys say that each is a job of its own."""
    return one.key is not None and other.key is not None and one.key != other.key


def check(entry: Entry, send: Send, key: Key | None) -> None:
    """Whether the entry that a key stands for is what is to be sent. Raises BadUsage where it is something else."""
    said = f"--once {key} stands for something else"
    if (entry.kind, entry.path) != (send.kind, send.path):
        raise BadUsage(f"{said}: {entry.kind}, {entry.path} (outbox entry {entry.number}).")
    if entry.state == INTENDED:  # which never left
        return
    body = send.prepare()
    if not send.likeness.same(entry.body, body):
        raise BadUsage(
            f"{said}: another {entry.kind} (outbox entry {entry.number}).",
            hint="Give this one a key of its own. Nothing was sent.",
            details=[f"It stands for {_told(entry.body, body)}", f"This one is {_told(body, entry.body)}"],
        )


def _told(body: dict[str, Any], other: dict[str, Any]) -> str:
    """What of a body is not in the other, as JSON."""
    own = {name: value for name, value in body.items() if other.get(name) != value}
    return json.dumps(own or body, ensure_ascii=False)
