"""A server, or a proxy, that has come out of step: an answer too many on a kept connection is taken for no write's."""

from __future__ import annotations

import socket

import pytest

from tests.between import listening
from tests.conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Run

MADE = b'[{"Key":"MessageId","Value":"4242","Status":"201","Message":"Created successfully"}]'
TICKET = b'[{"CrmID":1,"CustomerEmail":"ann@example.com","Subject":"S","CrmMessageList":[]}]'
DONE = b'[{"Key":"CrmID","Value":"1","Status":"200","Message":"Updated successfully"}]'


def answer(body: bytes, status: int = 200) -> bytes:
    return b"HTTP/1.1 %d As told\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )


class OneTooMany:
    """A store whose every connection has an answer left over once it was read from: whatever comes next on it gets that one.

    `writes` are those that came, and whether as the first on their connection, where nothing is left over.
    """

    def __init__(self) -> None:
        self.writes: list[tuple[str, bool]] = []

    def __call__(self, came: socket.socket) -> None:
        is_first = True
        while head := self._head(came):
            method, path, *_ = head.split(" ")
            if method == "GET":
                came.sendall(answer(b"[]" if "/message" in path else TICKET))
            else:
                self.writes.append((method, is_first))
                came.sendall(answer(MADE, 201) if method == "POST" else answer(DONE))
            is_first = False

    def _head(self, came: socket.socket) -> str:
        head = b""
        while b"\r\n\r\n" not in head:
            some = came.recv(65536)
            if not some:
                return ""
            head += some
        return head.decode("latin-1")


@pytest.mark.parametrize(
    "command",
    [
        "messages create 1 --text Hi",
        "tickets create --customer-email a@example.com",
        "tickets update 1 --subject X",
        "tickets delete 1 --yes",
    ],
)
def test_each_write_has_a_connection_of_its_own(run: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = OneTooMany()
    with listening(store) as server:
        monkeypatch.setenv("CRMCLI_BASE_URL", f"http://127.0.0.1:{server.port}/3dCartWebAPI/v1")
        monkeypatch.setenv("CRMCLI_SECURE_URL", SECURE_URL)
        monkeypatch.setenv("CRMCLI_PRIVATE_KEY", PRIVATE_KEY)
        monkeypatch.setenv("CRMCLI_TOKEN", TOKEN)
        run(*command.split())
    assert store.writes
    assert all(is_first for _, is_first in store.writes)
