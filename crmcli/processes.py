"""Whether the process that wrote something down still runs, also after its number went to another one."""

from __future__ import annotations

import os
import platform
import sys
import time
from functools import cache
from pathlib import Path

_DEAD = "ZX"
"""States (proc(5), ps(1)) of a process that does nothing any more, and that nobody has taken away yet."""
_STOPPED = "Tt"


def me() -> str:
    """The name of this process: its number, when it started, and where it runs."""
    return f"{os.getpid()}:{_my_start(os.getpid())}:{_here()}"


def number(name: str) -> int:
    """The number of the process of this name; 0 where it has none."""
    word = name.partition(":")[0]
    return int(word) if word.isdecimal() else 0


def runs(name: str) -> bool:
    """Whether the process of this name still runs, or is stopped; False where it is none of this machine (see `is_here`)."""
    state = _state(name)
    return bool(state) and state not in _DEAD


def is_stopped(name: str) -> bool:
    """Whether the process of this name is stopped (Ctrl-Z): it may go on at any time."""
    state = _state(name)
    return bool(state) and state in _STOPPED


def is_here(name: str) -> bool:
    """Whether the process of this name is, or was, one that can be seen from here: of this machine and this container."""
    return place(name) in ("", _here())


def age(name: str) -> float | None:
    """Seconds since the process of this name began, by the clock of the boot, which nobody sets; None where it isn't known."""
    ticks, _, boot = name.partition(":")[2].partition(":")[0].partition(".")
    if sys.platform != "linux" or not ticks.isdecimal() or not boot or boot != _boot():
        return None
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(ticks) / os.sysconf("SC_CLK_TCK")


def place(name: str) -> str:
    """Where the process of this name runs; "" in a name of the first version, which did not say."""
    return name.partition(":")[2].partition(":")[2]


def _state(name: str) -> str:
    """The letter of the state that it is in; "" where it has gone, or is none of this machine."""
    process = number(name)
    if not process or not is_here(name):
        return ""
    state, started = _seen(process) if _is_there(process) else ("", "")
    begun = name.partition(":")[2].partition(":")[0]
    # Until names had the boot, too, they had the ticks alone.
    return state if begun in ("", started, started.partition(".")[0]) or not started else ""


def _is_there(process: int) -> bool:
    """Whether there is a process of this number that may be ours."""
    if sys.platform == "win32":  # where signal 0 is Ctrl-C
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, PermissionError, OverflowError):  # gone; or somebody else's now: ours would let us ask
        return False
    return True


def _here() -> str:
    """The machine, and of a container its own numbers of processes (pid_namespaces(7))."""
    try:
        numbers = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        numbers = ""
    return f"{platform.node()}/{numbers}"


@cache
def _boot() -> str:
    """What tells this boot of the machine from others (random(4), boot_id); "" where the system doesn't say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()[:8]
    except OSError:
        return ""


@cache
def _my_start(process: int) -> str:
    """When this process started: it can't have another time. By its number, since a fork has another one."""
    return _seen(process)[1]


def _seen(process: int) -> tuple[str, str]:
    """The state of a process, and when it started: in ticks since which boot (proc(5)), or as ps(1) says it.

    The time is "" where the system doesn't say, and the number must do; both are where it has gone.
    """
    if sys.platform == "win32":
        return _on_windows(process)
    try:
        said = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return said[0], f"{said[19]}.{_boot()}"
    except (OSError, IndexError):
        return _by_ps(process) if not Path("/proc/self/stat").exists() else ("", "")


def _by_ps(process: int) -> tuple[str, str]:
    """The same where there is no /proc (macOS, the BSDs)."""
    import subprocess

    try:
        asked = ["ps", "-o", "state=", "-o", "lstart=", "-p", str(process)]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False).stdout.split()  # noqa: S603 - words of our own
    except (OSError, subprocess.TimeoutExpired):
        return "R", ""
    return (said[0][:1], " ".join(said[1:]).replace(":", ".")) if said else ("R", "")


def _on_windows(process: int) -> tuple[str, str]:
    """The same by the system's own calls; nobody stops a process there. One that may not be looked at is not ours."""
    if sys.platform != "win32":
        return "", ""
    import ctypes
    from ctypes import wintypes

    limited, still_active = 0x1000, 259  # PROCESS_QUERY_LIMITED_INFORMATION, STILL_ACTIVE
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    opened = kernel.OpenProcess(limited, False, process)
    if not opened:
        return "", ""
    handle = wintypes.HANDLE(opened)
    code, times = wintypes.DWORD(), [wintypes.FILETIME() for _ in range(4)]
    try:
        is_known = kernel.GetExitCodeProcess(handle, ctypes.byref(code)) and kernel.GetProcessTimes(
            handle, *map(ctypes.byref, times)
        )
    finally:
        kernel.CloseHandle(handle)
    if not is_known or code.value != still_active:
        return "", ""
    return "R", str(times[0].dwHighDateTime << 32 | times[0].dwLowDateTime)
