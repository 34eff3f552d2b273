"""How long one command takes, against what people know: `python tests/benchmarks/startup.py [--rounds N]`.

Ratios, since milliseconds belong to a machine. Each program has an environment of its own, made as a user would make it,
so that none is slowed by what another needs. All are run in turn, round by round, so that a busy moment hits each of
them; the middle one of the times counts. Not a test, and never timed in CI: a shared machine would make it one of luck.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).parents[2]

# The least that any program on Typer and httpx does for the same GET. It is what our own 1.15 is measured against.
FLOOR = """
import os, sys
import httpx, typer

def get(url: str) -> None:
    headers = {"SecureURL": os.environ["CRMCLI_SECURE_URL"], "PrivateKey": os.environ["CRMCLI_PRIVATE_KEY"],
               "Token": os.environ["CRMCLI_TOKEN"]}
    sys.stdout.write(httpx.get(url, headers=headers).raise_for_status().text)

app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command()(get)
app()
"""


@dataclass(frozen=True)
class Program:
    """A command line to time: what the table calls it, its words, and if it prints."""

    name: str
    words: tuple[str, ...]
    prints: bool = True


@dataclass(frozen=True)
class Figure:
    """One promise: ours takes at most `limit` times as long as the peer."""

    ours: Program
    peer: Program
    limit: float


def main() -> int:
    """Measure, print the table; returns 1 when a promise isn't kept."""
    parser = argparse.ArgumentParser(description="Time crmcli's start against its peers.")
    parser.add_argument("--rounds", type=int, default=15, help="how often each program is run (default 15)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="crmcli-startup-") as folder:
        place = Path(folder)
        crmcli = environment(place / "ours", str(REPOSITORY)) / "crmcli"
        typer = installed(crmcli.with_name("python"), "typer")
        http = environment(place / "httpie", "httpie") / "http"
        floor = environment(place / "floor", f"typer=={typer}", "httpx") / "python"
        (place / "floor.py").write_text(FLOOR)
        clean = clean_environment(place)
        with served(crmcli, clean) as keys:
            chosen = figures(crmcli, http, (str(floor), str(place / "floor.py")), keys)
            print(f"Python {sys.version.split()[0]}, Typer {typer}, {rounds} rounds\n")
            return report(chosen, measure(chosen, clean | keys, rounds))


def figures(crmcli: Path, http: Path, floor: tuple[str, ...], keys: Mapping[str, str]) -> list[Figure]:
    """The promises. `floor` is the command line of the smallest program, `keys` what `crmcli sandbox serve` prints."""
    url = f"{keys['CRMCLI_BASE_URL']}/CRM/7"
    ours = str(crmcli)
    bare = Program("python -I -c pass", (str(crmcli.with_name("python")), "-I", "-c", "pass"), prints=False)
    version = Program("crmcli --version", (ours, "--version"))
    get = Program("crmcli tickets get 7 --json", (ours, "tickets", "get", "7", "--json"))
    named = (("SecureURL", "SECURE_URL"), ("PrivateKey", "PRIVATE_KEY"), ("Token", "TOKEN"))
    headers = [f"{header}:{keys[f'CRMCLI_{name}']}" for header, name in named]
    httpie = Program("httpie's GET of it", (str(http), "--ignore-stdin", "--check-status", "GET", url, *headers))
    return [
        Figure(version, bare, 2.0),
        Figure(
            Program("crmcli tickets list --help", (ours, "tickets", "list", "--help")),
            Program("http --version", (str(http), "--version")),
            0.6,
        ),
        Figure(get, httpie, 0.65),
        Figure(get, Program("Typer + httpx, the floor", (*floor, url)), 1.15),
        Figure(Program("crmcli tickets list -o table", (ours, "tickets", "list", "-o", "table")), httpie, 0.85),
        # What a shell runs for `--status o<Tab>`; the names are known since the table above was printed.
        Figure(Program("crmcli --complete statuses o", (ours, "--complete", "statuses", "o")), version, 2.0),
    ]


def measure(chosen: list[Figure], env: Mapping[str, str], rounds: int) -> dict[Program, float | None]:
    """The middle time of each program in milliseconds; None for one that fails or prints nothing."""
    programs = list(dict.fromkeys(program for figure in chosen for program in (figure.ours, figure.peer)))
    # A first round that isn't counted: it warms the file cache, and shows what works at all.
    working = [program for program in programs if run(program, env) is not None]
    times: dict[Program, list[float]] = {program: [] for program in working}
    for _ in range(rounds):
        for program in working:
            took = run(program, env)
            if took is None:
                raise SystemExit(f"{program.name} failed this time, and had worked before")
            times[program].append(took)
    return {program: median(times[program]) if program in times else None for program in programs}


def run(program: Program, env: Mapping[str, str]) -> float | None:
    """One run in milliseconds; None when it failed, or printed nothing though it should."""
    begin = time.perf_counter()
    done = subprocess.run(program.words, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    took = (time.perf_counter() - begin) * 1000
    return None if done.returncode or (program.prints and not done.stdout) else took


def report(chosen: list[Figure], times: Mapping[Program, float | None]) -> int:
    """Print a line a promise; returns 1 when one isn't kept."""
    print(f"{'figure':<30}{'ours ms':>8}  {'peer':<26}{'peer ms':>8}{'ratio':>7}{'limit':>7}  ok?")
    kept = True
    for figure in chosen:
        ours, peer = times[figure.ours], times[figure.peer]
        ratio = ours / peer if ours is not None and peer is not None else None
        good = ratio is not None and ratio <= figure.limit
        kept = kept and good
        print(
            f"{figure.ours.name:<30}{shown(ours, 1):>8}  {figure.peer.name:<26}{shown(peer, 1):>8}{shown(ratio, 2):>7}"
            f"{figure.limit:>7.2f}  {'yes' if good else 'no' if ratio is not None else 'it does not run'}"
        )
    return 0 if kept else 1


def shown(number: float | None, places: int) -> str:
    """A number for the table."""
    return "-" if number is None else f"{number:.{places}f}"


def environment(folder: Path, *packages: str) -> Path:
    """Make a virtual environment with packages in it; returns the folder of its programs."""
    print(f"Installing {', '.join(packages)} …", file=sys.stderr)
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = (str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, *packages), stdin=subprocess.DEVNULL, check=True)
    return programs


def installed(python: Path, package: str) -> str:
    """The version of a package in the environment of `python`."""
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run((str(python), "-c", asked), capture_output=True, text=True, check=True).stdout.strip()


def clean_environment(place: Path) -> dict[str, str]:
    """Variables that keep every program off the user's own files, and httpie from looking for its next release."""
    config = place / "home" / ".httpie"
    config.mkdir(parents=True)
    (config / "config.json").write_text('{"disable_update_warnings": true}')
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "SYSTEMROOT", "TMPDIR")}
    folders = {f"XDG_{kind}_HOME": str(place / "home" / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    own = {"CRMCLI_CONFIG_DIR": str(place / "home" / "crmcli"), "HTTPIE_CONFIG_DIR": str(config)}
    return {**kept, **folders, **own, "HOME": str(place / "home")}


@contextmanager
def served(crmcli: Path, env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Serve the demo store on a free port; gives the variables that it prints, which set crmcli up to use it."""
    words = (str(crmcli), "sandbox", "serve", "--port", "0")
    server = subprocess.Popen(
        words, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        keys: dict[str, str] = {}
        while not {"CRMCLI_BASE_URL", "CRMCLI_SECURE_URL", "CRMCLI_PRIVATE_KEY", "CRMCLI_TOKEN"} <= keys.keys():
            line = server.stdout.readline()
            if not line:
                raise SystemExit("crmcli sandbox serve ended before it said where it is")
            name, _, value = line.removeprefix("export ").strip().partition("=")
            keys[name] = value.strip("'\"")
        yield keys
    finally:
        server.terminate()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


if __name__ == "__main__":
    sys.exit(main())
