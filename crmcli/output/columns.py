"""The nouns as data: which fields a row has, which one identifies it, and what a table of it shows.

Field names, their order and their lengths are the API's (wire-facts section 6). Nothing here formats: `cells.py`
knows what a kind looks like, `table.py` how wide it may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

# A row is the store's own object as `json.loads` gave it, untouched.
Row = dict[str, Any]

# number: right-aligned. duration: seconds. reference: a number where 0 means none. date: either wire form. age: a date, told
# on a terminal by how long ago it was. department, status: a number shown by its name. count: a list, shown by its length.
# long: text of many lines. said: such a text out of a mail, HTML shown as text. yes: a boolean. field: a field's name, told
# as people call it. value: anything, of the field that the row's `field` names. change: what became of `before` in `after`.
Kind = Literal[
    "text",
    "long",
    "said",
    "number",
    "duration",
    "reference",
    "date",
    "age",
    "department",
    "status",
    "count",
    "yes",
    "field",
    "value",
    "change",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a noun. `header` is its short name in a table; `kind` says how its value is shown.

    `spare` is the field shown where this one is empty. On a terminal `least` is the width (in cells) below which a
    text isn't worth its place, and `most` how far it grows beyond the first page's widest value. One that is `sparse` is
    left out of the usual table where all its cells are empty.
    """

    field: str
    header: str
    kind: Kind = "text"
    spare: str = ""
    least: int = 8
    most: int = 0
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A noun: `columns` in the documented order, one a field; `key` is the field that `-o ids` prints.

    `table` names the fields of the usual table from left to right, `rank` the same from the most to the least
    important: a narrow terminal loses columns from its end. Both default to all fields in order. All but the first `core`
    of `rank` come only where no value need be cut for them; without it columns come as long as each has its `least`.
    `made` are columns that the usual table alone has, made from several fields.
    """

    noun: str
    plural: str
    key: str
    columns: tuple[Column, ...]
    table: tuple[str, ...] = ()
    rank: tuple[str, ...] = ()
    core: int | None = None
    made: tuple[Column, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All field names in the documented order."""
        return tuple(column.field for column in self.columns)

    @property
    def flat_fields(self) -> tuple[str, ...]:
        """The fields that fit one cell, thus all but the nested lists: what CSV and TSV hold unless told."""
        return tuple(column.field for column in self.columns if column.kind != "count")

    def of(self, fields: Sequence[str]) -> list[Column]:
        """The columns of these fields, in their order, each with its own value and no other's, and dates as dates."""
        return [
            replace(column, spare="", kind="date" if column.kind == "age" else column.kind)
            for column in self._columns(fields)
        ]

    @property
    def usual(self) -> list[Column]:
        """The columns of the table that nobody asked fields for."""
        return self._columns(self.table or self.fields)

    def _columns(self, fields: Sequence[str]) -> list[Column]:
        by_field = {column.field: column for column in (*self.columns, *self.made)}
        return [by_field[field] for field in fields]


TICKETS = Shape(
    "ticket",
    "tickets",
    "CrmID",
    (
        Column("CrmID", "ID", "number"),
        Column("DateOpened", "Opened", "date"),
        Column("DateLastAction", "Last action", "age"),
        Column("Subject", "Subject", least=24, most=50),
        Column("DepartmentID", "Department", "department", least=12),
        Column("StatusID", "Status", "status", least=24),
        Column("CustomerName", "Customer", spare="CustomerEmail", least=12),
        Column("CustomerEmail", "E-mail", least=16),
        Column("CustomerPhone", "Phone", least=12),
        Column("CustomerIpAddress", "IP address", least=12),
        Column("OrderID", "Order", "reference"),
        Column("CustomerID", "Customer no.", "reference"),
        Column("ProductId", "Product", "reference"),
        Column("CrmMessageList", "Messages", "count"),
    ),
    table=(
        "CrmID",
        "Subject",
        "CustomerName",
        "CustomerEmail",
        "OrderID",
        "DepartmentID",
        "StatusID",
        "CrmMessageList",
        "DateOpened",
        "DateLastAction",
    ),
    rank=(
        "CrmID",
        "Subject",
        "StatusID",
        "CustomerName",
        "DateLastAction",
        "DepartmentID",
        "DateOpened",
        "OrderID",
        "CustomerEmail",
        "CrmMessageList",
    ),
    core=5,
)

