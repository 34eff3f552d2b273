"""One family of errors, by cause and not by operation, so that one place can turn each into an exit code.

The causes are those of the exit-code table in `crmcli/exits.py`; nothing here knows a code, a terminal or HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence


class CrmError(Exception):
    """Something failed in a way that the user can be told about in one line.

    `message` says what failed. `hint` says what to do, where the cause's own hint in `exits.py` is not enough.
    `status` is the HTTP status, where there was one. `details` are further lines (a field and its fault, a row and
    its reason). All four may hold text from the store: whoever prints them defuses them.
    `profile` is what -p named, for the commands that a hint tells of.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        details: Sequence[str] = (),
    ) -> None:
        self.message = one_stop(message)
        super().__init__(self.message)
        self.hint = hint
        self.status = status
        self.details = list(details)
        self.profile: str | None = None
        self.may_be_done = False  # whether what was to be written may be at the store all the same
        self.is_sent = False  # whether all that was typed has been mailed all the same: then no draft of it is kept


def one_stop(message: str) -> str:
    """A sentence with one full stop at its end: one that ends in another's words may have brought theirs."""
    inner = message[:-1].removesuffix("”")
    is_doubled = message.endswith(".") and inner.endswith((".", "!", "?", "…")) and not inner.endswith("..")
    return message[:-1] if is_doubled else message


class StoreFailed(CrmError):
    """The store failed (5xx), or its answer could not be read, after the retries."""


class BadUsage(CrmError):
    """Wrong words, or a value refused before anything was sent."""


class Declined(BadUsage):
    """A person was asked and said no: nothing is wrong, and nothing was done."""


class BadConfig(CrmError):
    """No profile, or a profile file that is unreadable or unsafe."""


class AuthFailed(CrmError):
    """401 or 403: wrong keys, or the app lacks the permission."""


class NotFound(CrmError):
    """404 on a thing that was asked for by its ID; `is_page` says that it came as a web page, as a gateway's would."""

    is_page = False


class Rejected(CrmError):
    """400: the store refused the values."""


class RateLimited(CrmError):
    """429 past the retries; nothing was written."""


class NetworkFailed(CrmError):
    """No connection, a time-out, or a connection lost."""


class NeverArrived(NetworkFailed):
    """Not a byte left for the store: what was to be sent surely never arrived.

    `at` says where it came to its end: at the `connection`, the `proxy`, or `TLS`. `again` says whether another try may fare
    better.
    """

    def __init__(self, message: str, *, hint: str | None = None, at: str = "connection", again: bool = True) -> None:
        super().__init__(message, hint=hint)
        self.at = at
        self.again = again


class Partial(CrmError):
    """Of several rows some failed; each was reported."""


class Changed(Partial):
    """A row was left as it is: it is not as it was when it was planned, or as a run left it."""


class Held(Partial):
    """Another process is changing it, and comes to no end: it was left as it is."""


class HalfDone(Partial):
    """Something was `done`, a message mailed, say, and what was to follow failed of `cause`."""

    def __init__(self, done: str, cause: CrmError, *, hint: str, is_sent: bool = False) -> None:
        super().__init__(f"{done}: {cause.message}", hint=hint, status=cause.status, details=cause.details)
        self.cause = cause
        self.may_be_done = cause.may_be_done
        self.is_sent = is_sent


class Unsure(CrmError):
    """A send may or may not have arrived.

    `otherwise` is the error that it is, should the store turn out not to have it. `late` says that the store may be at
    it still: no answer came in time, but the connection was not lost.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        otherwise: CrmError | None = None,
        late: bool = False,
    ) -> None:
        super().__init__(message, hint=hint, status=status)
        self.otherwise = otherwise
        self.late = late


class ConditionHolds(CrmError):
    """A condition that the user asked to be told of holds; all went well otherwise."""


class Interrupted(CrmError):
    """Ctrl-C, or a signal asking to end."""


ENDING = (AuthFailed, BadConfig, NetworkFailed, RateLimited)
"""What says more of the store, or of this machine, than of the one of many that met it: the next would fare no better."""


def cause_of(failure: CrmError) -> CrmError:
    """What failed, also where something before it was done."""
    return failure.cause if isinstance(failure, HalfDone) else failure
