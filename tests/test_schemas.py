"""`commands --json` tells of every command, and what each prints with --json fits the schema that it names."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from crmcli import schemas
from crmcli.exits import EXITS
from tests import tree
from tests.conftest import Run, Sandbox

# How each command is called here; one without a row fails the test below, so that a new command gets one.
CALLS: dict[str, str] = {
    "tickets list": "",
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
    "profiles list": "",
    "profiles show": "main",
    "profiles check": "main",
    "outbox list": "--all",
    "outbox show": "1",
    "trash list": "",
    "trash show": "1",
    "runs list": "",
    "runs show": "1",
    "sandbox mailbox": "",
    "checkpoints list": "",
    "checkpoints show": "nightly",
    "doctor": "",
    "api": "GET /CRM/1",
    "commands": "",
    "schema": "tickets",
    "help": "exit-codes",
}
# What prints no data of its own, or needs a person or a send that failed; each has tests elsewhere.
WITHOUT = {
    "profiles add",
    "profiles use",
    "profiles remove",
    "outbox resolve",
    "outbox resend",
    "outbox forget",
    "trash restore",
    "trash purge",
    "runs resume",
    "runs undo",
    "apply",
    "checkpoints reset",
}
WITHOUT |= {"completion show", "completion install", "sandbox serve", "sandbox reset"}


def described(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run("commands", "--json").json
    return found


def test_every_command_is_described(run: Run) -> None:
    found = described(run)
    commands = {each["command"]: each for each in found["commands"]}
    assert set(commands) == {" ".join(words) for words in tree.verbs()}
    assert [row["code"] for row in found["exit_codes"]] == [0, *(row.code for row in EXITS)]
    shared = {name for option in found["options"] for name in option["names"]}
    for words, command in tree.verbs().items():
        each = commands[" ".join(words)]
        named = {name for option in each["options"] for name in option["names"]}
        assert named | shared >= {name for name in tree.options(command) if name[0] == "-"}
        assert each["help"]
        assert each["example"].startswith("crmcli ")
        assert each["output"] is None or each["output"]["schema"] in schemas.NAMES
    assert commands["messages create"]["sends"]
    assert not commands["tickets list"]["writes"]
    (output,) = [option for option in found["options"] if "--output" in option["names"]]
    assert "jsonl" in output["choices"]


def test_every_command_is_tried_here() -> None:
    assert {*CALLS, *WITHOUT} == {" ".join(words) for words in tree.verbs()}, (
        "give a new command a row in CALLS or WITHOUT"
    )


@pytest.mark.parametrize("command", CALLS)
def test_what_it_prints_fits_its_schema(shop: Sandbox, run: Run, profile_file: object, command: str) -> None:
    if command.startswith("outbox"):
        assert run("messages", "create", "1", "--text", "Hello").code == 0
    if command.startswith("trash"):
        assert run("tickets", "delete", "1", "--yes").code == 0
    if command.startswith("runs"):
        assert run("tickets", "update", "1", "2", "--subject", "X").code == 0
    if command.startswith("checkpoints"):
        assert run("tickets", "list", "--checkpoint", "nightly").code == 0
    name = command.split()
    (each,) = [each for each in described(run)["commands"] if each["command"] == command]
    result = run(*name, *CALLS[command].split(), "--json", "--quiet")
    assert (result.code, result.err) == (0, "")
    if each["output"] is None:
        assert command == "help"
        return
    rows = result.json if each["output"]["many"] else [result.json]
    assert isinstance(rows, list)
    for row in rows:
        jsonschema.validate(row, schemas.schema(each["output"]["schema"]), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("reading", ["dates=slash", "unset=null", "single=object", "message-in-list=no"])
def test_the_stores_objects_fit_under_other_readings(sandbox: Sandbox, run: Run, reading: str) -> None:
    sandbox.switch(reading)
    for row in run("tickets", "list", "--all", "--json").json:
        jsonschema.validate(row, schemas.schema("tickets"))


def test_an_error_and_a_rehearsal_fit_theirs(shop: Sandbox, run: Run) -> None:
    jsonschema.validate({"error": run("tickets", "get", "4711", "--json").error}, schemas.schema("error"))
    rehearsed = run("replies", "create", "--title", "T", "--text", "M", "--dry-run", "--json").json
    jsonschema.validate(rehearsed, schemas.schema("requests"))


@pytest.mark.parametrize("name", schemas.NAMES)
def test_every_schema_is_one(run: Run, name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(run("schema", name).json)


def test_a_schema_that_is_not_there(run: Run) -> None:
    result = run("schema", "ticket")
    assert result.code == 2
    assert "Did you mean 'tickets'?" in result.err
