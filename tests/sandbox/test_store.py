"""The file: its mode, its log, several processes at it; and the server and the start-up of what reads it."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crmcli.sandbox.objects import MESSAGE, OBJECTS, STATUS, TICKET
from crmcli.sandbox.serve import make_server
from crmcli.sandbox.store import Store
from crmcli.sandbox.wsgi import SandboxApp
from tests.conftest import Run
from tests.sandbox.conftest import Served


def test_a_new_file_is_the_owners_alone_and_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "new" / "store.db")
    assert store.is_empty()
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert (store.mailbox(), store.log(), store.origin) == ([], [], "")
    store.close()


def test_what_was_written_is_there_for_the_next_one(store: Store) -> None:
    store.update(TICKET, 42, {"Subject": "Changed"})
    store.origin = "a test"
    again = Store(store.path)
    assert (again.row(TICKET, 42) or {})["Subject"] == "Changed"
    assert again.origin == "a test"
    again.close()


def test_a_file_of_the_first_version_has_its_senders_turned_once(store: Store) -> None:
    """Before files had a version, the store's own messages had 1 and the customers' had 2."""
    ticket = store.insert(TICKET, {"CustomerEmail": "ann@example.com"})
    for code, address in ((1, "maya@example.com"), (2, "ann@example.com"), (0, "ann@example.com"), (0, ""), (9, "")):
        store.insert(MESSAGE, {"Sender": code, "SenderEmail": address}, parent=ticket)
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA user_version = 0")
    store.close()
    for _ in range(2):
        again = Store(store.path)
        assert [each["Sender"] for each in (again.row(TICKET, ticket) or {})["CrmMessageList"]] == [0, 1, 2, 0, 9]
        again.close()


def test_a_file_of_a_newer_version_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(sqlite3.DatabaseError, match="a newer crmcli made it"):
        Store(store.path)
    monkeypatch.setenv("XDG_DATA_HOME", str(store.path.parent))
    (store.path.parent / "crmcli").mkdir()
    shutil.copy(store.path, store.path.parent / "crmcli" / "sandbox.db")
    found = run("-p", "demo", "tickets", "list")
    assert found.code == 3
    assert "a newer crmcli made it" in found.err


def test_reset_forgets_everything_and_starts_counting_anew(served: Served) -> None:
    served.call("POST", "/CRM/42/message", json={"Message": "x"})
    served.store.origin = "a test"
    served.store.reset()
    assert served.store.is_empty()
    assert (served.store.mailbox(), served.store.log(), served.store.origin) == ([], [], "")
    assert served.call("GET", "/CRM").status_code == 404
    for path in ("/CRM", "/CRM/department", "/CRM/status", "/CRM/savedreply"):
        assert served.json(path, countonly=1) == {"TotalCount": 0}
    assert served.call("POST", "/CRM", json={"CustomerEmail": "a@example.com"}).json()[0]["Value"] == "1"


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.delete(TICKET, 42)
        with store.transaction():
            store.reset()
        raise ZeroDivisionError
    assert store.row(TICKET, 42)


def test_the_log_has_each_request_and_the_reason_of_each_refusal(served: Served) -> None:
    served.call("GET", "/CRM", params={"subject": "tent & pole"})
    served.call("PUT", "/CRM/42", json={"Subject": "x" * 51})
    served.call("PATCH", "/Orders/1")
    assert [(row["Method"], row["Path"], row["Query"], row["Status"]) for row in served.store.log()] == [
        ("GET", "/CRM", "subject=tent+%26+pole", 404),
        ("PUT", "/CRM/42", "", 400),
        ("PATCH", "/Orders/1", "", 404),
    ]
    put = served.store.log()[1]
    assert json.loads(put["Body"]) == {"Subject": "x" * 51}
    assert put["Refused"] == "Subject: takes at most 50 characters, 51 given"
    served.store.clear_log()
    assert served.store.log() == []


def test_the_log_does_not_grow_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmcli.sandbox.store.LOG_ROWS", 3)
    for number in range(5):
        store.note(method="GET", path=f"/{number}", query="", status=200, body="", refused="")
    assert [row["Path"] for row in store.log()] == ["/2", "/3", "/4"]


def test_more_rows_than_one_statement_takes_are_all_nested(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    store.fill(
        tickets=[
            {"CrmID": ticket, "CrmMessageList": [{"MessageId": ticket * 2 + more} for more in (0, 1)]}
            for ticket in range(1, 1202)
        ]
    )
    rows = store.rows(TICKET)
    assert [[message["MessageId"] for message in row["CrmMessageList"]] for row in rows] == [
        [row["CrmID"] * 2, row["CrmID"] * 2 + 1] for row in rows
    ]
    assert len(rows) == 1201
    store.close()


WRITER = """
import sys
from pathlib import Path
import httpx
from crmcli.sandbox.store import Store
from crmcli.sandbox.wsgi import SandboxApp
store = Store(Path(sys.argv[1]))
client = httpx.Client(transport=httpx.WSGITransport(app=SandboxApp(store)), base_url="http://demo.invalid/3dCartWebAPI/v1",
                      headers={"SecureURL": "a", "PrivateKey": "b", "Token": "c"})
