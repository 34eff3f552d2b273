"""Ctrl-C, and the signals that ask to end as it does: they interrupt a command, and end the process once it is over.

A signal raises KeyboardInterrupt wherever the program happens to be, and Python swallows whatever is raised within some
callbacks (of an import's locks, of weak references, of the garbage collector, `__del__`, SQLite's functions): the command
would go on, and mail. So a signal also leaves a mark, which is looked at before anything leaves, and what Python says that
it swallowed is raised again a moment later.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

TYPE_CHECKING = False  # see __main__.py
if TYPE_CHECKING:
    from collections.abc import Callable

    from crmcli.errors import CrmError

_SAME = 0.05
"""Seconds within which a second signal is the first once more: a closing terminal, or a process above, says it twice."""
_AGAIN = 0.01
"""Seconds after which a swallowed interrupt is raised again: the callback is over by then."""


class _Now:
    """What a signal means at this moment: `code` is None while the command runs; `last` is when the last one came.

    `asked` is the mark: the last one that came, where nobody has heard of it. `is_ending` says that the command has failed, and
    that its code is being looked up. `hook` is told what else Python swallows.
    """

    code: int | None = None
    last = 0.0
    asked: int | None = None
    has_begun = is_ending = False
    hook: Callable[[sys.UnraisableHookArgs], object] = sys.__unraisablehook__


def begin() -> None:
    """Have SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, so that what was done is told and nothing typed is lost.

    Those that whoever started the process wants ignored (nohup) stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    _Now.code, _Now.last, _Now.asked = None, 0.0, None
    _Now.has_begun, _Now.is_ending = True, False
    if sys.unraisablehook is not _swallowed:
        _Now.hook, sys.unraisablehook = sys.unraisablehook, _swallowed
    for number in (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")):  # Windows lacks the last
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def ends() -> None:
    """The command has failed. Until `over` says with which code, a signal comes too late to change anything, and is dropped.

    Raised there, where nobody catches it, it would end the process with a traceback, and without a word of what failed.
    """
    if not _Now.has_begun:  # it came before anything else did
        begin()
    _Now.is_ending = True


def over(failure: CrmError | None) -> int:
    """The command is done, or has failed: from now on a signal ends the process at once, with its code, which comes back.

    For whoever heard of an interrupt would do again what is done, or wait for a reader of our last words who is stuck.
    """
    from crmcli.exits import exit_row  # takes a millisecond of each start

    _Now.code = exit_row(failure).code if failure else 0
    return _Now.code


def is_asked() -> bool:
    """Whether a signal asked to end, and nobody has heard of it yet."""
    return _Now.asked is not None


def heard() -> None:
    """For whoever caught an interrupt and goes on all the same, to bring to its end what is under way."""
    _Now.asked = None


def check(what: str) -> None:
    """Raise Interrupted where a signal asked to end, right before `what` would leave.

    In the main thread, which signals go to: it says what becomes of the work of the others.
    """
    if is_asked() and threading.current_thread() is threading.main_thread():
        from crmcli.errors import Interrupted

        raise Interrupted(f"Interrupted: {what} was not sent.")


def _interrupt(number: int, _: object) -> None:
    now = time.monotonic()
    is_same, _Now.last = now - _Now.last < _SAME, now
    if is_same:
        return
    if _Now.code is not None:
        os._exit(_Now.code)
    if _Now.is_ending:
        return
    _Now.asked = number
    raise KeyboardInterrupt


def _swallowed(unraisable: sys.UnraisableHookArgs) -> None:
    """Python's hook for what can't be raised where it was: an interrupt comes again, and all else is told as ever."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        _Now.hook(unraisable)
    elif _Now.asked is not None and _Now.code is None:
        threading.Thread(target=_interrupt_again, args=(_Now.asked,), daemon=True).start()


def _interrupt_again(number: int) -> None:
    time.sleep(_AGAIN)
    if _Now.asked is None or _Now.code is not None:  # it was heard of meanwhile, before something left
        return
    _Now.last = 0.0
    if hasattr(signal, "pthread_kill"):  # to the main thread, which may wait for something: only this wakes it
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        import _thread

        _thread.interrupt_main(signal.Signals(number))
