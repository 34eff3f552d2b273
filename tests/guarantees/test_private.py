"""What is kept is its owner's alone, whatever the umask; and what was taken out of it is on the disk no more."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmcli.paths import state_folder
from crmcli.sandbox.objects import MESSAGE
from tests.conftest import Run, Sandbox
from tests.terminal import environment

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o177, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Whatever the umask is."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Each file and folder below, and the folder itself, that is not its owner's alone."""
    right = {True: 0o700, False: 0o600}
    every = [folder, *folder.rglob("*")]
    found = {str(path): stat.S_IMODE(path.stat().st_mode) for path in every}
    return {str(path): found[str(path)] for path in every if found[str(path)] != right[path.is_dir()]}


EVERYTHING = (
    ("tickets", "update", "4", "--subject", "X"),
    ("tickets", "delete", "3", "--yes"),
    ("messages", "create", "4", "--text", "Hello"),
    ("messages", "create", "4711", "--text", "Nobody reads this"),  # leaves a draft
    ("departments", "list"),
    ("tickets", "list", "--checkpoint", "nightly"),
)


@posix
def test_all_files_are_their_owners_alone(
    shop: Sandbox, run: Run, umask: int, home: Path, profile_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile_file.write_text(profile_file.read_text() + "rate_limit = { burst = 500, per_second = 100 }\n")
    for name in ("state", "data"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / "deep" / name))
    for words in EVERYTHING:
        assert run(*words).code == (5 if "4711" in words else 0)
    monkeypatch.setenv("CRMCLI_CONFIG_DIR", str(home / "deep" / "config" / "here"))
    new = ("--secure-url", "https://x.example.com", "--private-key-command", "x", "--token-command", "x")
    assert run("profiles", "add", "other", *new).code == 0
    assert run("-p", "demo", "tickets", "list").code == 0
    made = {path.name for path in (home / "deep").rglob("*")}
    assert {
        "trash.db",
        "outbox.db",
        "runs.db",
        "claims.db",
        "rate.db",
        "drafts",
        "names",
        "profiles.toml",
        "sandbox.db",
    } <= made
    assert modes(home / "deep") == {}


@posix
@pytest.mark.parametrize("name", ["trash.db", "outbox.db", "runs.db", "claims.db"])
def test_what_a_link_leads_to_is_private_too(shop: Sandbox, run: Run, umask: int, home: Path, name: str) -> None:
    state_folder().mkdir(parents=True, mode=0o700)
    state_folder().chmod(0o700)
    (home / "elsewhere").mkdir(mode=0o700)
    (home / "elsewhere").chmod(0o700)
    (state_folder() / name).symlink_to(home / "elsewhere" / "target.db")
    assert run("tickets", "delete", "3", "--yes").code == 0
    assert run("messages", "create", "4", "--text", "Hello").code == 0
    assert (state_folder() / name).is_symlink()
    assert (home / "elsewhere" / "target.db").stat().st_size
    assert modes(home / "elsewhere") == {}
    assert run("trash", "purge", "--all", "--yes").code == 0


@posix
def test_a_state_folder_that_all_may_write_to_is_closed(shop: Sandbox, run: Run) -> None:
    state_folder().mkdir(parents=True)
    state_folder().chmod(0o777)
    assert run("tickets", "delete", "3", "--yes").code == 0
    assert stat.S_IMODE(state_folder().stat().st_mode) == 0o700


SECRET = "word{:03}secret"


def fill(shop: Sandbox, ticket: int, first: int, *, words: int = 20) -> list[bytes]:
    """Have words in a ticket's thread that are nowhere else."""
    for at in range(first, first + words):
        shop.store.insert(MESSAGE, {"Message": f"{SECRET.format(at)} " * (1 + at % 7 * 40)}, parent=ticket)
    return [SECRET.format(at).encode() for at in range(first, first + words)]


