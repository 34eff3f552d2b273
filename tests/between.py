"""What stands between a client and the store, on loopback: TLS with an authority of its own, and proxies."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

HOST = "crm.example"
"""The store's name in these tests. Nothing resolves it but the proxies here, as in a company."""


class Listener:
    """A port on loopback; `serve` is called with each connection, in a thread of its own."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                came, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._one, args=(came,), daemon=True).start()

    def _one(self, came: socket.socket) -> None:
        with came, suppress(OSError):
            self._serve(came)


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[Listener]:
    """A listener that is closed in the end."""
    listener = Listener(serve)
    try:
        yield listener
    finally:
        listener.close()


def joined(one: socket.socket, other: socket.socket) -> None:
    """Hand on what either says until one of them has ended."""

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while some := source.recv(65536):
                target.sendall(some)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    back = threading.Thread(target=pass_on, args=(other, one), daemon=True)
    back.start()
    pass_on(one, other)
    back.join()


def to(port: int) -> Callable[[socket.socket], None]:
    """Hand a connection on to a port."""

    def serve(came: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as there:
            joined(came, there)

    return serve


def encrypted(context: ssl.SSLContext, port: int) -> Callable[[socket.socket], None]:
    """Take TLS off, and hand what is in it on to a port."""

    def serve(came: socket.socket) -> None:
        with context.wrap_socket(came, server_side=True) as plain:
            to(port)(plain)

    return serve


def http_proxy(
    port: int, heads: list[bytes], answer: bytes | None = None, lets: int = 0
) -> Callable[[socket.socket], None]:
    """A proxy that notes each head that it is sent, and leads to a port; or, but for the first that it `lets` through,
    gives an answer and closes."""

    def serve(came: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            some = came.recv(65536)
            if not some:
                return
            head += some
        heads.append(head)
        if answer is not None and len(heads) > lets:
            came.sendall(answer)
            return
        came.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        to(port)(came)

    return serve


def socks_proxy(port: int, hosts: list[bytes]) -> Callable[[socket.socket], None]:
    """A SOCKS5 proxy (RFC 1928) that notes the hosts that it is asked for, and leads to a port."""

    def serve(came: socket.socket) -> None:
        _, ways = came.recv(2)
        came.recv(ways)
        came.sendall(b"\x05\x00")
        kind = came.recv(4)[3]
        assert kind == 3, "a name, which the proxy is to look up"
        hosts.append(came.recv(came.recv(1)[0]))
        came.recv(2)
        came.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        to(port)(came)

    return serve


def silent(came: socket.socket) -> None:
    """Take what is said, and answer nothing."""
    while came.recv(65536):
        pass


def answers(status: int) -> bytes:
    """What a proxy says to a CONNECT that it refuses."""
    page = b"<html>\x1b[31mGo away</html>"
    return b"HTTP/1.1 %d \x1b[31mNo\r\nContent-Length: %d\r\n\r\n%s" % (status, len(page), page)


def authority() -> Any:
    """A certificate authority that nobody knows of."""
    import trustme  # 0.1 s, for few of the tests

    return trustme.CA()
