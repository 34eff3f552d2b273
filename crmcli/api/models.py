"""The six objects of the CRM as models: field names, types and lengths as wire-facts section 6 lists them.

They check what is about to be sent, and read what came for those who want typed values. Output never goes through them:
JSON stays the store's own. Imported only where something is validated, since pydantic takes 100 ms to start.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from crmcli import dates
from crmcli.errors import BadUsage


def _number(value: Any, info: ValidationInfo) -> Any:
    """A whole number; null, "" and 0 are all the store's ways to say "none", told apart only when sending."""
    if info.context == "sending":
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("a whole number is needed")
        return value
    return None if value in (None, "", 0) else value


def _text(value: Any, info: ValidationInfo) -> Any:
    if info.context == "sending":
        if not isinstance(value, str):
            raise ValueError("text is needed")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("it holds half a character (a lone surrogate), which can't be sent")
        if "\0" in value:
            raise ValueError("it holds a NUL character")
        return value
    return "" if value is None else value


def _flag(value: Any, info: ValidationInfo) -> Any:
    if info.context == "sending" and not isinstance(value, bool):
        raise ValueError("true or false is needed")
    return bool(value)


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else dates.from_store(value)


Number = Annotated[int | None, BeforeValidator(_number)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class StoreObject(BaseModel):
    """What all six have in common: fields that the store adds are kept, and an unset one has a value of its type."""

    model_config = ConfigDict(extra="allow")


class CrmFile(StoreObject):
    """A file of a message (table CRM_files). The API serves no contents."""

    FileId: Number = None
    FileName: Text = Field("", max_length=255)
    DateCreated: Moment = None
    IsAdminUploaded: Flag = False


class Message(StoreObject):
    """A message of a ticket (CRM_messages). What `Sender` means is documented nowhere: see `api/authors.py`."""

    MessageId: Number = None
    DateCreated: Moment = None
    Message: Text = Field("", max_length=65535)
    Sender: Number = None
    SenderName: Text = Field("", max_length=150)
    SenderEmail: Text = Field("", max_length=100)
    CustomerIPAddress: Text = Field("", max_length=16)
    CrmFileList: list[CrmFile] = []


class Ticket(StoreObject):
    """A ticket (CRM). `CustomerEmail` is the one required field (HELP page)."""

    CrmID: Number = None
    DateOpened: Moment = None
    DateLastAction: Moment = None
    Subject: Text = Field("", max_length=50)
    DepartmentID: Number = None
    StatusID: Number = None
    CustomerName: Text = Field("", max_length=255)
    CustomerEmail: Text = Field("", max_length=100)
    CustomerPhone: Text = Field("", max_length=50)
    CustomerIpAddress: Text = Field("", max_length=50)
    OrderID: Number = None
    CustomerID: Number = None
    ProductId: Number = None
    CrmMessageList: list[Message] = []


class Department(StoreObject):
    """A department (CRM_Department)."""

    DepartmentId: Number = None
    Name: Text = Field("", max_length=255)
    Visible: Flag = False


class Status(StoreObject):
    """A status (CRM_status): `Id` is the row's key, `StatusId` the number that tickets carry."""

    Id: Number = None
    StatusId: Number = None
    StatusName: Text = Field("", max_length=50)


class SavedReply(StoreObject):
    """A saved reply (crm_saved_replies)."""

    Id: Number = None
    Title: Text = Field("", max_length=100)
    Message: Text = Field("", max_length=65535)


def check(model: type[StoreObject], body: Mapping[str, Any], *, required: tuple[str, ...] = ()) -> None:
    """Check a body before it is sent: known fields, types, lengths, and that the `required` ones are there.

    Raises BadUsage that lists every fault: the field, its limit and what was given.
    """
    faults = [
        f"{name}: no such field; there are {', '.join(model.model_fields)}"
        for name in body
        if name not in model.model_fields
    ]
    faults += [f"{name}: required" for name in required if not str(body.get(name) or "").strip()]
    try:
        model.model_validate(dict(body), context="sending")
    except ValidationError as found:
        faults += [_fault(error) for error in found.errors(include_url=False)]
    if faults:
        raise BadUsage(f"{_title(model)} can't be sent: {faults[0]}.", details=faults[1:])


def _fault(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    if error["type"] == "string_too_long":
        return f"{field}: at most {error['ctx']['max_length']:,} characters, {len(error['input']):,} given"
    return f"{field}: {error['msg'].removeprefix('Value error, ')}"


def _title(model: type[StoreObject]) -> str:
    names = {"SavedReply": "saved reply", "CrmFile": "file"}
    return f"The {names.get(model.__name__, model.__name__.lower())}"
