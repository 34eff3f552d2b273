"""What a million numbers cost: `python tests/benchmarks/million.py [--numbers N]`.

`crmcli tickets update -` gets them on standard input, from a pipe, at a store that answers at once. Measured are the time until
the first request came, the time from a Ctrl-C to the end, and the most memory that the process had; not in order, they are kept
apart, which takes more. The aims: 2 s, 1 s, 200 MB. Time in which other processes kept it from a processor is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIRST, CTRL_C, MEMORY = 2.0, 1.0, 200.0


class Store(BaseHTTPRequestHandler):
    """Has every ticket, and takes every update; `came` is set at the first request."""

    protocol_version = "HTTP/1.1"
    came = threading.Event()

    def do_GET(self) -> None:
        """A ticket of the number that is asked for."""
        self.came.set()
        number = int(self.path.rpartition("/")[2])
        self._give([{"CrmID": number, "Subject": "Old", "CustomerEmail": "a@example.com"}])

    def do_PUT(self) -> None:
        """An ack."""
        self.rfile.read(int(self.headers["Content-Length"]))
        number = self.path.rpartition("/")[2]
        self._give([{"Key": "CrmID", "Value": number, "Status": "200", "Message": "Updated successfully"}])

    def _give(self, rows: object) -> None:
        body = json.dumps(rows).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def kept_waiting(process: int) -> float:
    """Seconds for which a process could have gone on but had no processor (Linux, Documentation/scheduler/sched-stats.rst)."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def most_memory(process: int) -> float:
    """The most memory that a process has had since its program began, in MB (proc(5), VmHWM).

    Not `ru_maxrss`: that counts what the process was before it ran a program of its own, a copy of the one that started it.
    """
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@dataclass(frozen=True)
class Cost:
    """Seconds to the first request and from Ctrl-C to the end, MB at most, and the code."""

    first: float
    ended: float
    memory: float
    code: int


def cost(numbers: list[int], folder: Path, *, runs_for: float = 1.0) -> Cost:
    """Update so many tickets, and interrupt it after a while."""
    Store.came.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    lines = folder / "numbers"
    lines.write_text("".join(f"{number}\n" for number in numbers))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CRMCLI_", "XDG_"))} | {
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "CRMCLI_BASE_URL": f"http://127.0.0.1:{server.server_address[1]}/3dCartWebAPI/v1",
        "CRMCLI_SECURE_URL": "https://www.example-store.com",
        "CRMCLI_PRIVATE_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "CRMCLI_TOKEN": "a0b1c2d3e4f5061728394a5b6c7d8e9f",
    }
    words = [sys.executable, "-m", "crmcli", "tickets", "update", "-", "--subject", "New"]
    begun = time.perf_counter()
    with lines.open() as stdin:
        child = subprocess.Popen(words, env=environment, stdin=stdin, stdout=-3, stderr=-3)
    assert Store.came.wait(120)
    first = time.perf_counter() - begun - kept_waiting(child.pid)
    time.sleep(runs_for)
    interrupted = time.perf_counter() - kept_waiting(child.pid)
    memory = most_memory(child.pid)
    child.send_signal(signal.SIGINT)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and can still be asked about
    ended = time.perf_counter() - kept_waiting(child.pid) - interrupted
    child.wait()
    server.shutdown()
    server.server_close()
    return Cost(first, ended, memory, child.returncode)


def main() -> int:
    """Print the figures; the exit code is 1 when an aim is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--numbers", type=int, default=1_000_000)
    count = options.parse_args().numbers
    missed = 0
    for order in ("in order", "not in order"):
        numbers = list(range(1, count + 1))
        if order != "in order":
            random.Random(1).shuffle(numbers)
        with tempfile.TemporaryDirectory() as name:
            found = cost(numbers, Path(name))
        missed += found.first > FIRST or found.ended > CTRL_C or found.memory > MEMORY or found.code != 130
        print(
            f"{count:,} numbers {order}: first request after {found.first:.2f} s, {found.memory:.0f} MB at most, "
            f"ended {found.ended:.2f} s after Ctrl-C with code {found.code}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
