"""What all tests share: a home of their own, the sandbox store over real loopback HTTP, and the program run in process."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crmcli.__main__ import main
from crmcli.api import retry
from crmcli.sandbox.faults import Faults
from crmcli.sandbox.seeds import sow
from crmcli.sandbox.serve import make_server
from crmcli.sandbox.store import Store
from crmcli.sandbox.switches import Switches
from crmcli.sandbox.wsgi import Keys, SandboxApp
from tests import sizes
from tests.shop import stock

SECURE_URL = "https://www.example-store.com"
PRIVATE_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOKEN = "a0b1c2d3e4f5061728394a5b6c7d8e9f"
SOWN = datetime(2026, 6, 15, 12)  # noqa: DTZ001 - the store's wall clock
"""When the newest ticket of the sandbox has just come."""

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # So a script's `pytest &` starts; what is interrupted by the tests would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported or started: what size of run this is, and what signals mean to the processes of tests."""
    sizes.begin(config)
    # A shell's background job ignores Ctrl-C, and so would all that tests start and interrupt. What catches a signal here
    # is the default again in a new program, so whoever caught nothing before goes on to ignore it, and children don't.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.hookimpl(tryfirst=True)  # before the tests that `-m` doesn't ask for are taken out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long run have the whole of what is sampled daily."""
    sizes.take(items)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an environment that says nothing to crmcli; waits between tries are shortened, not left out."""
    for name in list(os.environ):
        if name.startswith(("CRMCLI_", "XDG_")) or name in (
            "NO_COLOR",
            "COLUMNS",
            "LINES",
            "FORCE_COLOR",
            "PYTHONUNBUFFERED",
        ):
            monkeypatch.delenv(name)
    for name, folder in (
        ("HOME", ""),
        ("XDG_STATE_HOME", "state"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
    ):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("CRMCLI_SETTLE", "0.3")  # what a lost send is looked for
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.002)
    return tmp_path


@dataclass
class Result:
    """What a run of the program gave: the exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """Standard output in lines."""
        return self.out.splitlines()

    @property
    def error(self) -> dict[str, Any]:
        """The error object on standard error."""
        error: dict[str, Any] = json.loads(self.err.splitlines()[-1])["error"]
        return error


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program in process: `run("tickets", "list", stdin="1\\n", terminal=True)`."""

    def run(*argv: str, stdin: str | bytes = b"", terminal: bool = False) -> Result:
        stream = Terminal if terminal else io.TextIOWrapper
        out, err = (stream(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stream(io.BytesIO(raw), encoding="utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(list(argv))
        texts = [s.buffer.getvalue().decode() for s in (out, err)]  # type: ignore[attr-defined]
        return Result(code, *texts)

    return run


def arrived(environ: dict[str, Any]) -> None:
    """Wait until the whole of a request is there: its sender may be killed after the headers."""
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(raw)


class Sandbox:
    """A sandbox store over loopback HTTP, with its rows, its switches and its faults in reach."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.app = SandboxApp(self.store, keys=Keys(SECURE_URL, PRIVATE_KEY, TOKEN))
        self.server = make_server(self.app)
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.005,))
        self._thread.start()

    def switch(self, *words: str) -> None:
        """Put readings in force: `switch("past-end=404")`."""
        self.app.switches = Switches.parse(words)

    def fault(self, *specs: str) -> None:
        """Put faults in force."""
        self.app.faults = Faults.parse(specs)

    def between(self, see: Callable[[dict[str, Any]], None]) -> None:
        """Let `see` look at, and change, the WSGI environment of each request before the sandbox does."""
        inner = self.server.app

        def app(environ: dict[str, Any], start_response: Any) -> Any:
            see(environ)
            return inner(environ, start_response)

        self.server.app = app

    def answer(self, status: int, body: str | bytes, *methods: str, works: bool = True, **headers: str) -> None:
        """Give these methods this answer after the work was done, or without `works` in its place.

        `Content_Type="text/html"` is a header of it.
        """
        inner = self.server.app
        raw = body.encode() if isinstance(body, str) else body

        def app(environ: dict[str, Any], start_response: Any) -> Any:
            if environ["REQUEST_METHOD"] not in methods:
                return inner(environ, start_response)
            if works:
                list(inner(environ, lambda *_: lambda _: None))
            else:
                arrived(environ)
            named = {"Content-Type": "application/json", **{n.replace("_", "-"): text for n, text in headers.items()}}
            start_response(f"{status} As told", [*named.items(), ("Content-Length", str(len(raw)))])
            return [raw]

        self.server.app = app

    def asked(self, *methods: str) -> list[str]:
        """The requests that came, as `GET /CRM?limit=51`, oldest first; of these methods when any are named."""
        return [
            f"{row['Method']} {row['Path']}{'?' if row['Query'] else ''}{row['Query']}"
            for row in self.store.log()
            if not methods or row["Method"] in methods
        ]

    def bodies(self) -> list[Any]:
        """The bodies of the writes that came, oldest first."""
        return [json.loads(row["Body"]) for row in self.store.log() if row["Body"]]

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self._thread.join()
        self.store.close()


@pytest.fixture(scope="session")
def sown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a sandbox store with 40 tickets, to copy."""
    store = Store(tmp_path_factory.mktemp("sown") / "sandbox.db")
    sow(store, tickets=40, seed=1, now=SOWN)
    store.close()
    return store.path


@pytest.fixture
def sandbox(sown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox store with 40 tickets, the same on every day, and the environment that points the program at it."""
    shutil.copy(sown, tmp_path / "sandbox.db")
    sandbox = Sandbox(tmp_path / "sandbox.db")
    monkeypatch.setenv("CRMCLI_BASE_URL", sandbox.server.base_url)
    monkeypatch.setenv("CRMCLI_SECURE_URL", SECURE_URL)
    monkeypatch.setenv("CRMCLI_PRIVATE_KEY", PRIVATE_KEY)
    monkeypatch.setenv("CRMCLI_TOKEN", TOKEN)
    yield sandbox
    sandbox.close()


@pytest.fixture
def profile_file(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile file with `main`, the sandbox's keys, in place of the environment; `main` stands last and is open."""
    for name in ("BASE_URL", "SECURE_URL", "PRIVATE_KEY", "TOKEN"):
        monkeypatch.delenv(f"CRMCLI_{name}")
    monkeypatch.setenv("CRMCLI_CONFIG_DIR", str(tmp_path / "config"))
    file = tmp_path / "config" / "profiles.toml"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o600)
    file.write_text(
        f'default = "main"\n\n[profiles.main]\nsecure_url = "{SECURE_URL}"\nprivate_key = "{PRIVATE_KEY}"\n'
        f'token = "{TOKEN}"\nbase_url = "{sandbox.server.base_url}"\n'
    )
    return file


@pytest.fixture
def shop(sandbox: Sandbox) -> Sandbox:
    """A sandbox store with the few rows of `tests/shop.py` in place of the 40 tickets."""
    stock(sandbox.store)
    return sandbox
