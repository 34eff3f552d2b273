"""One object deleted, with nothing lost and nothing said of it that isn't so.

It is read whole right before each try leaves, after all waits: the first time to be shown and kept, later to see that it is
still what was kept. Where the answer is no clear success the store is looked at, whatever it said: a store that carries out a
delete and then fails, redirects, or asks to slow down, has carried it out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from crmcli import errors
from crmcli.api.answers import Answer
from crmcli.api.bodies import Row, messages_of
from crmcli.api.changes import Seen
from crmcli.api.latest import Latest
from crmcli.api.transport import Before, Look, Transport

_MIDDLEMEN = {408, 502, 503, 504, *range(520, 531)}
"""Answers of who stands between: the store behind may be at it still (RFC 9110 section 15.6; Cloudflare's are 52x)."""
_GONE = (404, 410)
_REDIRECTS = 300


class Kept(Protocol):
    """What is to be deleted, on disk. It is told what became of it, once."""

    def deleted(self, *, seen_gone: bool) -> None:
        """The store has it no more: it said so, or it was `seen_gone`."""

    def undone(self) -> None:
        """It was not deleted: nothing left, or it was seen to be there still."""

    def unsure(self) -> str:
        """Nobody can tell; gives where it is kept, in words."""


Keep = Callable[[str, str, Row], Kept]
"""Given the noun, the path and the whole of what is to be deleted, it keeps that. Where it raises, nothing is deleted."""


class _Unkept:
    def deleted(self, *, seen_gone: bool) -> None:
        pass

    def undone(self) -> None:
        pass

    def unsure(self) -> str:
        return ""


def unkept(*_: object) -> Kept:
    """Keep nothing."""
    return _Unkept()


class Deletion:
    """One delete, used once.

    `read` gives all that goes with the object, in about so many `requests`; `look` what is there of it after a try, None or
    NotFound where it is gone. `seen` is shown it before it is kept, and may raise.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        noun: str,
        path: str,
        label: str,
        read: Callable[[], Row],
        look: Callable[[], Row | None],
        seen: Seen,
        keep: Keep,
        requests: int = 1,
    ) -> None:
        self._noun = noun
        self._path = path
        self._label = label
        self._look = look
        self._seen = seen
        self._keep = keep
        self._latest = Latest(
            transport,
            read,
            requests=requests,
            waits=f"{_capital(label)} could not be read and deleted without a wait between, in which it may change.",
            hint="It was not deleted. Wait a minute and run it again.",
        )
        self._whole: Row = {}
        self._kept: Kept | None = None
        self._is_ready = False
        self._answered: int | None = None

    def __call__(self, send: Callable[[Before], Answer | None]) -> tuple[Answer | None, str]:
        """Delete it by `send`; gives the store's answer where it is a success, and else what is to be told of its being gone.

        Raises NotFound when it isn't there at first, Changed when it changed before it left, Unsure when nobody can tell what
        became of it, and what reading, `seen`, keeping and `send` do.
        """
        try:
            answer = send(self._ready)
        except errors.CrmError as failure:
            return None, self._settled(failure)
        except BaseException:
            if self._kept and (self._is_ready or self._answered is not None):
                self._kept.unsure()
            elif self._kept:
                self._kept.undone()
            raise
        if answer and not answer.acks:
            self._settled(answer.unreadable("it does not say that anything was deleted"))
        elif self._kept:
            self._kept.deleted(seen_gone=False)
        return answer, ""

    def _ready(self, answered: int | None) -> Look:
        """See that what is at the store is what is kept, with no wait since it was read; gives what sees it once connected."""
        self._answered, self._is_ready = answered, False
        again = self._latest.see(self._check)
        self._is_ready = True

        def connected() -> None:
            self._is_ready = False
            again()
            self._is_ready = True

        return connected

    def _check(self, whole: Row) -> None:
        if self._kept is None:
            self._seen(whole)
            self._whole, self._kept = whole, self._keep(self._noun, self._path, whole)
        elif whole != self._whole:
            raise errors.Changed(
                f"It changed while it was being deleted, and was left as it is: {_difference(self._whole, whole)}.",
                hint="Look at it, and delete it again if it is still to go.",
            )

    def _settled(self, failure: errors.CrmError) -> str:
        """See what became of it after all. Gives what is to be told where it is gone; raises what failed where it isn't."""
        kept = self._kept
        if kept is None:
            raise failure
        is_lost = self._is_ready and isinstance(failure, errors.NeverArrived)
        if is_lost or not (self._is_ready or self._answered):
            if _is_gone(failure):
                return self._gone(None)
            kept.undone()  # each try comes right after a look
            raise failure
        if isinstance(failure, errors.Interrupted):
            raise self._stays(failure)
        if not self._is_ready and _is_gone(failure):
            return self._gone(self._answered)
        there: Row | None = self._latest.found
        if not isinstance(failure, errors.Changed):
            try:
                there = self._look()
            except errors.CrmError as why:
                if not _is_gone(why):
                    raise self._unsure(failure, why) from None
                there = None
        if there is None:
            return self._gone(failure.status)
        raise self._there(failure, there)

    def _gone(self, status: int | None) -> str:
        if self._kept:
            self._kept.deleted(seen_gone=True)
        if self._is_ready or self._answered:
            said = f"was answered with {status}" if status else "got no whole answer"
            said += " and nothing that can be read" if status and status < _REDIRECTS else ""
            return f"DELETE {self._path} {said}, and {self._label} is gone all the same: it is deleted."
        return f"{_capital(self._label)} was gone before its delete left: somebody else has deleted it."

    def _there(self, failure: errors.CrmError, there: Row) -> errors.CrmError:
        """The failure, where the object was seen to be there still."""
        if isinstance(failure, errors.NotFound):
            failure.message = f"The store said that there is no {self._label} to delete, and has it still."
            failure.hint = "It was not deleted. Run it again, or delete it in the store's own admin."
        if isinstance(failure, errors.NetworkFailed) or failure.status in _MIDDLEMEN:
            failure.details.append(f"{_capital(self._label)} was still there afterwards; the store may yet delete it.")
            return self._stays(failure)
        if not _covers(there, self._whole):
            failure.details.append(f"{_capital(self._label)} is still there, but without some of its messages.")
            return self._stays(failure)
        if self._kept:
            self._kept.undone()
        return failure

    def _unsure(self, failure: errors.CrmError, why: errors.CrmError) -> errors.CrmError:
        if isinstance(failure, errors.NetworkFailed):
            return self._stays(failure)  # which says itself that it may have been done
        unsure = errors.Unsure(
            f"{_capital(self._label)} may or may not be deleted: {failure.message}",
            hint=f"See whether the store has {self._label} still, then run it again if it is to go.",
            status=failure.status,
            otherwise=failure,
        )
        unsure.details.append(f"It could not be looked at afterwards: {why.message}")
        return self._stays(unsure)

    def _stays(self, failure: errors.CrmError) -> errors.CrmError:
        where = self._kept.unsure() if self._kept else ""
        failure.details += [where] if where else []
        return failure


def _is_gone(failure: errors.CrmError) -> bool:
    """Whether the store said that there is no such thing. An empty answer says nothing, and a web page may be a gateway's."""
    return isinstance(failure, errors.NotFound) and failure.status in _GONE and not failure.is_page


def _covers(there: Row, whole: Row) -> bool:
    """Whether nothing of what is kept is lost where this is still at the store: all its messages are in it."""
    return all(message in messages_of(there) for message in messages_of(whole))


def _difference(before: Row, after: Row) -> str:
    """What is other than before, in words that hold nothing of what strangers wrote."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    new = [message for message in messages_of(after) if message not in messages_of(before)]
    words = ["a new message" if name == "CrmMessageList" and new else name for name in names]
    return ", ".join("its messages" if word == "CrmMessageList" else word for word in words)


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
