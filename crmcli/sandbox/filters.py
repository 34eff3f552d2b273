"""Conditions on the rows of a list, as the store's query parameters can say them, and how they become SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crmcli.sandbox import dates

_COMPARED = {"from": ">=", "after": ">", "to": "<=", "before": "<"}


@dataclass(frozen=True)
class Filter:
    """A condition on one column.

    `is`: equal. `contains`, `prefix`, `exact`: texts, without regard to case. `from`, `after`, `to`, `before`: a date
    as `dates.bound` writes it, compared with the wall clock of `zone`; `from` and `to` include the bound.
    """

    column: str
    how: Literal["is", "contains", "prefix", "exact", "from", "after", "to", "before"]
    value: str | int
    zone: str = ""

    @property
    def sql(self) -> str:
        """The condition, with `?` for each of `args`."""
        if self.how == "is":
            return f"{self.column} = ?"
        if self.how in _COMPARED:
            return f"wall({self.column}, ?) {_COMPARED[self.how]} ?"
        return f"matches({self.column}, ?, ?)"

    @property
    def args(self) -> tuple[str | int, ...]:
        """The values for the `?` of `sql`."""
        if self.how == "is":
            return (self.value,)
        return (self.zone if self.how in _COMPARED else self.how, self.value)


def where(filters: Sequence[Filter]) -> tuple[str, list[str | int]]:
    """The WHERE clause for all filters, "" for none, and its values."""
    if not filters:
        return "", []
    return " WHERE " + " AND ".join(each.sql for each in filters), [arg for each in filters for arg in each.args]


def teach(db: sqlite3.Connection) -> None:
    """Give a connection the functions that the conditions call."""
    db.create_function("matches", 3, _matches, deterministic=True)
    db.create_function("wall", 2, dates.iso, deterministic=True)


def _matches(text: str, how: str, wanted: str) -> bool:
    text, wanted = text.casefold(), wanted.casefold()
    match how:
        case "contains":
            return wanted in text
        case "prefix":
            return text.startswith(wanted)
        case _:
            return text == wanted
