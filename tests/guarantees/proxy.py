"""A proxy that is out of step: on a connection that is used again an answer comes that is to nothing, as of a broken cache."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import BinaryIO, Self

SURPLUS = 4242
"""The number that an answer has which nobody asked for."""
_ACK = json.dumps([{"Key": "MessageId", "Value": str(SURPLUS), "Status": "201", "Message": "Created successfully"}])
ANSWERS = {
    "created": (201, _ACK),
    "done": (200, _ACK),
    "empty": (200, "[]"),
    "refused": (400, "[]"),
    "ticket": (200, json.dumps([{"CrmID": SURPLUS, "CrmMessageList": []}])),
}


class OutOfStep:
    """Stands between a client and the server at `port`, as a context.

    `surplus` gives what comes in place of an answer, told how many requests the connection had before this one: each later
    answer comes one request too late then. Where `drops` is set, that request goes no further, and the connection ends.
    """

    def __init__(self, port: int, surplus: Callable[[int], bytes], *, drops: bool) -> None:
        self._to = ("127.0.0.1", port)
        self._surplus = surplus
        self._drops = drops
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as asked:
            late, before = b"", 0
            try:
                while request := _message(asked):
                    surplus = b"" if late else self._surplus(before)
                    client.sendall(surplus or late)
                    if surplus and self._drops:
                        return
                    answer = self._answer(request)
                    late = answer if surplus or late else b""
                    client.sendall(b"" if late else answer)
                    before += 1
            except OSError:  # either side has gone
                return

    def _answer(self, request: bytes) -> bytes:
        """The server's own, which closes its connection: that to the client is kept. Raises OSError where there is none."""
        with socket.create_connection(self._to) as server, server.makefile("rb") as answers:
            server.sendall(request)
            answer = _message(answers)
        if not answer:
            raise ConnectionError
        return answer.replace(b"Connection: close\r\n", b"")


def _message(stream: BinaryIO) -> bytes:
    """A request or an answer, whole; nothing where the connection has ended."""
    head, length = b"", 0
    while line := stream.readline():
        head += line
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
        if line == b"\r\n":
            return head + stream.read(length)
    return b""


def answer(kind: str) -> bytes:
    """An answer that nobody asked for."""
    status, body = ANSWERS[kind]
    return f"HTTP/1.1 {status} As told\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
