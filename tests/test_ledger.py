"""Files that several threads of several processes change at once: nothing is lost, and nobody sees half of anything."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from crmcli import ledger
from crmcli.errors import BadConfig

SCHEMA = (("CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, total INTEGER NOT NULL)",),)
THREADS, TIMES, PROCESSES = 4, 40, 3
# Each reads and writes again, which counts right only where nobody else is between the two.
COUNT = f"""
import sys, threading
from pathlib import Path
from crmcli import ledger

def count():
    for _ in range({TIMES}):
        with ledger.changing(Path(sys.argv[1]), {SCHEMA!r}, what="The count") as db:
            found = db.execute("SELECT total FROM counts").fetchone()
            db.execute("INSERT OR REPLACE INTO counts VALUES ('x', ?)", ((found[0] if found else 0) + 1,))

threads = [threading.Thread(target=count) for _ in range({THREADS})]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_threads_of_several_processes(tmp_path: Path) -> None:
    """A thread that opened and closed the file would drop the locks of the others (fcntl(2))."""
    file = tmp_path / "new" / "count.db"
    children = [
        subprocess.Popen([sys.executable, "-c", COUNT, str(file)], stderr=-1, text=True) for _ in range(PROCESSES)
    ]
    assert [child.communicate(timeout=60)[1] for child in children] == [""] * PROCESSES
    with ledger.changing(file, SCHEMA, what="The count") as db:
        assert db.execute("SELECT total FROM counts").fetchone()["total"] == THREADS * TIMES * PROCESSES
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)


def test_what_raises_is_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "count.db"
    with pytest.raises(RuntimeError), ledger.changing(file, SCHEMA, what="The count") as db:
        db.execute("INSERT INTO counts VALUES ('x', 1)")
        raise RuntimeError
    with ledger.changing(file, SCHEMA, what="The count") as db:
        assert db.execute("SELECT * FROM counts").fetchall() == []


def test_a_file_in_use_and_one_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "count.db"
    with (
        ledger.changing(file, SCHEMA, what="The count"),
        pytest.raises(ledger.InUse, match="The count can't be used"),
        ledger.changing(file, SCHEMA, what="The count", alone=True),
    ):
        pass
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(BadConfig, match="The count can't be used"), ledger.changing(file, SCHEMA, what="The count"):
        pass
