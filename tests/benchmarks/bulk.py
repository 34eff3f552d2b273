"""How well a bulk update uses the rate that a store allows: `python tests/benchmarks/bulk.py [--rows N] [--rounds N]`.

`crmcli sandbox serve`, a process of its own, has the real host's bucket scaled up so that it takes seconds and not an hour;
the profile is told the same. Of the requests that the bucket lets through in the time that the command took, start and end
of the program included, this share was used; and the store's own log says how many it throttled. Then the same without a
limit on either side: how fast the machine is. Not a test, and never timed in CI.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmcli.sandbox.store import Store

LEAST_USED = 95.0
Environment = dict[str, str]


@contextmanager
def serving(folder: Path, rows: int, *switches: str) -> Iterator[tuple[Environment, Path]]:
    """A store of so many tickets, served; gives the environment of a program that is to use it, and the store's file."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CRMCLI_", "XDG_"))}
    environment |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "XDG_STATE_HOME": str(folder / "state")}
    environment["CRMCLI_CONFIG_DIR"] = str(folder)
    words = [each for switch in switches for each in ("--switch", switch)]
    serve = [sys.executable, "-m", "crmcli", "sandbox", "serve", "--port", "0", "--tickets", str(rows), *words]
    server = subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    said = dict(server.stdout.readline().removeprefix("export ").strip().split("=", 1) for _ in range(4))
    try:
        yield environment | said, folder / "data" / "crmcli" / "sandbox.db"
    finally:
        server.terminate()
        server.wait()


def updated(rows: int, limit: tuple[int, float] | None) -> tuple[float, float, list[int]]:
    """Update so many tickets; the seconds that it took, those of our own processor time, and the statuses of the answers."""
    switches = (f"bucket={limit[0]}/{limit[1]:g}",) if limit else ()
    with tempfile.TemporaryDirectory() as name, serving(Path(name), rows, *switches) as (environment, file):
        if limit:
            profile = "".join(
                f'{key} = "{environment.pop(f"CRMCLI_{key.upper()}")}"\n'
                for key in ("base_url", "secure_url", "private_key", "token")
            )
            profile += f"rate_limit = {{ burst = {limit[0]}, per_second = {limit[1]:g} }}\n"
            profiles = Path(name) / "profiles.toml"
            profiles.touch(mode=0o600)
            profiles.write_text(f'default = "main"\n\n[profiles.main]\n{profile}')
        lines = Path(name) / "rows.jsonl"
        lines.write_text(
            "".join(f"{json.dumps({'ticket': number, 'subject': f'Row {number}'})}\n" for number in range(1, rows + 1))
        )
        words = [sys.executable, "-m", "crmcli", "tickets", "update", "--from", str(lines), "-o", "ids"]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        assert (done.returncode, len(done.stdout.split())) == (0, rows), done.stderr[-2000:]
        store = Store(file)
        statuses = [row["Status"] for row in store.log()]
        store.close()
    ours = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, ours, statuses


def main() -> int:
    """Print the figures; the exit code is 1 when the aim is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=2000)
    options.add_argument("--burst", type=int, default=500)
    options.add_argument("--per-second", type=float, default=200.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--unlimited", type=int, default=1, help="rounds without a limit")
    said = options.parse_args()
    missed = 0
    print(f"{said.rows:,} rows, {said.burst} at once and {said.per_second:g} a second")
    for _ in range(said.rounds):
        seconds, ours, statuses = updated(said.rows, (said.burst, said.per_second))
        used = 100 * len(statuses) / (said.burst + said.per_second * seconds)
        least = max(0.0, len(statuses) - said.burst) / said.per_second
        throttled = statuses.count(429)
        missed += used < LEAST_USED or throttled > 0
        print(
            f"{seconds:.2f} s ({ours:.2f} s of processor), {len(statuses):,} requests: {used:.1f} % of the rate used, "
            f"{throttled} throttled, {seconds / least:.3f} of the least time"
        )
    for _ in range(said.unlimited):
        seconds, ours, statuses = updated(said.rows, None)
        print(f"without a limit: {seconds:.2f} s ({ours:.2f} s of processor), {said.rows / seconds:.0f} rows a second")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
