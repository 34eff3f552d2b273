"""Which things a command is for, and what is to be done with each: from the command line, or from the rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from crmcli import rows
from crmcli.errors import BadUsage
from crmcli.output.columns import MESSAGES, TICKETS
from crmcli.rows import Field, Line

Values = dict[str, Any]
Found = TypeVar("Found")
Note = Callable[[str], None]

# Spelt as the API does, and as the flags are.
TICKET = Field("CrmID", ("id", "ticket", "number"), "number", required=True)
TICKET_FIELDS = (
    Field("Subject"),
    Field("DepartmentID", ("department",), "name"),
    Field("StatusID", ("status",), "name"),
    Field("CustomerName", ("customer-name",)),
    Field("CustomerEmail", ("customer-email",)),
    Field("CustomerPhone", ("customer-phone",)),
    Field("CustomerIpAddress", ("customer-ip",)),
    Field("OrderID", ("order",), "integer"),
    Field("CustomerID", ("customer",), "integer"),
    Field("ProductId", ("product",), "integer"),
)
# What our own lists have besides: a row that they wrote is taken back without it.
OF_TICKETS = (*TICKETS.fields, "Department", "Status", "Waiting", "WaitingSince")
OF_MESSAGES = (*OF_TICKETS, *MESSAGES.fields)
OF_TICKET = Field("CrmID", ("ticket",), "number", required=True)
WRITER_FIELDS = (
    Field("Sender", (), "name"),
    Field("SenderName", ("sender-name",)),
    Field("SenderEmail", ("sender-email",)),
)
REPLY = Field("Id", ("reply", "number"), "name", required=True)
REPLY_FIELDS = (Field("Title"), Field("Message", ("text",)))
ANSWER_FIELDS = (
    Field("Message", ("text",)),
    Field("saved"),
    Field("set", (), "mapping"),
    Field("StatusID", ("status",), "name"),
    *WRITER_FIELDS,
)


def check_ticket(values: Mapping[str, Any]) -> None:
    """Whether a person may set these fields of a ticket. Raises BadUsage."""
    below = [
        name
        for name in ("OrderID", "CustomerID", "ProductId")
        if isinstance(values.get(name), int) and values[name] < 0
    ]
    faults = [f"{name}: {values[name]} is not a number, 0 or above" for name in below]
    if "CustomerEmail" in values and not str(values["CustomerEmail"] or "").strip():
        faults.append("CustomerEmail: required")
    if faults:
        raise BadUsage(f"The ticket can't be sent: {faults[0]}.", details=faults[1:])


def one_of(things: Sequence[str] | None, source: str | None, *, noun: str) -> None:
    """Things are named on the command line, or are the rows of a file. Raises BadUsage for both, or neither."""
    if things and source is not None:
        raise BadUsage(f"{noun.capitalize()}s are named, and --from brings them, too.", hint="Leave one of them out.")
    if not things and source is None:
        raise BadUsage(f"Which {noun}?", hint="Give numbers, - for those on standard input, or --from FILE.")


def lines(  # noqa: PLR0913  # one for each thing that a command says of its rows
    source: str,
    fields: Sequence[Field],
    *,
    noun: str,
    flags: Mapping[str, Any],
    key: str | None,
    ours: Sequence[str],
    note: Note | None,
) -> list[Line]:
    """The rows of a file. Raises BadUsage with all that is wrong, and where a flag says what a column says, too.

    Columns `ours` that are none of the fields are passed over, which `note` is told of.
    """
    found = rows.read(source, fields, noun=noun, key=key, ours=ours, note=note)
    twice = sorted(
        {name for line in found for name in line.values} & {name for name, said in flags.items() if said is not None}
    )
    if twice:
        raise BadUsage(
            f"{', '.join(twice)}: the file has it, and a flag says it, too.",
            hint="Leave one of them out. Nothing was sent.",
        )
    return found


class Lookup(Generic[Found]):
    """What is found for a word, looked for once; its failure, too."""

    def __init__(self, find: Callable[[str], Found]) -> None:
        self._find = find
        self._known: dict[str, Found | BadUsage] = {}
        self._is_told = False

    def __call__(self, word: str) -> Found:
        """What is found for the word. Raises BadUsage, and what else looking for it raises."""
        if word not in self._known:
            try:
                self._known[word] = self._find(word)
            except BadUsage as fault:
                self._known[word] = fault
        known = self._known[word]
        if isinstance(known, BadUsage):
            # What there is to choose from is told once, and not for each row of a file.
            details, self._is_told = ([] if self._is_told else known.details), True
            raise BadUsage(known.message, hint=known.hint, details=details)
        return known


def numbered(values: Mapping[str, Any], finders: Mapping[str, Lookup[int]]) -> Values:
    """The values, with numbers for the names in fields that have a finder. Raises BadUsage."""
    return {name: finders[name](str(value)) if name in finders else value for name, value in values.items()}


def parts(numbers: Sequence[int]) -> list[str]:
    """What each row is of the job that --once names: its ticket, and which of that ticket's rows."""
    seen: dict[int, int] = {}
    found = []
    for number in numbers:
        seen[number] = seen.get(number, 0) + 1
        found.append(str(number) if seen[number] == 1 else f"{number}/{seen[number]}")
    return found
