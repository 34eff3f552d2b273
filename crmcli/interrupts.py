"""Ctrl-C, and the signals that ask to end as it does: they interrupt a command, and end the process once it is over."""

from __future__ import annotations

import os
import signal
import threading
import time

TYPE_CHECKING = False  # see __main__.py
if TYPE_CHECKING:
    from crmcli.errors import CrmError

_SAME = 0.05
"""Seconds within which a second signal is the first once more: a closing terminal, or a process above, says it twice."""


class _Now:
    """What a signal means at this moment: `code` is None while the command runs; `last` is when the last one came."""

    code: int | None = None
    last = 0.0


def begin() -> None:
    """Have SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, so that what was done is told and nothing typed is lost.

    Those that whoever started the process wants ignored (nohup) stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    _Now.code, _Now.last = None, 0.0
    for number in (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")):  # Windows lacks the last
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def over(failure: CrmError | None) -> int:
    """The command is done, or has failed: from now on a signal ends the process at once, with its code, which comes back.

    For whoever heard of an interrupt would do again what is done, or wait for a reader of our last words who is stuck.
    """
    from crmcli.exits import exit_row  # takes a millisecond of each start

    _Now.code = exit_row(failure).code if failure else 0
    return _Now.code


def _interrupt(_: int, __: object) -> None:
    now = time.monotonic()
    is_same, _Now.last = now - _Now.last < _SAME, now
    if is_same:
        return
    if _Now.code is not None:
        os._exit(_Now.code)
    raise KeyboardInterrupt
