"""What is said first of a command that failed before it wrote anything: that it did not, which nobody should have to infer."""

from __future__ import annotations

from crmcli import errors

_OF_THE_STORE = (
    errors.StoreFailed,
    errors.AuthFailed,
    errors.RateLimited,
    errors.NetworkFailed,
    errors.NotFound,
)
"""What may be met in a read before a write, and leave it open whether that came."""
_AGAIN = ("outbox resend", "runs resume", "runs undo", "apply", "trash restore")
"""Commands that go on with what an earlier one may have sent."""
_SAYS_IT = ("nothing was ", "was not sent")
_DID = {"delete": "deleted", "update": "changed", "undo": "changed"}


def tell(failure: errors.CrmError, verb: str, *, once: bool = False) -> None:
    """Have the error of a command that wrote nothing say so, unless it does; `once` says that a key stands for its job.

    A 404 for what was to be changed or deleted says it as it is.
    """
    last = verb.rsplit(maxsplit=1)[-1]
    did = _DID.get(last, "sent")
    if not isinstance(failure, _OF_THE_STORE) or (isinstance(failure, errors.NotFound) and last in _DID):
        return
    said = " ".join([failure.message, failure.hint or "", *failure.details]).casefold()
    if any(words in said for words in _SAYS_IT):
        return
    now = " this time" if once or verb in _AGAIN else ""
    failure.message = f"Nothing was {did}{now}. {failure.message}"
