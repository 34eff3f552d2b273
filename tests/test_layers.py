"""The shape of the code: what is documented, how long a file is, what an option's letter means, what is imported when."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from crmcli import app
from crmcli.api import models
from crmcli.output import columns

from . import tree
from .conftest import Sandbox
from .terminal import PATIENCE, ROOT, environment

PROGRAM = sorted((ROOT / "crmcli").rglob("*.py"))
OUR_OWN = ("profiles", "outbox", "drafts", "trash", "runs", "checkpoints", "sandbox")
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(node: Documented, name: str) -> Iterator[tuple[str, Documented]]:
    """A module or class, and all public functions and classes in it, each with its dotted name."""
    yield name, node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            is_class = isinstance(child, ast.ClassDef)
            yield from public(child, f"{name}.{child.name}") if is_class else [(f"{name}.{child.name}", child)]


@pytest.mark.parametrize("path", PROGRAM, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_public_says_what_it_is(path: Path) -> None:
    said = [(name, ast.get_docstring(node)) for name, node in public(ast.parse(path.read_text("utf-8")), path.stem)]
    # A property that can be set is two functions, of which one speaks.
    assert {name for name, _ in said} - {name for name, docstring in said if docstring} == set()


def test_no_file_is_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in PROGRAM}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_each_noun_is_a_file() -> None:
    files = {path.stem for path in (ROOT / "crmcli" / "commands").glob("*.py")} - {"__init__"}
    assert files == {*app.NOUNS, *app.COMMANDS}


def test_no_letter_means_two_things() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for _, command in [((), tree.root()), *tree.commands()]:
        for parameter in command.params:
            options = [*parameter.opts, *parameter.secondary_opts]
            for letter in options:
                if letter.startswith("-") and not letter.startswith("--"):
                    meanings[letter].add(next(option for option in options if option.startswith("--")))
    assert len(meanings) > 5
    assert {letter: names for letter, names in meanings.items() if len(names) > 1} == {}


@pytest.mark.parametrize("words", list(tree.verbs()), ids=" ".join)
def test_each_command_has_help_and_an_example_that_parses(words: tuple[str, ...]) -> None:
    command = tree.verbs()[words]
    assert command.help
    (example,) = re.findall(r"^Example: (.*)$", command.epilog, re.MULTILINE)
    program, *said = shlex.split(example)
    assert program == "crmcli"
    assert tree.parse(said) == words
    silent = [each.name for each in command.params if each.param_type_name == "option" and not each.help]
    assert silent == []


def test_every_write_can_be_rehearsed_and_no_read() -> None:
    for words, command in tree.verbs().items():
        writes = words[0] not in OUR_OWN and words[-1] in ("create", "update", "delete", "reply", "api")
        writes = writes or words[-1] in ("restore", "resume", "undo", "apply", "resend")
        assert ("--dry-run" in tree.options(command)) is writes, words
        asks = words[-1] in (
            *("delete", "remove", "resend", "forget", "restore", "purge", "reply", "api", "apply", "resume"),
        ) or words in (
            *(("checkpoints", "reset"), ("tickets", "update")),
            *(("messages", "create"), ("tickets", "create")),
        )
        assert ("--yes" in tree.options(command)) is asks, words


def test_each_list_of_the_stores_takes_the_same_options() -> None:
    lists = [command for words, command in tree.verbs().items() if words[0] not in OUR_OWN and words[-1] == "list"]
    assert len(lists) == 5
    for command in lists:
        assert {"--limit", "--offset", "--all", "--count"} <= tree.options(command)


@pytest.mark.parametrize(
    ("shape", "model"),
    [
        (columns.TICKETS, models.Ticket),
        (columns.MESSAGES, models.Message),
        (columns.DEPARTMENTS, models.Department),
        (columns.REPLIES, models.SavedReply),
        (columns.STATUSES, models.Status),
    ],
    ids=lambda value: getattr(value, "noun", ""),
)
def test_the_output_knows_the_models_fields(shape: columns.Shape, model: type[models.StoreObject]) -> None:
    assert sorted(shape.fields) == sorted(model.model_fields)


def test_nothing_is_left_for_pythons_own_end() -> None:
    """For the process leaves without it (`__main__.program`): nobody waits for a thread, and nothing is tidied up at exit."""
    waits = {"atexit", "concurrent.futures", "multiprocessing", "weakref"}
    for path in PROGRAM:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Thread"):
                assert any(ast.unparse(word) == "daemon=True" for word in node.keywords), f"{path}:{node.lineno}"
            elif isinstance(node, ast.Import):
                assert waits.isdisjoint(name.name for name in node.names), f"{path}:{node.lineno}"
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in waits, f"{path}:{node.lineno}"


def test_the_process_leaves_at_once() -> None:
    """Taking all modules apart again would cost a sixth of a `tickets get`."""
    (script,) = entry_points(group="console_scripts", name="crmcli")
    assert script.value == "crmcli.__main__:program"
    code = "import atexit; atexit.register(print, 'tidied'); from crmcli.__main__ import program; program()"
    for words, exit_code in ((["--version"], 0), (["no-such-noun"], 2)):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=environment(), capture_output=True, timeout=PATIENCE, check=False
        )
        assert (done.returncode, b"tidied" in done.stdout) == (exit_code, False)


HEAVY = {
    "typer",
    "httpx",
    "pydantic",
    "rich",
    "werkzeug",
    "platformdirs",
    "sqlite3",
    "tomlkit",
    "subprocess",
    "msgspec",
}


def loaded(*words: str) -> set[str]:
    """Which heavy modules a run has imported by its end, where click isn't installed (with it, httpx loads rich)."""
    code = (
        "import sys; sys.modules['click'] = None; from crmcli.__main__ import main\n"
        f"sys.stderr.write(repr([main({list(words)!r}), *sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    exit_code, *modules = ast.literal_eval(done.stderr.splitlines()[-1])
    assert exit_code == 0, done.stderr
    return {module for module in modules if module in HEAVY}


def test_what_is_imported_when(sandbox: Sandbox) -> None:
    assert loaded("--version") == set()
    for words in (("--help",), ("tickets", "--help"), ("tickets", "list", "--help")):
        assert loaded(*words) <= {"typer", "subprocess"}
    for form in ("json", "jsonl", "csv", "tsv", "ids"):
        assert loaded("tickets", "get", "4", "-o", form) <= {"typer", "subprocess", "httpx", "sqlite3", "platformdirs"}
    assert "pydantic" not in loaded("tickets", "list", "-o", "table")
    assert loaded("profiles", "list") <= {"typer", "subprocess", "platformdirs"}
