"""Whether the process that wrote something down still runs, also after its number went to another one."""

from __future__ import annotations

import os
from pathlib import Path


def me() -> str:
    """The name of this process: its number and when it started."""
    return f"{os.getpid()}:{_started(os.getpid())}"


def runs(name: str) -> bool:
    """Whether the process of this name still runs."""
    number, _, started = name.partition(":")
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):  # somebody else's now: ours would let us ask
        return False
    return _started(int(number)) == started


def _started(number: int) -> str:
    """When a process started, in ticks since boot (proc(5)); "" where the system doesn't say, and the number must do."""
    try:
        return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
