"""Conditions on statistics, for cron: `oldest_unanswered>24h`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crmcli.errors import BadUsage, ConditionHolds
from crmcli.output.charts import STATS, span

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(r"\s*(\w+)\s*([<>=!]+)\s*(.*?)\s*\Z", re.ASCII | re.DOTALL)
_VALUE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([smhdw]?)\Z", re.ASCII | re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}

KINDS = {
    column.field: "duration" if column.kind == "duration" else "number"
    for column in STATS.columns
    if column.kind != "count"
}
"""What a condition may be about: the names of single numbers, each a `number` or a `duration`."""


@dataclass(frozen=True)
class Condition:
    """One condition, as it was `said`: the figure `name` compared with `value` (a duration in seconds)."""

    said: str
    name: str
    operator: str
    value: float

    def holds(self, figures: Mapping[str, float | None]) -> bool:
        """Whether these figures fulfil it; one that has no value fulfils nothing."""
        figure = figures[self.name]
        return figure is not None and _OPERATORS[self.operator](figure, self.value)


def read(text: str) -> Condition:
    """Read `NAME OP VALUE`, VALUE being a number, or a duration like 90m, 24h, 7d or 2w. Raises BadUsage."""
    found = _CONDITION.match(text)
    name = found[1].lower() if found else ""
    if not found or found[2] not in _OPERATORS:
        raise _wrong(f"Not a condition: {text!r}.")
    if name not in KINDS:
        raise _wrong(f"There is no figure {found[1]!r}.")
    value = _VALUE.match(found[3])
    if not value:
        raise _wrong(f"Not a number or a duration: {found[3]!r}.")
    if value[2] and KINDS[name] != "duration":
        raise _wrong(f"{name} is a number, and {found[3]} is a duration.")
    return Condition(text.strip(), name, found[2], float(value[1]) * _SECONDS[value[2].lower()])


def check(conditions: Iterable[Condition], figures: Mapping[str, float | None]) -> None:
    """Raise ConditionHolds, which names them, when any of the conditions holds."""
    held = [
        f"{condition.said} (it is {_shown(condition.name, figures[condition.name])})"
        for condition in conditions
        if condition.holds(figures)
    ]
    if held:
        raise ConditionHolds(f"Condition holds: {held[0]}.", details=[f"And so does {each}." for each in held[1:]])


def _shown(name: str, figure: float | None) -> str:
    return span(int(figure or 0)) if KINDS[name] == "duration" else f"{figure:,}"


def _wrong(message: str) -> BadUsage:
    return BadUsage(
        message,
        hint="Write NAME OP VALUE, like 'oldest_unanswered>24h': OP is one of > >= < <= = !=, VALUE a number or a "
        "duration (90m, 24h, 7d, 2w).",
        details=[
            f"{kind}s: {', '.join(name for name in KINDS if KINDS[name] == kind)}" for kind in ("number", "duration")
        ],
    )
