"""Reads JSON lines, or an array of objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crmcli.rows.found import Rows, Target
from crmcli.rows.values import Number, of_json, short, sort

# A row begins at a line that doesn't look like the inside of one laid out for people. A fault in one row ends with it,
# so the rows after it are read all the same.
_ROW = re.compile(r"\n(?=[^\s\]}\"])")
_BLANK = re.compile(r"[ \t\n]*")


def read_json(text: str, rows: Rows) -> None:
    """Put all rows of a text into `rows`."""
    _Reader(rows).read(text)


class _Reader:
    """Reads JSON lines or an array; an object may take several lines."""

    def __init__(self, rows: Rows) -> None:
        from json import JSONDecodeError, JSONDecoder

        self._rows = rows
        self._amiss: list[str] = []  # what is wrong within the value that is being read
        self._error = JSONDecodeError
        self._decode = JSONDecoder(
            object_pairs_hook=self._object, parse_int=Number, parse_float=Number, parse_constant=self._constant
        ).raw_decode
        self._targets: dict[str, Target | None] = {}
        self._unknown: dict[str, list[int]] = {}  # by key: the first line that has it, and how many have

    def read(self, text: str) -> None:
        """Put all rows of a text into `rows`."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")  # in a string of JSON there is neither
        for number, value in self._array(text) if text.lstrip().startswith("[") else self._lines(text):
            if isinstance(value, dict):
                self._row(number, value)
            else:
                self._rows.fault(number, f"it is {sort(value)}, and a {self._rows.noun} is an object of JSON")
        if self._unknown:
            told = {
                name: f"on line {first}" if count == 1 else f"in {count:,} rows, first on line {first}"
                for name, (first, count) in self._unknown.items()
            }
            self._rows.unknown(min(first for first, _ in self._unknown.values()), "field", told)

    def _lines(self, text: str) -> Iterator[tuple[int, Any]]:
        top = 1
        for piece in _ROW.split(text):
            number, at, seen = top, _skipped(piece, 0), 0
            while at < len(piece):
                number += piece.count("\n", seen, at)
                seen = at
                value, end = self._value(piece, at, top, number)
                if end is None:
                    break
                yield number, value
                at = _skipped(piece, end)
                if at < len(piece) and "\n" not in piece[end:at]:
                    self._rows.fault(number + piece.count("\n", seen, at), "something follows the object on its line")
                    break
            top += piece.count("\n") + 1

    def _array(self, text: str) -> Iterator[tuple[int, Any]]:
        at = _skipped(text, text.index("[") + 1)
        number, seen = 1, 0
        if text.startswith("]", at):
            more, at = False, at + 1
        else:
            more = True
        while more:
            number += text.count("\n", seen, at)
            seen = at
            value, end = self._value(text, at, 1, number)
            if end is None:
                return
            yield number, value
            at = _skipped(text, end)
            more = not text.startswith("]", at)
            if more and not text.startswith(",", at):
                fault = "a comma is missing" if at < len(text) else "the array is never closed"
                self._rows.fault(number + text.count("\n", seen, at), fault)
                return
            at = _skipped(text, at + 1)
        if _skipped(text, at) < len(text):
            self._rows.fault(number + text.count("\n", seen, at), "something follows the array")

    def _value(self, text: str, at: int, top: int, number: int) -> tuple[Any, int | None]:
        """The value at a place of a text that begins on line `top`, and its end; None after a fault."""
        self._amiss.clear()
        try:
            value, end = self._decode(text, at)
        except self._error as fault:
            if fault.pos < len(text):
                said = f"it is not JSON: {fault.msg} at character {fault.colno}"
                self._rows.fault(top + fault.lineno - 1, said)
            else:
                self._rows.fault(number, "it is not JSON: it ends too early")
            return None, None
        except RecursionError:
            self._rows.fault(number, "it is nested too deeply")
            return None, None
        for said in self._amiss:
            self._rows.fault(number, said)
        return value, end

    def _row(self, number: int, row: dict[str, Any]) -> None:
        values: dict[str, Any] = {}
        given: dict[Target, str] = {}
        for said, value in row.items():
            if self._rows.passes(said, row):
                continue
            for target, inner in self._parts(number, said, value):
                if target in given:
                    self._rows.fault(number, f"{target.label} comes twice: {given[target]} and {short(said)}")
                given[target] = short(said)
                if inner is not None:
                    self._rows.put(number, values, target, inner, of_json)
        self._rows.keep(number, values)

    def _parts(self, number: int, said: str, value: Any) -> Iterator[tuple[Target, Any]]:
        """What a key of a row gives: one value, or those of a mapping."""
        if said not in self._targets:
            self._targets[said] = self._rows.target(said)
        target = self._targets[said]
        if target is None:
            self._unknown.setdefault(said, [number, 0])[1] += 1
        elif target.kind != "mapping" or target.inner:
            yield target, value
        elif isinstance(value, dict) and "." not in said:
            for name, inner in value.items():
                if name.strip():
                    yield target._replace(inner=name.strip()), inner
                else:
                    self._rows.fault(number, f"{target.field}: a name is empty")
        elif value is not None:
            self._rows.fault(number, f"{short(said)}: write it as {target.field}.NAME, or as an object of texts")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            places = {name: place for place, (name, _) in enumerate(pairs)}  # the last of each
            twice = next(name for place, (name, _) in enumerate(pairs) if places[name] != place)
            self._amiss.append(f"the key {short(twice)} comes twice")
        return found

    def _constant(self, word: str) -> None:
        self._amiss.append(f"{word} is no number of JSON")


def _skipped(text: str, at: int) -> int:
    """The place of the next character of JSON that isn't blank."""
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at