MESSAGES = Shape(
    "message",
    "messages",
    "MessageId",
    (
        Column("MessageId", "ID", "number"),
        Column("DateCreated", "Date", "date"),
        Column("Message", "Message", "said", least=20),
        Column("Sender", "Sender", "number"),
        Column("SenderName", "From", spare="SenderEmail", least=12),
        Column("SenderEmail", "E-mail", least=16),
        Column("CustomerIPAddress", "IP address", least=12),
        Column("CrmFileList", "Files", "count"),
    ),
    # The text stands last: it is the one column that is longer than any line.
    table=("MessageId", "DateCreated", "SenderName", "CrmFileList", "Message"),
    rank=("MessageId", "Message", "SenderName", "DateCreated", "CrmFileList"),
)

DEPARTMENTS = Shape(
    "department",
    "departments",
    "DepartmentId",
    (
        Column("DepartmentId", "ID", "number"),
        Column("Name", "Name"),
        Column("Visible", "Visible", "yes"),
    ),
)

REPLIES = Shape(
    "saved reply",
    "saved replies",
    "Id",
    (
        Column("Id", "ID", "number"),
        Column("Title", "Title", least=20),
        Column("Message", "Message", "long", least=20),
    ),
)

# A status has two numbers. Its own is StatusId, the one that tickets carry; Id is the row's, of no use to a person.
STATUSES = Shape(
    "status",
    "statuses",
    "StatusId",
    (
        # The number that tickets carry comes first: in a pipe it is what people cut out.
        Column("StatusId", "ID", "number"),
        Column("StatusName", "Name"),
        Column("Id", "Row", "number"),
    ),
    table=("StatusId", "StatusName"),
    rank=("StatusId", "StatusName"),
)

PROFILES = Shape(
    "profile",
    "profiles",
    "name",
    (
        Column("name", "Name"),
        Column("default", "Default", "yes"),
        Column("secure_url", "Store", least=16),
        Column("private_key", "Private key"),
        Column("token", "Token"),
        Column("timezone", "Time zone"),
        Column("base_url", "API", least=16),
        Column("read_only", "Read-only", "yes"),
        Column("send", "Sends", "yes"),
    ),
    table=("name", "default", "secure_url", "timezone", "read_only", "send"),
    rank=("name", "secure_url", "default", "timezone", "read_only", "send"),
)

# What `crmcli help` tells.
HELP = Shape("topic", "topics", "name", (Column("name", "Name"), Column("about", "About", least=30)))
EXIT_CODES = Shape(
    "exit code",
    "exit codes",
    "code",
    (
        Column("code", "Code", "number"),
        Column("kind", "Kind"),
        Column("when", "When", least=30),
        Column("hint", "To do"),
    ),
    table=("code", "kind", "when"),
    rank=("code", "kind", "when"),
)

# What `doctor` looks at.
DOCTOR = Shape(
    "check",
    "checks",
    "check",
    (Column("check", "Check"), Column("state", "State"), Column("message", "Message"), Column("hint", "Hint")),
)

# What `profiles check` finds.
CHECKS = Shape(
    "check",
    "checks",
    "Noun",
    (
        Column("Noun", "Noun"),
        Column("Works", "Works", "yes"),
        Column("Count", "Count", "number"),
        Column("Message", "Message", least=20),
    ),
)

# The mails that the demo store would have sent.
MAILBOX = Shape(
    "mail",
    "mails",
    "MailId",
    (
        Column("MailId", "ID", "number"),
        Column("Date", "Date", "date"),
        Column("To", "To", least=16),
        Column("Subject", "Subject", least=20, most=50),
        Column("Text", "Text", "long", least=20),
        Column("CrmID", "Ticket", "number"),
        Column("MessageId", "Message", "number"),
    ),
    table=("MailId", "Date", "To", "CrmID", "Subject", "Text"),
    rank=("MailId", "Subject", "To", "Date", "CrmID", "Text"),
)
