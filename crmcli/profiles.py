"""The profile file: `profiles.toml`, mode 0600, read strictly and written whole or not at all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmcli import known, private
from crmcli.errors import BadConfig, BadUsage
from crmcli.paths import config_folder

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

NONE = "none"
"""What it is called where there is none, and the environment holds all keys."""

DEMO = "demo"
"""The built-in profile: the demo store on this machine."""

NO_PROFILE = "Set up your store with 'crmcli profiles add NAME', or try '-p demo', which needs no store."
"""What to do where there is no profile."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", re.ASCII)


def file() -> Path:
    """Where the profile file is, or would be."""
    return config_folder() / "profiles.toml"


def read() -> dict[str, Any]:
    """The file as it is: `default` and `profiles`; empty when there is none.

    Raises BadConfig when it can't be read, is not TOML, or when others than its owner may read it.
    """
    path = file()
    try:
        # Not waiting for a writer, should it be a pipe; it is refused by its kind below.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise BadConfig(f"{path} is no file.", hint="Move it away.")
            if os.name == "posix" and mode & 0o077:
                raise BadConfig(
                    f"{path} holds keys, and others can read it (mode {mode & 0o777:o}).",
                    hint=f"Run: chmod 600 '{path}'",
                )
            text = stream.read()
    except (FileNotFoundError, NotADirectoryError):  # HOME=/dev/null: there can be none
        return {"profiles": {}}
    except OSError as fault:
        raise BadConfig(f"{path} can't be read: {fault.strerror}.", hint="See who owns it, and its folder.") from None
    import tomllib

    try:
        return _checked(tomllib.loads(text.decode("utf-8-sig")), path)
    except ValueError as fault:  # not TOML, or not UTF-8
        # tomllib's message says where, never what: no key gets into it.
        raise BadConfig(f"{path} is not TOML: {fault}.", hint="Mend that line, or make the file anew.") from None


def chosen(name: str | None, *, needed: bool = True) -> tuple[str, dict[str, Any]]:
    """The name and the keys of a profile: the one named, else the file's default, else the only one.

    With no name and no file the keys are empty, since the environment may hold them all; `needed` is False when it
    does. Raises BadConfig.
    """
    found = read()
    profiles = found["profiles"]
    if name is None:
        name = found.get("default") or (next(iter(profiles)) if len(profiles) == 1 else None)
        if name is None:
            if profiles and needed:
                raise BadConfig(f"Which profile? There are {', '.join(profiles)}.", hint="Name one with -p.")
            return NONE, {}
    if name == DEMO:
        return DEMO, {}
    if name not in profiles:
        there_are = f"there are {', '.join(profiles)}" if profiles else "there is none yet"
        raise BadConfig(
            f"No profile is named {name!r}; {there_are}.",
            hint=f"Make it with 'crmcli profiles add {name}'; '-p demo' needs no profile.",
        )
    return name, profiles[name]


def check_new(name: str, *, replace: bool = False) -> None:
    """Whether a profile can be called that. Raises BadUsage, BadConfig for the file."""
    if not _NAME.match(name) or name == DEMO:
        raise BadUsage(
            f"A profile can't be named {name!r}.", hint="Letters, digits, '-', '_' and '.'; 'demo' is built in."
        )
    if name in read()["profiles"] and not replace:
        raise BadUsage(f"There is a profile {name!r} already.", hint="Remove it first, or add --replace.")


def check_there(name: str) -> None:
    """Whether the file has a profile. Raises BadConfig when it has not."""
    if name not in read()["profiles"]:
        raise BadConfig(f"No profile is named {name!r}.", hint="See 'crmcli profiles list'.")


def add(name: str, keys: dict[str, Any], *, replace: bool = False) -> None:
    """Write a profile; the first one becomes the default. Raises as `check_new`, and where the file can't be written."""
    check_new(name, replace=replace)

    def change(document: TOMLDocument) -> None:
        document.setdefault("default", name)
        profiles = document.setdefault("profiles", {})
        profiles[name] = keys

    _edit(change)
    known.forget(name)


def use(name: str) -> None:
    """Make a profile the default. Raises BadConfig when there is no such profile."""
    chosen(name)

    def change(document: TOMLDocument) -> None:
        document["default"] = name

    _edit(change)


def remove(name: str) -> None:
    """Take a profile out. Raises BadConfig when there is no such profile."""
    check_there(name)

    def change(document: TOMLDocument) -> None:
        del document["profiles"][name]
        if document.get("default") == name:
            del document["default"]

    _edit(change)
    known.forget(name)


def _checked(found: dict[str, Any], path: Path) -> dict[str, Any]:
    profiles = found.setdefault("profiles", {})
    unknown = set(found) - {"default", "profiles"}
    if unknown:
        raise BadConfig(
            f"{path}: {', '.join(sorted(unknown))} means nothing at its top.", hint="Profiles are [profiles.NAME]."
        )
    if not isinstance(profiles, dict) or not all(isinstance(keys, dict) for keys in profiles.values()):
        raise BadConfig(f"{path}: profiles are written as [profiles.NAME].")
    default = found.get("default")
    if default is not None and default != DEMO and default not in list(profiles):
        raise BadConfig(
            f"{path}: the default, {default!r}, is not among its profiles.", hint="Run: crmcli profiles use NAME"
        )
    return found


def _edit(change: Callable[[TOMLDocument], None]) -> None:
    """Change the file, keeping the user's comments and order. It is replaced whole, and never readable by others."""
    path = file().resolve()  # a link to a file elsewhere stays a link
    try:
        private.folder(path.parent)
        with _alone(path.parent):
            _replace(path, change)
    except OSError as fault:
        raise BadConfig(f"{path} can't be written: {fault.strerror}.") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One edit at a time, so that none overwrites another's; where the system has no such locks, on trust."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    private.file(folder / ".profiles.lock")
    with (folder / ".profiles.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(path: Path, change: Callable[[TOMLDocument], None]) -> None:
    import tempfile

    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8-sig")) if path.exists() else tomlkit.document()
    change(document)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".profiles-")
    private.only_mine(descriptor)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(tomlkit.dumps(document))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)  # it holds keys
        raise
