"""How fast a long list comes out, against curl and jq: `python tests/benchmarks/throughput.py [--tickets N …]`.

The server here is no bottleneck: each ticket's bytes are made once, and a page is their join. Both sides ask for the same
addresses over loopback. Ours is compared with `curl URLs | jq -c '.[]'`, run in turn; the middle one of the times counts.
Memory is the process's own peak, as the kernel counts it; the server, which holds all tickets, is a process of its own, since
a child begins with its parent's peak. Not a test, and never timed in CI.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, urlsplit

PAGE = 100
MOST_MEMORY = 90.0
FLAT = 1.05
FIGURES = (("jsonl", "curl", 1.0), ("table", "jsonl", 1.5), ("csv", "jsonl", 1.5), ("fields", "jsonl", 1.5))
"""What is timed, against what, and how many times as long it may take."""


def tickets_of(amount: int, folder: Path) -> list[bytes]:
    """That many tickets as the sandbox store writes them, each numbered anew."""
    import httpx

    from crmcli.sandbox.seeds import sow
    from crmcli.sandbox.store import Store
    from crmcli.sandbox.wsgi import DEMO_KEYS, SandboxApp

    store = Store(folder / "seeds.db")
    sow(store, tickets=1000, seed=1)
    headers = {"SecureURL": DEMO_KEYS.secure_url, "PrivateKey": DEMO_KEYS.private_key, "Token": DEMO_KEYS.token}
    transport = httpx.WSGITransport(SandboxApp(store))
    with httpx.Client(transport=transport, headers=headers, base_url="http://localhost/3dCartWebAPI/v1") as client:
        rows = [row for first in (1, 501) for row in client.get("/CRM", params={"limit": 500, "offset": first}).json()]
    store.close()
    # The oddities (one ticket has 65,535 characters) would be repeated as often as the seeds are.
    rows = [row for row in rows if len(json.dumps(row)) < 6000]
    plain = [json.dumps({**row, "CrmID": 0}, ensure_ascii=False, separators=(",", ":")).encode() for row in rows]
    return [
        plain[number % len(plain)].replace(b'"CrmID":0', b'"CrmID":%d' % (number + 1), 1) for number in range(amount)
    ]


class Pages(socketserver.ThreadingTCPServer):
    """Serves prepared tickets, with connections kept open."""

    allow_reuse_address = True
    daemon_threads = True
    rows: Sequence[bytes] = ()

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/3dCartWebAPI/v1"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Answer until the client goes."""
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            query = parse_qs(urlsplit(line.split()[1].decode()).query)
            assert isinstance(self.server, Pages)
            first = max(0, int(query.get("offset", ["1"])[0]) - 1)
            rows = self.server.rows[first : first + int(query.get("limit", ["10"])[0])]
            body = b"[" + b",".join(rows) + b"]" if b"/CRM?" in line else b"[]"  # departments, statuses: none
            if "countonly" in query:
                body = b'{"TotalCount":%d}' % len(self.server.rows)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
            self.wfile.write(head % len(body) + body)


def serve(amount: int) -> int:
    """Serve that many tickets until killed; the first line printed is the address."""
    with tempfile.TemporaryDirectory() as name, Pages(("127.0.0.1", 0), _Handler) as server:
        server.rows = tickets_of(amount, Path(name))
        print(server.base_url, flush=True)
        server.serve_forever()
    return 0


@dataclass
class Run:
    """What a run took: seconds on the clock, and the peak of its memory in MB."""

    seconds: float
    memory: float


def timed(command: Sequence[str] | str, environment: dict[str, str]) -> Run:
    """Run a command with its output into a file; a string goes to the shell."""
    with tempfile.NamedTemporaryFile() as out:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, env=environment, shell=isinstance(command, str))
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, f"{command} ended with {child.returncode}"
    return Run(seconds, usage.ru_maxrss / 1024)


def urls(base_url: str, amount: int, folder: Path) -> Path:
    """The addresses that our own walk asks for, as a file for curl."""
    offsets = [0, *range(PAGE - 1, amount, PAGE - 1)]
    file = folder / f"urls-{amount}"
    file.write_text("".join(f'url = "{base_url}/CRM?limit={PAGE}&offset={offset}"\n' for offset in offsets))
    return file


def main() -> int:
    """Print the table; the exit code is 1 when a limit is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tickets", type=int, nargs="*", default=[20_000, 200_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options.add_argument("--crmcli", default=shutil.which("crmcli") or f"{sys.executable} -m crmcli")
    said = options.parse_args()
    if said.serve:
        return serve(said.serve)
    missed = 0
    memory: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("CRMCLI_")},
            "CRMCLI_SECURE_URL": "https://demo.example.com",
            "CRMCLI_PRIVATE_KEY": "demo",
            "CRMCLI_TOKEN": "demo",
            "CRMCLI_CONFIG_DIR": name,
            "HOME": name,
        }
        print(f"{'figure':44}{'ours s':>8}{'peer s':>8}{'ratio':>7}{'limit':>7}{'MB':>7}  ok")
        for amount in said.tickets:
            server = subprocess.Popen(
                [sys.executable, __file__, "--serve", str(amount)], stdout=subprocess.PIPE, text=True
            )
            assert server.stdout
            environment["CRMCLI_BASE_URL"] = base_url = server.stdout.readline().strip()
            ours = [*said.crmcli.split(), "tickets", "list", "--all", "-o"]
            commands: dict[str, Sequence[str] | str] = {
                "curl": f"curl -s -K {urls(base_url, amount, folder)} | jq -c '.[]'",
                "jsonl": [*ours, "jsonl"],
                "table": [*ours, "table"],
                "csv": [*ours, "csv"],
                "fields": [*ours, "jsonl", "--fields", "CrmID,Subject,StatusID"],
            }
            runs: dict[str, list[Run]] = {what: [] for what in commands}
            for _ in range(said.rounds):
                for what, command in commands.items():
                    runs[what].append(timed(command, environment))
            middle = {what: median(run.seconds for run in some) for what, some in runs.items()}
            peak = {what: max(run.memory for run in some) for what, some in runs.items()}
            memory.append(peak["jsonl"])
            for what, peer, limit in FIGURES:
                ratio = middle[what] / middle[peer]
                fits = ratio <= limit and peak[what] <= MOST_MEMORY
                missed += not fits
                print(
                    f"{f'{amount:,} tickets, {what} / {peer}':44}{middle[what]:8.2f}{middle[peer]:8.2f}{ratio:7.2f}"
                    f"{limit:7.2f}{peak[what]:7.1f}  {'yes' if fits else 'NO'}"
                )
            server.kill()
            server.wait()
    if len(memory) > 1:
        growth = memory[-1] / memory[0]
        missed += growth > FLAT
        print(f"{'peak memory, most tickets / fewest':44}{growth:31.3f}  {'yes' if growth <= FLAT else 'NO'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