for number in range(40):
    answer = client.post("/CRM/42/message", json={"Message": f"{sys.argv[2]} {number}"})
    assert answer.status_code == 201, answer.text
    assert client.get("/CRM/42/message").status_code == 200
store.close()
"""


def test_two_processes_may_write_at_once(store: Store) -> None:
    before = store.count(MESSAGE)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(store.path), name]) for name in ("one", "two")]
    assert [writer.wait(30) for writer in writers] == [0, 0]
    assert store.count(MESSAGE) == before + 80
    texts = [mail["Text"] for mail in store.mailbox()]
    for name in ("one", "two"):
        assert [text for text in texts if text.startswith(name)] == [f"{name} {number}" for number in range(40)]


def test_two_processes_may_make_the_file_at_once(tmp_path: Path) -> None:
    made = (
        "import sys; from pathlib import Path; from crmcli.sandbox.store import Store; Store(Path(sys.argv[1])).close()"
    )
    makers = [subprocess.Popen([sys.executable, "-c", made, str(tmp_path / "store.db")]) for _ in range(3)]
    assert [maker.wait(30) for maker in makers] == [0, 0, 0]


def test_threads_may_write_at_once(served: Served) -> None:
    def send(number: int) -> str:
        return str(served.call("POST", "/CRM/42/message", json={"Message": str(number)}).json()[0]["Value"])

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(send, range(40)))
    assert len(set(numbers)) == len(served.store.mailbox()) == 40


def test_the_server_is_on_loopback_alone_and_prints_nothing(served: Served, capfd: pytest.CaptureFixture[str]) -> None:
    served.call("GET", "/CRM/42")
    served.call("GET", "/nowhere")
    assert served.client.base_url.host == "127.0.0.1"
    assert served.client.base_url.path == "/3dCartWebAPI/v1/"
    assert capfd.readouterr() == ("", "")


def test_a_taken_port_is_an_os_error(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        make_server(SandboxApp(store), port=taken.getsockname()[1])


def test_shutdown_ends_it_and_frees_the_port(store: Store) -> None:
    server = make_server(SandboxApp(store))
    port = server.port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.shutdown()
    thread.join(5)
    assert not thread.is_alive()
    again = make_server(SandboxApp(store), port=port)
    assert again.base_url == f"http://127.0.0.1:{port}/3dCartWebAPI/v1"
    again.server_close()


def test_the_app_needs_the_standard_library_alone() -> None:
    code = "import sys, crmcli.sandbox.wsgi; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = set(
        subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    foreign = loaded - sys.stdlib_module_names - {"__main__"}
    assert {name for name in foreign if not name.startswith("_sysconfigdata")} == {"crmcli"}
    assert not loaded & {"email", "http.server", "urllib.request", "asyncio", "logging"}


def test_every_nested_object_names_its_parents_key() -> None:
    for kind in OBJECTS:
        if kind.part:
            assert kind.part[1].parent == kind.key
    assert STATUS.parent == ""
