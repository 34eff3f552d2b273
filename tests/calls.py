"""How each command of the tree is called, in the shop of `tests/shop.py` and off a terminal, so that it does something.

What walks the whole tree (schemas, policies, habits) goes by this; a command without a row fails `tests/test_schemas.py`.
"""

from __future__ import annotations

from pathlib import Path

from crmcli.outbox.box import Box
from crmcli.paths import state_folder
from tests.conftest import Run, Sandbox

ROWS = "rows.jsonl"
PLAN = "change.plan"

CALLS: dict[str, str] = {
    "tickets list": "--all",
    "tickets get": "1",
    "tickets create": "--customer-email a@example.com",
    "tickets update": "1 --subject X",
    "tickets reply": "1 --text Hello --yes",
    "tickets delete": "1 --yes",
    "tickets stats": "",
    "messages list": "1",
    "messages get": "1 11",
    "messages create": "1 --text Hello",
    "messages delete": "1 11 --yes",
    "departments list": "",
    "departments get": "1",
    "departments update": "1 --name X",
    "replies list": "",
    "replies get": "1",
    "replies create": "--title T --text M",
    "replies update": "1 --title X",
    "replies delete": "1 --yes",
    "statuses list": "",
    "statuses get": "1",
    "statuses update": "1 --name X",
    "profiles add": "other --secure-url https://www.example-store.com --private-key-command x --token-command x",
    "profiles list": "",
    "profiles show": "main",
    "profiles use": "main",
    "profiles remove": "main --yes",
    "profiles check": "main",
    "drafts list": "",
    "drafts show": "1",
    "drafts delete": "1 --yes",
    "outbox list": "--all",
    "outbox show": "1",
    "outbox resolve": "1",
    "outbox resend": "1 --yes",
    "outbox forget": "1 --yes",
    "trash list": "",
    "trash show": "1",
    "trash restore": "1",
    "trash purge": "1 --yes",
    "runs list": "",
    "runs show": "1",
    "runs resume": "1",
    "runs undo": "1",
    "checkpoints list": "",
    "checkpoints show": "nightly",
    "checkpoints reset": "nightly --yes",
    "completion show": "bash",
    "completion install": "bash",
    "sandbox reset": "--tickets 3",
    "sandbox mailbox": "",
    "apply": PLAN,
    "doctor": "",
    "api": "GET /CRM/1",
    "commands": "",
    "schema": "tickets",
    "help": "exit-codes",
}
ENDLESS = {"sandbox serve"}
"""What goes on until it is ended; tests/test_signals.py has it."""


def ready(run: Run, shop: Sandbox, command: str) -> None:
    """Have what the command works on: an entry of the outbox that was refused, a run that was stopped, a plan."""
    noun, *_ = command.split()
    if noun in ("outbox", "drafts"):
        shop.fault("status=400,method=POST,times=1")
        assert run("messages", "create", "1", "--text", "Hello").code == 6
        shop.fault()
    elif noun == "trash":
        assert run("tickets", "delete", "3", "--yes").code == 0  # which has no messages, and nothing that would be lost
    elif command == "runs resume":
        shop.fault("status=401,method=PUT,times=1")
        assert run("tickets", "update", "1", "2", "--subject", "X").code == 4
        shop.fault()
    elif noun == "runs":
        assert run("tickets", "update", "1", "2", "--subject", "X").code == 0
    elif noun == "checkpoints":
        assert run("tickets", "list", "--checkpoint", "nightly").code == 0
    elif noun == "apply":
        assert run("tickets", "update", "1", "2", "--subject", "X", "--plan", PLAN).code == 0
    elif noun == "sandbox":
        assert run("sandbox", "reset", "--tickets", "3").code == 0


def files(folder: Path) -> None:
    """The files that calls name, in the folder in which they are run."""
    (folder / ROWS).write_text('{"ticket": 1, "text": "Hello"}\n{"ticket": 2, "text": "Hi"}\n')


def box() -> Box:
    """The outbox's file."""
    return Box(state_folder() / "outbox.db")
