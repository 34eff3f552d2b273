"""How much of a costly test is run each day, and how much under `-m long`: a sample, and the whole.

A campaign or a test of properties is marked `sampled`, and asks `size` how often it tries; it is run both ways. A table of
cases goes through `some`: what is not for every day is marked `long`. Nothing is left out of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


class _Asked:
    """Whether this run of the tests is the long one."""

    is_long = False


def begin(config: pytest.Config) -> None:
    """Remember which run this is, by its `-m`; before any test is imported, as decorators ask."""
    _Asked.is_long = "long" in config.option.markexpr.replace("not long", "")


def take(items: Sequence[pytest.Item]) -> None:
    """Have the long run take the tests that are `sampled` each day, too."""
    for item in items:
        if _Asked.is_long and item.get_closest_marker("sampled"):
            item.add_marker("long")


def size(daily: int, whole: int) -> int:
    """How often a test tries, for one that is marked `sampled`."""
    return whole if _Asked.is_long else daily


def some(cases: Sequence[Any], *, every: int, first: int = 0) -> list[Any]:
    """All cases for `parametrize`, where only each so-many-th is run daily; a tuple is one case of several values."""
    return [
        case
        if number % every == first
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)
        for number, case in enumerate(cases)
    ]
