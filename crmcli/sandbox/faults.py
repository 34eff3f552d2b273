"""Faults on purpose: a store that fails, dawdles, or loses the connection, before the work is done or after it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Self

KINDS = ("status", "delay", "cut-before", "cut-after", "cut-headers", "cut-body", "drip")
FORM = "status=503 | delay=2.5 | cut-before | cut-after | cut-headers | cut-body | drip=0.5, then any of "
BODIES = ("html", "ack", "throttle-text")
OPTIONS = f"method=POST path=/CRM/*/message times=N skip=N chance=0.2 seed=7 after reset retry-after=S body={'|'.join(BODIES)}"


class Cut(ConnectionError):
    """The connection is to be lost here. In process it is what the caller gets; `serve.py` cuts the socket.

    `sent` are the bytes that still go out. `reset` says that the client is to see a reset (RST) and not an end (FIN).
    `drip` puts the cut off: a byte more goes out every so many seconds, until the client has gone.
    """

    def __init__(self, *, sent: bytes = b"", reset: bool = False, drip: float | None = None) -> None:
        super().__init__("The sandbox cut the connection, as it was told to.")
        self.sent = sent
        self.reset = reset
        self.drip = drip


@dataclass
class Fault:
    """One fault, and what is left of it. `amount` is the status, or the seconds of a delay, or between bytes that drip."""

    kind: str
    amount: float = 0
    method: str = "*"
    path: str = "*"
    times: int | None = None
    skip: int = 0
    chance: float = 1.0
    seed: int = 0
    after: bool = False
    reset: bool = False
    retry_after: str = ""
    body: str = ""
    _dice: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Not for secrets: a fault must fall the same way in every run.
        self._dice = random.Random(self.seed)

    @classmethod
    def parse(cls, spec: str) -> Self:
        """Read `cut-after,method=POST,path=/CRM/*/message,times=1`. Raises ValueError saying what there is."""
        kind, *parts = (part.strip() for part in spec.split(","))
        name, _, amount = kind.partition("=")
        if name not in KINDS:
            raise ValueError(f"No fault is called {name!r}. Write {FORM}{OPTIONS}.")
        try:
            options = dict(_option(*part.partition("=")[::2]) for part in parts)
            return cls(kind=name, amount=_amount(name, amount), **options)
        except ValueError as wrong:
            raise ValueError(f"{spec!r}: {wrong}. Write {FORM}{OPTIONS}.") from None

    def strikes(self, method: str, path: str) -> bool:
        """Whether it strikes this request; counts it. Not for several threads at once."""
        if (
            not (fnmatchcase(method, self.method) and fnmatchcase(path.lower().removesuffix("/"), self.path))
            or self.times == 0
        ):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self._dice.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def spares_the_work(self) -> bool:
        """Whether the work is left undone."""
        return self.kind == "cut-before" or (self.kind == "status" and not self.after)


class Faults:
    """The faults in force, for several threads. A request meets the first that strikes it, and no other.

    A path's `*` spans slashes: `/CRM/*` covers `/CRM/42/message`.
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = list(faults)
        self._lock = threading.Lock()

    @classmethod
    def parse(cls, specs: Iterable[str]) -> Self:
        """Read several specs. Raises ValueError saying what there is."""
        return cls(map(Fault.parse, specs))

    def add(self, spec: str) -> None:
        """One more, behind the others. Raises ValueError."""
        fault = Fault.parse(spec)
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Take all back."""
        with self._lock:
            self._faults.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets. `path` is below the base: `/CRM/42/message`."""
        with self._lock:
            return next((fault for fault in self._faults if fault.strikes(method, path)), None)


def _amount(kind: str, text: str) -> float:
    if kind == "status":
        status = _whole(text)
        if not 300 <= status <= 599:
            raise ValueError("a status is 300 to 599")
        return status
    if kind in ("delay", "drip"):
        return _number(text)
    _bare(text)
    return 0


def _option(name: str, value: str) -> tuple[str, Any]:
    """The field of `Fault` that an option sets, and its value. Raises ValueError."""
    match name:
        case "method":
            return name, value.upper()
        case "path":
            return name, value.lower()
        case "times" | "skip" | "seed":
            return name, _whole(value)
        case "chance":
            return name, _number(value)
        case "after" | "reset":
            _bare(value)
            return name, True
        case "retry-after":
            return "retry_after", value
        case "body" if value in BODIES:
            return name, value
        case "body":
            raise ValueError(f"body takes {' or '.join(BODIES)}")
        case _:
            raise ValueError(f"it has no option {name!r}")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise ValueError(f"{text!r} is not a number of 0 or more")
    return number


def _bare(text: str) -> None:
    if text:
        raise ValueError(f"it takes no value ({text!r})")
