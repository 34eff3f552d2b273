"""What became of a PUT that was answered with something else than a clear success: the object tells.

A store that carries it out and then fails, redirects, or asks to slow down, has carried it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmcli import errors
from crmcli.api.bodies import Row
from crmcli.api.changes import same

_SAME_OF_A_READ = (errors.AuthFailed, errors.NotFound)
"""What says of a read, too, that nothing is to be had here was no answer to what was written."""
_REDIRECTS = 300


class Done(Exception):
    """Seen between two tries: what the one before was to write is at the store. `status` is what that was answered with."""

    def __init__(self, status: int | None) -> None:
        super().__init__()
        self.status = status


def is_there(changes: Mapping[str, Any], found: Row) -> bool:
    """Whether an object holds all that was to be changed."""
    return all(same(found.get(name), to) for name, to in changes.items())


def settled(
    failure: errors.CrmError,
    *,
    before: Row,
    changes: Mapping[str, Any],
    look: Callable[[], Row],
    label: str,
) -> None:
    """Return where the store has what was sent, though it said otherwise; raise what failed where it hasn't.

    `before` is the object as it was, `look` reads it. Where nobody can tell, what failed says that it may have been written.
    What came with no answer is raised as it is.
    """
    if failure.status is None:
        raise failure
    try:
        found = look()
    except errors.Interrupted:
        failure.may_be_done = True
        raise errors.Interrupted(f"Interrupted: {label} may have been updated.") from None
    except errors.CrmError as why:
        if isinstance(failure, _SAME_OF_A_READ) and isinstance(why, type(failure)):
            raise failure from None
        raise _open(failure, f"{label} could not be looked at afterwards, and may be updated: {why.message}") from None
    if is_there(changes, found):
        return
    if not all(same(found.get(name), before.get(name)) for name in changes):
        raise _open(failure, f"{label} has changed all the same, though not into what was sent.")
    if isinstance(failure, errors.NotFound):
        failure.message = f"The store said that there is no {label} to update, and has it still."
        failure.hint = "It was not updated. Run it again, or update it in the store's own admin."
    raise failure


def odd(path: str, status: int | None, label: str) -> str:
    """What is told of an update that was done, and answered as if it were not."""
    but = " and nothing that can be read" if status and status < _REDIRECTS else ""
    return f"PUT {path} was answered with {status}{but}, and {label} has what was sent all the same: it is updated."


def _open(failure: errors.CrmError, said: str) -> errors.CrmError:
    failure.may_be_done = True
    failure.details.append(f"{said[:1].upper()}{said[1:]}")
    if isinstance(failure, errors.RateLimited):  # of which is said otherwise that nothing was written
        wait = (failure.hint or "").removeprefix("Nothing was written. ") or "Wait a minute and run it again."
        failure.hint = f"It may have been written. {wait}"
    return failure
