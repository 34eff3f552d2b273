"""A long text through the user's pager, as git does it: only on a terminal, and only when it is longer than the screen."""

from __future__ import annotations

import os
import signal


def shown(text: str, *, height: int) -> bool:
    """Show a text in `$PAGER` (`less` without one); False when there is no use or no pager for it: print it then.

    `less` is told, as git tells it, to end by itself on a short text, to let colours through and to leave the text on the
    screen, unless `LESS` says what the user likes. The text is harmless already; `-R` lets nothing through but colours.
    """
    pager = os.environ.get("PAGER", "less").strip()
    if not pager or pager == "cat" or text.count("\n") < height:
        return False
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    import subprocess

    before = signal.getsignal(signal.SIGINT)
    try:
        with subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environment) as reader:  # noqa: S602 - the user's own
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's, until it ends
            try:
                reader.communicate(text.encode("utf-8", "backslashreplace"))
            except BrokenPipeError:
                pass  # who leaves the pager early has seen enough
    except OSError:
        return False
    else:
        return reader.returncode not in (126, 127)  # a shell's codes for a command that it can't run or find
    finally:
        signal.signal(signal.SIGINT, before)
