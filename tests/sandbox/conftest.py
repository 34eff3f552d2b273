"""A sandbox store on a real loopback port, sown once and copied for each test."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from crmcli.sandbox.dates import EASTERN
from crmcli.sandbox.faults import Faults
from crmcli.sandbox.seeds import sow
from crmcli.sandbox.serve import make_server
from crmcli.sandbox.store import Store
from crmcli.sandbox.switches import Switches
from crmcli.sandbox.wsgi import Keys, SandboxApp

# A Friday noon on the US East coast, in summer time: four hours behind UTC.
NOW = datetime(2026, 3, 20, 16, 0, tzinfo=UTC)
NOW_THERE = "2026-03-20T12:00:00"
TRIO = {"SecureURL": "https://www.example.com", "PrivateKey": "private", "Token": "token"}


@dataclass
class Served:
    """What a test holds on to: the store, its app, and a client of the port that it is on."""

    store: Store
    app: SandboxApp
    client: httpx.Client
    told: list[str]

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.client.request(method, path, **more)

    def json(self, path: str, status: int = 200, /, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    def switch(self, *words: str) -> None:
        self.app.switches = Switches.parse(words)

    def fault(self, spec: str) -> None:
        self.app.faults = Faults.parse([spec])

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """The status of a refusal, and the sandbox's own reason."""
        answer = self.call(method, path, **more)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, str(self.store.log()[-1]["Refused"])


Serve = Callable[..., Served]


@pytest.fixture(scope="session")
def sown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sown") / "store.db"
    store = Store(path)
    sow(store, now=NOW.astimezone(ZoneInfo(EASTERN)).replace(tzinfo=None))
    store.close()
    return path


@pytest.fixture
def store(sown: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(sown, tmp_path / "store.db")
    opened = Store(tmp_path / "store.db")
    yield opened
    opened.close()


@pytest.fixture
def serve(store: Store) -> Iterator[Serve]:
    with ExitStack() as ending:

        def start(*, keys: Keys | None = None, into: Store | None = None) -> Served:
            told: list[str] = []
            app = SandboxApp(into or store, keys=keys, clock=lambda: NOW, tell=told.append)
            server = make_server(app)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
            thread.start()
            ending.callback(thread.join)
            ending.callback(server.shutdown)
            # verify: plain loopback needs no certificates, and reading them takes longer than most tests.
            client = httpx.Client(base_url=server.base_url, headers=TRIO, timeout=5, trust_env=False, verify=False)
            return Served(into or store, app, ending.enter_context(client), told)

        yield start


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve()
