"""The whole command tree as data, for programs: `crmcli commands --json`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crmcli import __version__, topics

_STORES = ("tickets", "messages", "departments", "replies", "statuses")
_OUTPUTS = {
    "tickets stats": "figures",
    "profiles list": "profiles",
    "profiles show": "profiles",
    "profiles check": "checks",
    "drafts list": "drafts",
    "drafts show": "drafts",
    "outbox list": "outbox",
    "outbox show": "outbox",
    "outbox resolve": "outbox",
    "outbox resend": "acks",
    "runs list": "runs",
    "runs show": "run-rows",
    "runs resume": "acks",
    "runs undo": "acks",
    "apply": "acks",
    "trash list": "trash",
    "trash show": "anything",
    "trash restore": "acks",
    "checkpoints list": "checkpoints",
    "checkpoints show": "checkpoints",
    "sandbox mailbox": "mailbox",
    "doctor": "doctor",
    "api": "anything",
    "commands": "anything",
    "schema": "anything",
}
_MAILS_TOO = ("outbox resend", "trash restore", "runs resume", "api")
"""What may e-mail a customer without a key for the job."""
_MAILS_NOT = ("replies create",)
_ASKS_TOO = ("profiles add",)
_ASKS_NOT = ("tickets update",)
"""What takes --yes as its like do, and asks nothing."""
_SINGLE = ("get", "show", "stats", "resolve")


def described(root: Any) -> dict[str, Any]:
    """The program below a root command: its shared options, its commands, and the exit codes."""
    shared = [_option(parameter) for parameter in root.params if parameter.param_type_name == "option"]
    names = {name for option in shared for name in option["names"]}
    return {
        "name": "crmcli",
        "version": __version__,
        "options": shared,
        "commands": [_command(words, command, names) for words, command in _verbs(root, ())],
        "exit_codes": topics.rows("exit-codes"),
    }


def _verbs(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, below in command.commands.items():
        if hasattr(below, "commands"):
            yield from _verbs(below, (*path, name))
        elif not below.hidden:
            yield (*path, name), below


def _command(words: tuple[str, ...], command: Any, shared: set[str]) -> dict[str, Any]:
    named = [
        option
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in [_option(parameter)]
    ]
    own = [option for option in named if not shared.intersection(option["names"])]
    flags = {name for option in own for name in option["names"]}
    name = " ".join(words)
    example = re.search(r"Example: (.*)", command.epilog or "")
    return {
        "command": name,
        "help": " ".join((command.help or "").split()),
        "example": example[1] if example else "",
        "arguments": [_argument(parameter) for parameter in command.params if parameter.param_type_name == "argument"],
        "options": own,
        "writes": "--dry-run" in flags,
        "sends": ("--once" in flags or name in _MAILS_TOO) and name not in _MAILS_NOT,
        "asks": ("--yes" in flags or name in _ASKS_TOO) and name not in _ASKS_NOT,
        "stdin": [_spelt(parameter) for parameter in command.params if _reads(parameter)],
        "output": _output(words),
    }


def _reads(parameter: Any) -> bool:
    """Whether what it is given can have standard input read: then its help says so."""
    return "standard input" in (getattr(parameter, "help", None) or "")


def _spelt(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    return str(parameter.opts[0] if is_option else parameter.metavar or parameter.name)


def _output(words: tuple[str, ...]) -> dict[str, Any] | None:
    """What --json prints: objects of a schema; None for a command that prints no data. `many` is an array of them."""
    name = " ".join(words)
    if name in _OUTPUTS:
        return {
            "schema": _OUTPUTS[name],
            "many": name == "runs show" or words[-1] not in (*_SINGLE, "api", "commands", "schema"),
        }
    if words[0] not in _STORES:
        return None
    if words[-1] in ("list", "get"):
        # Several numbers, or -, make an array of `get` too.
        return {"schema": words[0], "many": words[-1] == "list"}
    return {"schema": "acks", "many": True}


def _option(parameter: Any) -> dict[str, Any]:
    return {
        "names": [*parameter.opts, *parameter.secondary_opts],
        "help": " ".join((parameter.help or "").split()),
        "takes": None if parameter.is_flag else _type(parameter),
        "metavar": None if parameter.is_flag else str(parameter.metavar or parameter.name).upper(),
        "choices": _choices(parameter),
        "repeated": parameter.multiple,
        "required": parameter.required,
    }


def _argument(parameter: Any) -> dict[str, Any]:
    return {
        "name": str(parameter.metavar or parameter.name).upper(),
        "help": " ".join((getattr(parameter, "help", None) or "").split()),
        "takes": _type(parameter),
        "choices": _choices(parameter),
        "repeated": parameter.nargs == -1,
        "required": parameter.required,
    }


def _type(parameter: Any) -> str:
    return {"integer": "integer", "integer range": "integer", "float": "number"}.get(parameter.type.name, "text")


def _choices(parameter: Any) -> list[str] | None:
    choices = getattr(parameter.type, "choices", None)
    return [str(choice) for choice in choices] if choices else None
