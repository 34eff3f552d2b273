"""What tells a person that something long is under way."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from crmcli.output.streams import Stream

Thing = TypeVar("Thing")


def counted(
    things: Iterable[Thing], what: str, tell: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Thing]:
    """The same things; at a terminal it is told how many came, a second after the first and whenever twice the time is over.

    `what` they are goes into a line like `1,200 tickets so far …`, handed to `tell`. Nothing is told once all came.
    """
    if not Stream(sys.stderr).terminal:
        yield from things
        return
    begun, pause = 0.0, 1.0
    for count, thing in enumerate(things):
        begun = begun or clock()
        if clock() - begun > pause:
            tell(f"{count:,} {what} so far …")
            pause *= 2
        yield thing
