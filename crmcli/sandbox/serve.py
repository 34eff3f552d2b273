"""The sandbox store on a loopback port. The one file here that imports werkzeug, so nobody pays for it who doesn't serve."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from crmcli.sandbox.faults import Cut
from crmcli.sandbox.wsgi import BASE_PATH, SandboxApp

HOST = "127.0.0.1"

# SO_LINGER on, with no seconds: closing sends a reset (socket(7)).
_RESET = struct.pack("ii", 1, 0)


class Server(ThreadedWSGIServer):
    """Serves one app, a thread a connection. Nothing is printed but what goes wrong, on standard error."""

    tell: Callable[[str], None]

    # A client that hangs in a delay must not keep the server from ending.
    block_on_close = False

    @property
    def base_url(self) -> str:
        """What a profile's `base_url` is to be."""
        return f"http://{HOST}:{self.port}{BASE_PATH}"

    def serve_forever(self, poll_interval: float = 0.05) -> None:
        """Serve until `shutdown()` or Ctrl-C, then close the port."""
        super().serve_forever(poll_interval)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection by closing it alone: the end that socketserver would send first spoils a reset."""
        self.close_request(request)


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Carry out a cut that the app raised; a client that went away by itself comes here too."""
        self.close_connection = True
        if isinstance(error, Cut):
            self.wfile.write(error.sent)
            while error.drip is not None:  # a client that went ends it, and the thread with it, by an OSError
                time.sleep(error.drip)
                self.wfile.write(b"a")
            if error.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def handle_expect_100(self) -> bool:
        """Leave "100 Continue" to werkzeug, which sends it whatever http.server did: a client must get it once."""
        return True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: ARG002 - the base class's name
        """Tell what was refused before the app saw it, as the app tells its requests."""
        said = message % args
        https = " (an https:// address? this is http://)" if r"('\x16\x03" in said else ""
        self.server.tell(f"refused: {said.partition('message ')[2] or said}{https}")  # type: ignore[attr-defined]

    def send_response(self, code: int, message: str | None = None) -> None:
        """The status line alone: the app sends the date itself, and the real store names no server."""
        self.send_response_only(code, message)


def make_server(app: SandboxApp, port: int = 0) -> Server:
    """A server on 127.0.0.1, ready for `serve_forever()` (in a thread, for tests) and `shutdown()`; 0 is any free port.

    Raises OSError when the port can't be had.
    """
    # Not left to werkzeug, which prints and exits the whole program when the port is taken.
    with socket.create_server((HOST, port)) as bound:
        server = Server(HOST, port, app, _Handler, fd=bound.fileno())
    server.tell = app.tell
    return server
