"""What people hand to a command: numbers, texts, JSON. Standard input is read only where `-` asks for it."""

from __future__ import annotations

import codecs
import json
import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from crmcli import numerals
from crmcli.errors import BadUsage

DEFAULT_LIMIT = 50
LARGEST_TEXT = 10_000_000
"""Bytes of a text or an object: the API takes 65,535 characters of a message."""
LARGEST_FILE = 100_000_000
"""Bytes of what has a row a line; there are devices and pipes that never end."""

_BLOCK = 200_000
_NUMBERS = re.compile(r"(?:[1-9]\d{0,17}\r?\n)+", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,17}\Z", re.ASCII)


def numbers(words: Iterable[str], *, noun: str) -> Sequence[int]:
    """The numbers on a command line, each once, in order; `-` stands for those on standard input, one a line.

    Raises BadUsage that names the word, or the line, that is no number of a `noun`.
    """
    found = _Once()
    for word in words:
        if word != "-":  # an empty one is no number: it may be a variable that is not set
            found.add([number(word, noun=noun)])
            continue
        for block in _blocks(stdin()):
            is_plain = _NUMBERS.fullmatch(block)  # a million of them are read in a second
            found.add([*map(int, block.split())] if is_plain else [number(each, noun=noun) for each in _lines(block)])
    return found.numbers


class _Once:
    """Numbers in the order in which they came, each once; so many of them as can be are held by eight bytes alone."""

    def __init__(self) -> None:
        self.numbers = array("q")
        self._known: set[int] | None = None  # not needed as long as each is above the one before

    def add(self, some: Sequence[int]) -> None:
        """Take those that are new."""
        if self._known is None:
            last = self.numbers[-1] if self.numbers else 0
            if not some or (some[0] > last and some == sorted(set(some))):
                self.numbers.extend(some)
                return
            self._known = set(self.numbers)
        self.numbers.extend(each for each in dict.fromkeys(some) if each not in self._known)
        self._known.update(some)


def number(word: str, *, noun: str) -> int:
    """One number above 0. Raises BadUsage."""
    plain = word.removeprefix("#")  # as the conversation of a ticket shows them
    if not _NUMBER.match(plain):
        raise BadUsage(f"{word!r} is not the number of a {noun}.")
    return int(plain)


def is_one(given: list[str]) -> bool:
    """Whether one thing was named by itself: then it is shown alone, and else in a list, however many `-` brings."""
    return len(given) == 1 and given != ["-"]


def words(given: Iterable[str]) -> list[str]:
    """The words on a command line, each once, in order; `-` stands for those on standard input, one a line."""
    return list(dict.fromkeys(_spread(given)))


def text(value: str | None) -> str | None:
    """A text: itself, `@file`, or `-` for standard input; without the line ends that close a file.

    Raises BadUsage, also where a file or standard input holds nothing.
    """
    if value is None or not (value == "-" or value.startswith("@")):
        return value
    found = _source(value).rstrip("\r\n")
    if not found.strip():  # what was to write it has failed: a text must not be wiped by that
        raise BadUsage(
            f"The text from {'standard input' if value == '-' else value[1:]} is empty.", hint="Nothing was sent."
        )
    return found


def data(value: str | None) -> dict[str, Any]:
    """`--data`: a JSON object, `@file`, or `-` for standard input; {} when it is None. Raises BadUsage."""
    if value is None:
        return {}
    said = _source(value) if value == "-" or value.startswith("@") else value
    try:
        found = json.loads(said, parse_constant=numerals.no_constant, parse_float=numerals.finite)
    except (ValueError, RecursionError) as fault:
        raise BadUsage(
            f"--data is not JSON: {fault}.", hint="""Write it like --data '{"Subject": "Hello"}'."""
        ) from None
    if not isinstance(found, dict):
        raise BadUsage("--data must be one JSON object.", hint="""Write it like --data '{"Subject": "Hello"}'.""")
    return found


def file(name: str, *, hint: str, most: int = LARGEST_FILE) -> str:
    """What is in a file, `~` expanded; a byte order mark is no part of it.

    Raises BadUsage, with `hint`, also where it has more than `most` bytes.
    """
    path = Path(name)
    try:
        path = path.expanduser()
        with path.open("rb") as stream:
            return _decoded(stream, str(path), most)
    except (OSError, RuntimeError) as fault:  # RuntimeError: ~somebody who has no home here
        raise BadUsage(
            f"{path} can't be read: {fault.strerror if isinstance(fault, OSError) else 'there is no such home'}.",
            hint=hint,
        ) from None


def stdin(*, most: int = LARGEST_FILE) -> str:
    """What is on standard input, to its end. Raises BadUsage, also where it has more than `most` bytes."""
    if sys.stdin is None or sys.stdin.closed:
        raise BadUsage("'-' reads standard input, and there is none.")
    try:
        return _decoded(sys.stdin.buffer, "Standard input", most)
    except OSError as fault:  # it was opened for writing, or its disk failed
        raise BadUsage(f"Standard input can't be read: {fault.strerror or fault}.") from None


