"""The rows found in a file, whatever its format, and all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from crmcli.errors import BadUsage
from crmcli.rows.values import Kind, fit, short

HINT = "Nothing was sent."
_TOLD = 20
_BAD = object()


@dataclass(frozen=True)
class Field:
    """A field that a row may have.

    `name` is what the command calls it, `also` are other spellings. Kinds: `number` is an ID above 0 (42, "42", "#42");
    `whole` an integer from 0; `integer` any; `name` a number or a name, as a str; `flag` a bool; `mapping` a dict of texts,
    whose columns are called `set.tracking`.
    """

    name: str
    also: tuple[str, ...] = ()
    kind: Kind = "text"
    required: bool = False


@dataclass(frozen=True)
class Line:
    """A row: the line of the file on which it begins, from 1, and what it has, by `Field.name`."""

    number: int
    values: dict[str, Any]


class Target(NamedTuple):
    """Where a value goes: a field, and the name in it where it is a mapping."""

    field: str
    kind: Kind
    inner: str = ""

    @property
    def label(self) -> str:
        """What it is called in an error."""
        return f"{self.field}.{self.inner}" if self.inner else self.field


class Rows:
    """The rows found so far, and all that is wrong with them.

    `ours` are columns of our own lists, which are `passed` over where they are no field.
    """

    def __init__(self, fields: Sequence[Field], noun: str, key: str | None, ours: Collection[str] = ()) -> None:
        self.noun = noun
        self.required = [field.name for field in fields if field.required]
        self._known = {_plain(said): field for field in fields for said in (field.name, *field.also)}
        self._names = ", ".join(f"{field.name}.NAME" if field.kind == "mapping" else field.name for field in fields)
        self._ours = frozenset(map(_plain, ours))
        self.passed: dict[str, None] = {}
        self._key = key
        self._first: dict[Any, int] = {}
        self._lines: list[Line] = []
        self._faults: list[tuple[int, str]] = []

    def fault(self, number: int, said: str) -> None:
        """Note what is wrong on a line."""
        self._faults.append((number, said))

    def target(self, said: str) -> Target | None:
        """Where the value of a column or key goes; None when there is no such field."""
        head, _, inner = said.partition(".")
        field = self._known.get(_plain(head))
        if field is None or field.kind != "mapping":
            field, inner = self._known.get(_plain(said)), ""
        return None if field is None else Target(field.name, field.kind, inner.strip())

    def passes(self, said: str, among: Collection[str]) -> bool:
        """Whether a column or key `among` others is passed over: one of ours that is no field, or a name beside its number.

        `Department` beside `DepartmentID` is what a person reads; alone it says which department.
        """
        if (name := _plain(said)) not in self._ours:
            return False
        field = self._known.get(name)
        if field is not None and (name == _plain(field.name) or field.name not in among):
            return False
        self.passed.setdefault(said)
        return True

    def put(
        self, number: int, values: dict[str, Any], target: Target, value: Any, convert: Callable[[Kind, Any], Any]
    ) -> None:
        """Lay a value into a row, as `convert` makes it of what the file has; its None is a value not given."""
        try:
            fit(target.inner)
            found = convert(target.kind, value)
        except ValueError as fault:
            self.fault(number, f"{target.label}: {fault}")
            found = _BAD
        if found is None:
            return
        if target.kind == "mapping":
            values.setdefault(target.field, {})[target.inner] = found
        else:
            values[target.field] = found

    def keep(self, number: int, values: dict[str, Any]) -> None:
        """Take a row that is complete."""
        for name in self.required:
            if name not in values:
                self.fault(number, f"{name} is missing")
        value = values.get(self._key, _BAD) if self._key else _BAD
        if value is not _BAD:
            if value in self._first:
                self.fault(number, f"{self._key}: {self.noun} {value} is on line {self._first[value]} already")
            self._first.setdefault(value, number)
        self._lines.append(Line(number, values))

    def unknown(self, number: int, what: str, said: Mapping[str, str]) -> None:
        """Refuse all names that are no field's, each with a remark or ""."""
        told = [self._doubted(name, remark) for name, remark in list(said.items())[:_TOLD]]
        if len(said) > _TOLD:
            told.append(f"… and {len(said) - _TOLD:,} more")
        self.fault(number, f"no {what} is called {', '.join(told)}; there are {self._names}")

    def _doubted(self, name: str, remark: str) -> str:
        from difflib import get_close_matches

        head, _, inner = name.partition(".")
        near = get_close_matches(_plain(head), self._known, n=1)
        meant = ""
        if near:
            field = self._known[near[0]]
            within = f".{inner or 'NAME'}" if field.kind == "mapping" else ""
            meant = f"did you mean {field.name}{within}?"
        told = ", ".join(filter(None, (meant, remark)))
        return f"{short(name)} ({told})" if told else short(name)

    def whole(self) -> list[Line]:
        """All rows. Raises BadUsage with all that was wrong, in the order of the file."""
        if self._faults:
            self._faults.sort(key=lambda fault: fault[0])
            raise refusal([f"line {number}: {said}" for number, said in self._faults])
        return self._lines


def refusal(faults: Sequence[str]) -> BadUsage:
    """One error for all faults, of which there is at least one."""
    first, *others = faults
    details = others[:_TOLD]
    if len(others) > _TOLD:
        details.append(f"… and {len(others) - _TOLD:,} more")
    return BadUsage(first if first.endswith((".", "?", "!")) else f"{first}.", details=details, hint=HINT)


@lru_cache(maxsize=1024)  # a key comes again in each row
def _plain(said: str) -> str:
    """A name as it is compared: case, `-`, `_` and blanks, thus a leading `--` too, don't matter."""
    return re.sub(r"[-_\s]+", "", said).casefold()
