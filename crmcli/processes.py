"""Whether the process that wrote something down still runs, also after its number went to another one."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def me() -> str:
    """The name of this process: its number, when it started, and where it runs."""
    return f"{os.getpid()}:{_started(os.getpid())}:{_here()}"


def runs(name: str) -> bool:
    """Whether the process of this name still runs; False where it is none of this machine (see `is_here`)."""
    number, _, rest = name.partition(":")
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):  # somebody else's now: ours would let us ask
        return False
    return is_here(name) and _started(int(number)) == rest.partition(":")[0]


def is_here(name: str) -> bool:
    """Whether the process of this name is, or was, one that can be seen from here: of this machine and this container."""
    return place(name) in ("", _here())


def place(name: str) -> str:
    """Where the process of this name runs; "" in a name of the first version, which did not say."""
    return name.partition(":")[2].partition(":")[2]


def _here() -> str:
    """The machine, and of a container its own numbers of processes (pid_namespaces(7))."""
    try:
        numbers = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        numbers = ""
    return f"{platform.node()}/{numbers}"


def _started(number: int) -> str:
    """When a process started, in ticks since boot (proc(5)); "" where the system doesn't say, and the number must do."""
    try:
        return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