def fields(data_option: str | None, **flags: object) -> dict[str, Any]:
    """The fields of an object: those of `--data`, with the flags that were given laid over them. Raises BadUsage."""
    return {**data(data_option), **{field: value for field, value in flags.items() if value is not None}}


def messages_of(body: dict[str, Any]) -> str:
    """The messages in a ticket's fields, as JSON; "" when there are none."""
    messages = body.get("CrmMessageList")
    return json.dumps(messages, ensure_ascii=False) if messages else ""


def assigned(words: Iterable[str], *, typed: bool) -> dict[str, Any]:
    """The fields of `NAME=VALUE` words; `typed` reads numbers, true, false and null as JSON does. Raises BadUsage."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise BadUsage(f"{word!r} is not NAME=VALUE.", hint="Write it like -f statusid=1.")
        is_plain = typed and re.fullmatch(r"-?(0|[1-9]\d{0,17})|true|false|null", value, re.ASCII)
        found[name.strip()] = json.loads(value) if is_plain else value
    return found


def refuse(given: object, flag: str, why: str) -> None:
    """Refuse an option that makes no sense here. Raises BadUsage."""
    if given is not None:
        raise BadUsage(f"{flag} can't be used here. {why}")


def alone(flag: str, *given: object) -> None:
    """Refuse what would cut or turn a list that must be whole. Raises BadUsage."""
    if any(each is not None for each in given):
        raise BadUsage(
            f"{flag} lists all that changed: it goes with neither --limit, --offset, --newest, --count nor --active-after."
        )


def texts_of(body: dict[str, Any] | None) -> str:
    """What a person may have typed into a body: its message, or its messages; "" where there is none."""
    return str((body or {}).get("Message") or "") or messages_of(body or {})


def needs_change(changes: dict[str, Any], *named: str | None) -> None:
    """Refuse an update that names nothing. Raises BadUsage."""
    if not changes and not any(name is not None for name in named):
        raise BadUsage("Nothing to change was named.", hint="Name a field, as --help lists them, or use --data.")


def limit(given: int | None, *, every: bool) -> int | None:
    """How many rows a list is to have: what `--limit` says, 50 without it, None with `--all`. Raises BadUsage."""
    if given is not None and every:
        raise BadUsage("--limit and --all contradict each other.", hint="Leave one of them out.")
    return None if every else given or DEFAULT_LIMIT


def sender(word: str, senders: Mapping[str, int]) -> int:
    """The store's code for who writes: a number, or a name that the profile maps to one. Raises BadUsage."""
    if re.fullmatch(r"-?\d{1,9}", word, re.ASCII):
        return int(word)
    if word.casefold() not in senders:
        known = f"It has {', '.join(senders)}." if senders else "Map it there: senders = { store = 0, customer = 1 }."
        raise BadUsage(f"The profile has no sender {word!r}.", hint=known)
    return senders[word.casefold()]


def _spread(given: Iterable[str]) -> Iterable[str]:
    for word in given:
        if word == "-":
            yield from _lines(stdin())
        else:
            yield word


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _blocks(text: str) -> Iterator[str]:
    """A long text in pieces, each of whole lines."""
    begins = 0
    while begins < len(text):
        ends = text.find("\n", begins + _BLOCK) + 1 or len(text)
        yield text[begins:ends]
        begins = ends


def _source(value: str) -> str:
    if value == "-":
        return stdin(most=LARGEST_TEXT)
    return file(value[1:], hint="A text that begins with @ names a file; use - to type one.", most=LARGEST_TEXT)


def _decoded(stream: BinaryIO, source: str, most: int) -> str:
    raw = stream.read(most + 1)
    if len(raw) > most:
        raise BadUsage(f"{source} is larger than {most // 1_000_000} MB, the most that is read there.")
    return _as_text(raw, source)


def _as_text(raw: bytes, source: str) -> str:
    """Bytes as text, without a byte order mark: UTF-8, or UTF-16 where such a mark tells it. Raises BadUsage.

    UTF-16 is what Excel's "Unicode text" is, and what PowerShell 5 writes with `>`.
    """
    is_utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as fault:
        line = len(re.findall(rb"\r\n?|\n", fault.object[: fault.start])) + 1
        where = f"byte {fault.start + 1:,}, on line {line:,}"
        raise BadUsage(
            f"{source} begins as UTF-16 text and is cut off or damaged (at byte {fault.start + 1:,})."
            if is_utf_16
            else f"{source} is not UTF-8 text ({where}).",
            hint="Save it as UTF-8 (Excel calls it 'CSV UTF-8'). Nothing was sent.",
        ) from None
