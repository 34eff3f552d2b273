"""`read_only` and `send` in a profile hold for every command of the tree and every method of the API package.

What was refused leaves nothing behind that a later run could send, and only reads have reached the store.
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmcli import errors
from crmcli.api.collection import Collection
from crmcli.api.crm import Crm
from crmcli.api.policy import Policy
from crmcli.outbox.box import UNSURE
from crmcli.paths import state_folder
from tests.calls import CALLS, ENDLESS, PLAN, box, files, ready
from tests.conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Run, Sandbox

READ_ONLY, NO_SEND = "read_only = true\n", "send = false\n"

# Every way to write: (command, how it is called, standard input, whether it may e-mail a customer).
Way = tuple[str, str, str, bool]
WAYS: tuple[Way, ...] = (
    ("tickets create", "--customer-email a@example.com", "", True),
    ("tickets create", "--data -", '{"CustomerEmail": "a@example.com", "CrmMessageList": [{"Message": "M"}]}', True),
    ("tickets update", "1 --subject X", "", False),
    ("tickets update", "- --subject X --yes", "1\n2\n", False),
    ("tickets update", "--from -", "ticket,subject\n1,X\n2,Y\n", False),
    ("tickets reply", "1 --text Hello --yes", "", True),
    ("tickets reply", "1 2 --text - --yes --once job", "Hello", True),
    ("tickets reply", "--from rows.jsonl --status 2 --yes", "", True),
    ("tickets delete", "1 --yes", "", False),
    ("tickets delete", "- --yes", "1\n2\n", False),
    ("tickets delete", "--from - --yes", "ticket\n1\n", False),
    ("messages create", "1 --text Hello", "", True),
    ("messages create", "- --text Hello --once job", "1\n2\n", True),
    ("messages create", "--from rows.jsonl", "", True),
    ("messages delete", "1 11 --yes", "", False),
    ("messages delete", "1 - --yes", "11\n12\n", False),
    ("departments update", "1 - --name X", "", False),
    ("replies create", "--title T --text M", "", False),
    ("replies create", "--from -", "title,text\nT,M\n", False),
    ("replies update", "1 --title X", "", False),
    ("replies update", "--from -", "reply,title\n1,T\n2,U\n", False),
    ("replies delete", "1 --yes", "", False),
    ("replies delete", "- --yes", "1\n2\n", False),
    ("statuses update", "1 --name X", "", False),
    ("outbox resend", "1 --yes", "", True),
    ("outbox resend", "2", "", False),
    ("outbox resend", "3 --yes", "", True),
    ("trash restore", "1", "", True),
    ("trash restore", "2 --with-messages --yes", "", True),
    ("trash restore", "3", "", False),
    ("runs resume", "2", "", False),
    ("runs resume", "3 --yes", "", True),
    ("runs resume", "2 --failed --yes", "", False),
    ("runs undo", "1", "", False),
    ("apply", PLAN, "", False),
    ("apply", "mail.plan --yes", "", True),
    ("apply", "- --yes", "MAIL", True),
    ("api", "POST /CRM --data -", '{"CustomerEmail": "a@example.com"}', True),
    ("api", "POST /CRM/1/message -f Message=M", "", True),
    ("api", "POST /crm/savedreply -f Title=T -f Message=M", "", False),
    ("api", "POST /Orders -f a=b", "", True),
    ("api", "PUT /CRM/1 -f StatusID=2 -f CustomerEmail=a@example.com", "", False),
    ("api", 'PUT /CRM/1 --data \'{"CustomerEmail":"a@example.com","crmMessageList":[{"Message":"M"}]}\'', "", True),
    ("api", "PUT /CRM/1/message/11 -f Message=M", "", True),
    ("api", "PUT /CRM/savedreply/1 -f Title=T -f Message=M", "", False),
    ("api", "DELETE /CRM/1 --yes", "", False),
    ("api", "DELETE /CRM/1/message/11 --yes", "", False),
)
Forbid = Callable[[str, str], None]


@pytest.fixture
def forbid(shop: Sandbox, run: Run, profile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Forbid:
    """Have all that a command works on, and then a profile that forbids: `forbid(command, "send = false")`."""
    monkeypatch.chdir(tmp_path)
    files(tmp_path)
    Path("mail.plan").touch()

    def forbid(command: str, setting: str) -> None:
        if command.startswith("outbox"):
            ready(run, shop, "outbox")  # 1: a message
            shop.fault("status=400,method=POST,times=2")
            assert run("replies", "create", "--title", "T", "--text", "M").code == 6  # 2
            assert run("messages", "create", "2", "--text", "Perhaps").code == 6  # 3: nobody knows
            shop.fault()
            box().settle(box().get(3), UNSURE, reason="perhaps")
        elif command.startswith("trash"):
            for thing in (("tickets", "delete", "3"), ("messages", "delete", "1", "11"), ("replies", "delete", "1")):
                assert run(*thing, "--yes").code == 0
        elif command.startswith("runs"):
            assert run("tickets", "update", "1", "2", "--subject", "X").code == 0  # 1
            shop.fault("status=401,method=PUT,times=1", "status=401,method=POST,times=1")
            assert run("tickets", "update", "1", "2", "--subject", "Y").code == 4  # 2
            assert run("messages", "create", "1", "2", "--text", "Hello").code == 4  # 3
            shop.fault()
        elif command == "apply":
            ready(run, shop, command)
            assert run("tickets", "reply", "1", "2", "--text", "Hello", "--plan", "mail.plan").code == 0
        shop.store.clear_log()
        profile_file.write_text(profile_file.read_text() + setting)

    return forbid


def left() -> list[str]:
    """All rows of journal, outbox and trash."""
    found = []
    for name in ("runs", "outbox", "trash"):
        file = state_folder() / f"{name}.db"
        if file.exists():
            db = sqlite3.connect(file)
            found += [line for line in db.iterdump() if line.startswith("INSERT") and "sqlite_sequence" not in line]
            db.close()
    return found


def writes(shop: Sandbox) -> list[str]:
    return shop.asked("POST", "PUT", "DELETE")


def called(run: Run, way: Way, *more: str) -> Any:
    command, line, stdin, _ = way
    typed = Path("mail.plan").read_text() if stdin == "MAIL" else stdin
    return run(*command.split(), *shlex.split(line), *more, stdin=typed)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]} {way[1]}")
def test_every_way_to_write(shop: Sandbox, run: Run, profile_file: Path, forbid: Forbid, way: Way) -> None:
    """Rehearsed under both, refused by read_only, and by send where it mails; what was refused has left nothing."""
    open_ = profile_file.read_text()
    forbid(way[0], READ_ONLY + NO_SEND)
    before = left()
    rehearsed = called(run, way, "--dry-run")
    assert rehearsed.code == 0, rehearsed.err
    assert rehearsed.out.split()[0] in ("POST", "PUT", "DELETE")
    assert (writes(shop), left()) == ([], before)

    profile_file.write_text(open_ + READ_ONLY)
    refused = called(run, way, "--json")
    assert (refused.code, refused.out.strip("[]\n"), refused.error["kind"]) == (3, "", "config")
    assert "read-only" in refused.error["message"]
    assert (writes(shop), left()) == ([], before)

    profile_file.write_text(open_ + NO_SEND)
    result = called(run, way)
    if way[3]:
        assert (result.code, writes(shop), left()) == (3, [], before)
        assert "must not mail customers" in result.err
    else:
        assert result.code == 0, result.err
        assert writes(shop)


def test_a_plan_is_allowed(shop: Sandbox, run: Run, forbid: Forbid) -> None:
    forbid("", READ_ONLY + NO_SEND)
    for words in (("update", "1", "--subject", "X"), ("delete", "1"), ("reply", "1", "--text", "Hello")):
        assert run("tickets", *words, "--plan", "a.plan").code == 0
    assert writes(shop) == []


def test_no_text_is_typed_for_nothing(run: Run, forbid: Forbid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "touch edited; false")
    forbid("", NO_SEND)
    assert run("tickets", "reply", "1", terminal=True).code == 3
    assert not Path("edited").exists()


def test_the_catalog_tells_which_write_and_which_mail(run: Run) -> None:
    told = {each["command"]: each for each in run("commands", "--json").json["commands"]}
    assert set(told) == {*CALLS, *ENDLESS}
    assert {name for name, each in told.items() if each["writes"]} == {way[0] for way in WAYS}
    assert {name for name, each in told.items() if each["sends"]} == {way[0] for way in WAYS if way[3]}


@pytest.mark.parametrize("command", sorted({*CALLS} - {way[0] for way in WAYS}))
def test_all_others_write_nothing_at_the_store(
    shop: Sandbox, run: Run, profile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ready(run, shop, command)
    shop.store.clear_log()
    profile_file.write_text(profile_file.read_text() + READ_ONLY + NO_SEND)
    result = run(*command.split(), *CALLS[command].split())
    assert (result.code, writes(shop)) == (0, []), result.err


FIELDS = {"Message": "M"}
# Every method of the API package that sends something, and whether it may e-mail; the rest are reads.
METHODS: dict[str, tuple[Callable[[Crm], object], bool]] = {
    "tickets.create": (lambda crm: crm.tickets.create(fields={"CustomerEmail": "a@example.com"}), True),
    "tickets.update": (lambda crm: crm.tickets.update(1, changes={"Subject": "X"}), False),
    "tickets.delete": (lambda crm: crm.tickets.delete(1), False),
    "tickets.mend": (lambda crm: crm.tickets.mend(1), False),
    "messages.create": (lambda crm: crm.messages.create(1, fields=FIELDS), True),
    "messages.delete": (lambda crm: crm.messages.delete(1, 11), False),
    "departments.update": (lambda crm: crm.departments.update(1, changes={"Name": "X"}), False),
    "replies.create": (lambda crm: crm.replies.create(fields={"Title": "T", **FIELDS}), False),
    "replies.update": (lambda crm: crm.replies.update(1, changes={"Title": "X"}), False),
    "replies.delete": (lambda crm: crm.replies.delete(1), False),
    "statuses.update": (lambda crm: crm.statuses.update(1, changes={"StatusName": "X"}), False),
    "anything.write": (lambda crm: crm.anything.write("POST", "/CRM/1/message", FIELDS), True),
}
READS = {
    "held",
    "list",
    "get",
    "find",
    "number",
    "number_of",
    "identity",
    "check",
    "check_new",
    "mails",
    "sending",
    "known",
    "whole",
    "holds",  # a name, and no request
    "latest",
}


@contextmanager
def half_done(_: int) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """An earlier update left the ticket without its subject."""
    yield lambda _: {"Subject": "As it was"}


def client(shop: Sandbox, policy: Policy) -> Crm:
    return Crm(
        base_url=shop.server.base_url,
        secure_url=SECURE_URL,
        private_key=PRIVATE_KEY,
        token=TOKEN,
        policy=policy,
        mending=half_done,
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("policy", [Policy(read_only=True), Policy(send=False), Policy(), Policy(True, False, True)])
def test_the_api_package_itself(shop: Sandbox, method: str, policy: Policy) -> None:
    call, mails = METHODS[method]
    with client(shop, policy) as crm:
        if not policy.rehearse and (policy.read_only or (mails and not policy.send)):
            with pytest.raises(errors.BadConfig):
                call(crm)
            assert writes(shop) == []
        else:
            call(crm)
            assert bool(writes(shop)) is not policy.rehearse


def test_every_method_of_the_api_package_is_a_read_or_is_tried_here(shop: Sandbox) -> None:
    with client(shop, Policy()) as crm:
        for noun in ("tickets", "messages", "departments", "replies", "statuses", "anything"):
            thing = getattr(crm, noun)
            assert isinstance(thing, Collection) or noun == "anything"
            public = {name for name in dir(thing) if not name.startswith("_") and callable(getattr(thing, name))}
            tried = {name.partition(".")[2] for name in METHODS if name.startswith(f"{noun}.")}
            assert public - READS == tried, noun
