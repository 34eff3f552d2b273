"""`commands --json` tells of every command, and what each prints with --json fits the schema that it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from crmcli import schemas
from crmcli.exits import EXITS
from tests import tree
from tests.calls import CALLS, ENDLESS, ready
from tests.conftest import Run, Sandbox

# What prints no data of its own; tests/guarantees/test_habits.py runs it all the same.
SILENT = {
    *(
        "profiles add",
        "profiles use",
        "profiles remove",
        "outbox forget",
        "drafts delete",
        "trash purge",
        "checkpoints reset",
        "sandbox reset",
    ),
    *("completion show", "completion install"),
}


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
    assert {*CALLS, *ENDLESS} == {" ".join(words) for words in tree.verbs()}, (
        "give a new command a row in tests/calls.py"
    )


def fits(rows: object, schema: str) -> None:
    """Whether these, of which there are some, are all of this schema."""
    assert isinstance(rows, list)
    assert rows
    for row in rows:
        jsonschema.validate(row, schemas.schema(schema), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("command", [name for name in CALLS if name not in SILENT])
def test_what_it_prints_fits_its_schema(
    shop: Sandbox, run: Run, profile_file: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ready(run, shop, command)
    (each,) = [each for each in described(run)["commands"] if each["command"] == command]
    result = run(*command.split(), *CALLS[command].split(), "--json", "--quiet")
    assert (result.code, result.err) == (0, "")
    if command == "sandbox mailbox":
        assert result.json == []
        assert run("-p", "demo", "messages", "create", "1", "--text", "M").code == 0
        result = run("sandbox", "mailbox", "--json")
    if each["output"] is None:
        assert command == "help"
        return
    fits(result.json if each["output"]["many"] else [result.json], each["output"]["schema"])


WRITES = {
    *("tickets create", "tickets update", "tickets reply", "tickets delete", "messages create", "messages delete"),
    *("departments update", "replies create", "replies update", "replies delete", "statuses update"),
    *("outbox resend", "trash restore", "runs resume", "runs undo", "apply"),
}


@pytest.mark.parametrize("command", sorted(WRITES))
def test_what_a_rehearsal_prints_fits_its_schema(
    shop: Sandbox, run: Run, profile_file: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """As an object for one thing, an array for several; and of --output jsonl each line."""
    monkeypatch.chdir(tmp_path)
    assert {each["command"] for each in described(run)["commands"] if each["writes"]} == {*WRITES, "api"}
    ready(run, shop, command)
    words = (*command.split(), *CALLS[command].split(), "--dry-run", "--quiet")
    whole = run(*words, "--json")
    assert (whole.code, whole.err) == (0, "")
    fits(whole.json if isinstance(whole.json, list) else [whole.json], "requests")
    fits([json.loads(line) for line in run(*words, "-o", "jsonl").lines], "requests")


FROM = {
    "tickets update": "ticket,subject\n1,X\n4711,X\n",
    "tickets delete": "ticket\n1\n4711\n",
    "tickets reply": "ticket,text\n1,Hello\n4711,Hello\n",
    "messages create": "ticket,text\n1,Hello\n4711,Hello\n",
    "replies create": "title,text\nT,M\nU,M\n",
    "replies update": "reply,title\n1,T\n4711,U\n",
}


@pytest.mark.parametrize("command", FROM)
def test_what_the_rows_of_a_file_give_fits_its_schema(shop: Sandbox, run: Run, command: str) -> None:
    """An object for each row, with its line, also where it failed."""
    if command == "replies create":
        shop.fault("status=400,method=POST,times=1")
    yes = () if command.startswith(("messages", "replies")) else ("--yes",)
    result = run(*command.split(), "--from", "-", *yes, "--json", stdin=FROM[command])
    assert result.code == 9
    fits(result.json, "acks")
    assert sorted(row["Row"] for row in result.json) == [2, 3]
    assert [row["Key"] == "Error" for row in result.json].count(True) == 1
    for line in result.err.splitlines():
        jsonschema.validate(json.loads(line), schemas.schema("error"))


@pytest.mark.parametrize("words", ["update 1 2 --subject X --status 2", "delete 1 2", "reply 1 2 --text Hi --status 2"])
def test_the_lines_of_a_plan_fit_their_schema(shop: Sandbox, run: Run, words: str) -> None:
    result = run("tickets", *words.split(), "--plan", "-", "--quiet")
    assert (result.code, result.err) == (0, "")
    fits([json.loads(line) for line in result.lines], "plan")


@pytest.mark.parametrize("reading", ["dates=slash", "unset=null", "single=object", "message-in-list=no"])
def test_the_stores_objects_fit_under_other_readings(sandbox: Sandbox, run: Run, reading: str) -> None:
    sandbox.switch(reading)
    for row in run("tickets", "list", "--all", "--json").json:
        jsonschema.validate(row, schemas.schema("tickets"))


# Wrong in a way of its own: not there, not known, not confirmed, without rows.
WRONG = {name: CALLS[name].replace("1", "4711", 1) for name in CALLS if "1" in CALLS[name].split()} | {
    "tickets list": "--status nosuch",
    "tickets stats": "--closed nosuch",
    "tickets create": "--subject X",
    "replies create": "--title T",
    "profiles show": "nosuch",
    "profiles use": "nosuch",
    "profiles remove": "main",
    "profiles check": "nosuch",
    "checkpoints show": "nosuch",
    "checkpoints reset": "nosuch --yes",
    "apply": "nosuch",
    "api": "GET /CRM/4711",
    "schema": "nosuch",
    "help": "nosuch",
}


@pytest.mark.parametrize("command", WRONG)
def test_an_error_fits_its_schema(
    shop: Sandbox, run: Run, profile_file: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*command.split(), *WRONG[command].split(), "--json")
    assert result.code in {row.code for row in EXITS}
    jsonschema.validate({"error": result.error}, schemas.schema("error"))
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("name", schemas.NAMES)
def test_every_schema_is_one(run: Run, name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(run("schema", name).json)


def test_a_schema_that_is_not_there(run: Run) -> None:
    result = run("schema", "ticket")
    assert result.code == 2
    assert "Did you mean 'tickets'?" in result.err
