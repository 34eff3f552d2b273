"""JSON Schema (draft 2020-12) of what comes out with --json, made from the models and the shapes that the program goes by.

The store's objects come out untouched, so their schemas allow all that a store is known or suspected to send: null and "" for
what is unset, dates in either form, numbers as text, fields of its own (wire-facts sections 6 and 7).
"""

from __future__ import annotations

from typing import Any

from crmcli.errors import BadUsage
from crmcli.exits import EXITS
from crmcli.output import columns, kept

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DATE = 'in the store\'s zone: 2026-11-23T14:05:00 or 11/23/2026 14:05; unset is null, "" or the year 1'
_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": ["integer", "string", "null"]}

_SHAPES = {
    "profiles": columns.PROFILES,
    "outbox": kept.OUTBOX,
    "drafts": kept.DRAFTS,
    "trash": kept.TRASH,
    "runs": kept.RUNS,
    "run-rows": kept.RUN_ROWS,
    "plan": kept.PLAN,
    "checks": columns.CHECKS,
    "doctor": columns.DOCTOR,
    "mailbox": columns.MAILBOX,
    "topics": columns.HELP,
    "checkpoints": kept.CHECKPOINTS,
    "exit-codes": columns.EXIT_CODES,
}
_OF_OURS: dict[str, dict[str, Any]] = {
    "number": {"type": ["integer", "null"]},
    "value": {},
    "reference": {"type": ["integer", "null"]},
    "yes": {"type": ["boolean", "string", "null"]},
    "count": {"type": ["array", "object", "null"]},
}
_STORES = {
    "tickets": "Ticket",
    "messages": "Message",
    "departments": "Department",
    "replies": "SavedReply",
    "statuses": "Status",
}
_ALSO = ("acks", "requests", "error", "figures", "anything")
NAMES = (*_STORES, *_SHAPES, *_ALSO)


def schema(name: str) -> dict[str, Any]:
    """The schema of one object, by a name of `NAMES`. Raises BadUsage for another, with the choices."""
    if name in _STORES:
        found = _of_model(_STORES[name])
    elif name in _SHAPES:
        found = _of_shape(_SHAPES[name])
    elif name in _ALSO:
        found = _others()[name]
    else:
        from difflib import get_close_matches

        near = get_close_matches(name, NAMES, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(NAMES)}."
        raise BadUsage(f"There is no schema named {name!r}.", hint=hint)
    return {"$schema": _DRAFT, "title": name, **found}


def _of_model(name: str) -> dict[str, Any]:
    from crmcli.api import models

    lists = {"CrmMessageList": "Message", "CrmFileList": "CrmFile"}
    moments = ("DateOpened", "DateLastAction", "DateCreated")
    properties: dict[str, Any] = {}
    for field, about in getattr(models, name).model_fields.items():
        if field in lists:
            properties[field] = {"type": ["array", "null"], "items": _of_model(lists[field])}
        elif field in moments:
            properties[field] = {**_TEXT, "description": _DATE}
        elif about.annotation is bool:
            properties[field] = {"type": ["boolean", "null"]}
        else:
            properties[field] = _TEXT if about.annotation is str else _NUMBER
    return {"type": "object", "properties": properties, "additionalProperties": True}


def _of_shape(shape: columns.Shape) -> dict[str, Any]:
    properties = {column.field: _OF_OURS.get(column.kind, _TEXT) for column in shape.columns}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _others() -> dict[str, dict[str, Any]]:
    error = {
        "kind": {"enum": [row.kind for row in EXITS]},
        "message": {"type": "string"},
        "status": {"type": ["integer", "null"]},
        "hint": {"type": "string"},
        "details": {"type": "array", "items": {"type": "string"}},
    }
    outbox = {
        "type": "object",
        "description": "there when nothing was sent now: the entry of what was sent before (null: the store has it, and the "
        "outbox has not), and why it stands for this",
        "properties": {"entry": {"type": ["integer", "null"]}, "sent": {"const": False}, "why": {"type": "string"}},
    }
    ack = {
        "Row": {"type": "integer"},
        **dict.fromkeys(("Key", "Value", "Status", "Message"), _NUMBER),
        "Outbox": outbox,
    }
    request = {"method": {"enum": ["POST", "PUT", "DELETE"]}, "url": {"type": "string"}, "body": {}}
    return {
        "acks": {
            "type": "object",
            "description": "the store's own acknowledgement; of a row of a file with the Row, the line that it is of, and "
            "with the Key Error where that failed",
            "properties": ack,
        },
        "requests": {"type": "object", "properties": request, "required": list(request)},
        "error": {
            "type": "object",
            "description": "on standard error, where a command fails",
            "properties": {"error": {"type": "object", "properties": error, "required": list(error)}},
            "required": ["error"],
        },
        "figures": {
            "type": "object",
            "description": "counts, and ages and times in seconds; null where nothing is measured",
        },
        "anything": {"description": "whatever the store answers"},
    }
