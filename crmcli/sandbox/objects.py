"""The store's objects as data: fields in the documented order, their types and lengths (wire-facts section 6).

The tables, the checks of what comes in and the shape of what goes out are all made from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Row = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field. `limit` is the longest text in UTF-16 units, as .NET counts; `link` marks a number that may be unset."""

    name: str
    kind: Literal["number", "text", "date", "flag"]
    limit: int = 0
    link: bool = False

    @property
    def unset(self) -> Any:
        """What the store keeps where nothing was given; "" for a date too."""
        return {"number": 0, "text": "", "date": "", "flag": False}[self.kind]


@dataclass(frozen=True)
class Object:
    """One kind of object: its table, its key, the name its acks go by, and what it contains.

    `part` is the name of the list that nests in it and what that list is of. `parent` is the column that ties a row to
    what it is nested in; it never goes out.
    """

    name: str
    table: str
    key: str
    ack: str
    fields: tuple[Field, ...]
    parent: str = ""
    part: tuple[str, Object] | None = None

    def blank(self) -> Row:
        """A row with every field unset, in the documented order."""
        return {field.name: field.unset for field in self.fields}


FILE = Object(
    name="file",
    table="file",
    key="FileId",
    ack="FileId",
    parent="MessageId",
    fields=(
        Field("FileId", "number"),
        Field("FileName", "text", 255),
        Field("DateCreated", "date"),
        Field("IsAdminUploaded", "flag"),
    ),
)

MESSAGE = Object(
    name="message",
    table="message",
    key="MessageId",
    ack="MessageId",
    parent="CrmID",
    fields=(
        Field("MessageId", "number"),
        Field("DateCreated", "date"),
        Field("Message", "text", 65535),
        Field("Sender", "number"),
        Field("SenderName", "text", 150),
        Field("SenderEmail", "text", 100),
        Field("CustomerIPAddress", "text", 16),
    ),
    part=("CrmFileList", FILE),
)

TICKET = Object(
    name="ticket",
    table="ticket",
    key="CrmID",
    ack="CrmID",
    fields=(
        Field("CrmID", "number"),
        Field("DateOpened", "date"),
        Field("DateLastAction", "date"),
        Field("Subject", "text", 50),
        Field("DepartmentID", "number"),
        Field("StatusID", "number"),
        Field("CustomerName", "text", 255),
        Field("CustomerEmail", "text", 100),
        Field("CustomerPhone", "text", 50),
        Field("CustomerIpAddress", "text", 50),
        Field("OrderID", "number", link=True),
        Field("CustomerID", "number", link=True),
        Field("ProductId", "number", link=True),
    ),
    part=("CrmMessageList", MESSAGE),
)

DEPARTMENT = Object(
    name="department",
    table="department",
    key="DepartmentId",
    ack="DepartmentId",
    fields=(Field("DepartmentId", "number"), Field("Name", "text", 255), Field("Visible", "flag")),
)

STATUS = Object(
    name="status",
    table="status",
    key="Id",
    ack="StatusId",
    fields=(Field("Id", "number"), Field("StatusId", "number"), Field("StatusName", "text", 50)),
)

REPLY = Object(
    name="saved reply",
    table="reply",
    key="Id",
    ack="SavedReplyID",
    fields=(Field("Id", "number"), Field("Title", "text", 100), Field("Message", "text", 65535)),
)

# Parents before their parts: the order in which tables are made and filled.
OBJECTS = (DEPARTMENT, STATUS, REPLY, TICKET, MESSAGE, FILE)