def held(folder: Path) -> bytes:
    """All bytes of all files."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_is_purged_is_in_no_file(shop: Sandbox, run: Run) -> None:
    gone = [word for at, ticket in enumerate((4, 5, 6, 7)) for word in fill(shop, ticket, 20 * at)]
    stays = fill(shop, 8, 900)
    assert run("tickets", "delete", "4", "5", "6", "7", "8", "--yes").code == 0
    assert all(word in held(state_folder()) for word in [*gone, *stays])
    assert run("trash", "purge", "1", "2", "--yes").code == 0
    assert run("trash", "purge", "3", "4", "--yes").code == 0
    left = held(state_folder())
    assert [word for word in gone if word in left] == []
    assert all(word in left for word in stays)
    assert len(run("trash", "list", "--json").json) == 1


def test_a_purge_that_is_killed_loses_nothing_else(shop: Sandbox, run: Run) -> None:
    """A process dies with the journal open: the next one takes back what it had begun, and the journal goes with the rest."""
    gone, stays = fill(shop, 4, 0), fill(shop, 5, 900)
    assert run("tickets", "delete", "4", "5", "--yes").code == 0
    dies = (
        "import os, signal\nfrom pathlib import Path\nfrom crmcli.trash import Trash\n"
        f"with Trash(Path({str(state_folder() / 'trash.db')!r}))._change() as db:\n"
        "    db.execute('PRAGMA cache_size = 1')\n"
        "    db.execute('UPDATE entries SET object = object || 1')\n"
        "    db.execute('DELETE FROM entries')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    child = subprocess.run([sys.executable, "-c", dies], env={**environment(), "PYTHONPATH": str(Path.cwd())})  # noqa: PLW1510
    assert child.returncode == -signal.SIGKILL
    assert (state_folder() / "trash.db-journal").read_bytes()[:1] != b"\0", "it is hot"
    assert len(run("trash", "list", "--json").json) == 2
    assert run("trash", "purge", "1", "--yes").code == 0
    left = held(state_folder())
    assert [word for word in gone if word in left] == []
    assert all(word in left for word in stays)


@pytest.mark.long
@pytest.mark.skipif(
    not shutil.which("mkfs.ext4") or not hasattr(os, "getuid") or os.getuid() != 0, reason="a disk image"
)
def test_what_is_purged_is_not_on_the_disk(
    shop: Sandbox, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the image of a disk with ext4 on it, its free blocks included."""
    image, mount = tmp_path / "disk.img", tmp_path / "mount"
    mount.mkdir()
    with image.open("wb") as stream:
        stream.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    if subprocess.run(["mount", "-o", "loop", str(image), str(mount)], check=False).returncode:
        pytest.skip("no image can be mounted here")
    try:
        monkeypatch.setenv("XDG_STATE_HOME", str(mount / "state"))
        gone = [word for at, ticket in enumerate((4, 5, 6, 7)) for word in fill(shop, ticket, 100 * at, words=100)]
        stays = fill(shop, 8, 900)
        for ticket in ("4", "5", "6", "7", "8"):
            assert run("tickets", "delete", ticket, "--yes").code == 0
        for entry in ("1", "2", "3", "4"):
            assert run("trash", "purge", entry, "--yes").code == 0
        sent = [SECRET.format(at) for at in range(500, 600)]
        shop.fault("status=400,method=POST,times=1")
        assert run("messages", "create", "1", "--text", " ".join(sent)).code == 6
        assert run("outbox", "forget", "1", "--yes").code == 0
        gone += [word.encode() for word in sent]
    finally:
        subprocess.run(["umount", str(mount)], check=True)
    left = image.read_bytes()
    found = [word for word in gone if word in left]
    print(f"\n{len(gone)} words purged or forgotten: {len(found)} left in the disk's image")
    assert found == []
    assert all(word in left for word in stays)


def test_a_text_that_is_forgotten_is_in_no_file(shop: Sandbox, run: Run) -> None:
    text = "The only place where it stands. " * 200
    piece = b"The only place where it stands."
    shop.fault("status=400,method=POST,times=1")
    assert run("messages", "create", "1", "--text", text).code == 6
    assert run("messages", "create", "4", "--text", "Another text").code == 0
    assert piece in held(state_folder())
    result = run("outbox", "forget", "1", "--yes")
    assert (result.code, "still in" in result.err) == (0, False), result.err
    assert piece not in held(state_folder())
    assert b"Another text" in held(state_folder())
    assert run("drafts", "list", "--json").json == []
    assert run("runs", "resume", "1", "--failed").code == 2, "nothing is sent without its text"
    assert len(shop.store.mailbox()) == 1
    assert run("runs", "show", "1", "--json").json[0]["reason"] == "its text was forgotten"


def test_where_a_text_is_still_kept_is_told(shop: Sandbox, run: Run) -> None:
    shop.fault("status=400,method=POST")
    assert run("messages", "create", "1", "4", "--text", "Twice the same").code != 0
    result = run("outbox", "forget", "1", "--yes")
    assert result.code == 0
    assert "The same text is still in entry 2 of the outbox, run 1 (crmcli runs show 1)." in result.err
