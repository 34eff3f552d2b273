"""What the store's departments, statuses and saved replies are called, kept from the last time they were listed.

So a table needs not ask for them anew each time, and a shell that completes a name needs no network. A file for each
list of each profile, mode 0600. It is a cache: whatever is wrong with it, it is as good as none. It does without pathlib, as
`paths` does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from crmcli import paths, private

KINDS = ("departments", "statuses", "replies")
FRESH = 3600.0
"""Seconds after which a table asks the store again."""


class Known:
    """What is known of one profile's store. `store` tells stores apart: a profile may be pointed at another one."""

    def __init__(self, profile: str, store: str) -> None:
        self._profile = profile
        self._store = store

    def fresh(self, kind: str) -> dict[int, str]:
        """Names by number, at most an hour old and from this very store; empty when there are none such."""
        path = _file(self._profile, kind)
        try:
            if path is None or not 0 <= time.time() - os.stat(path).st_mtime < FRESH:
                return {}
        except OSError:
            return {}
        store, names = _read(path)
        return names if store == self._store else {}

    def keep(self, kind: str, names: Mapping[int, str] | None) -> None:
        """Keep a list that was read whole; None says that it has changed, which makes what is kept too old for tables."""
        path = _file(self._profile, kind)
        if path is None:
            return
        import json
        import tempfile

        folder = os.path.dirname(path)
        try:
            if names is None:
                os.utime(path, (0, 0))
                return
            private.folder(paths.own("state"))  # also where others may write to one that is there
            private.folder(folder)
            descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{kind}-")
            private.only_mine(descriptor)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                json.dump({"store": self._store, "names": names}, stream)  # which makes texts of the numbers
            os.replace(temporary, path)
        except OSError:
            pass  # no cache, then: a full disk is no reason to fail a command that has done its work


def names(profile: str, kind: str) -> dict[int, str]:
    """Names by number as they were when last listed, however long ago; for completion."""
    path = _file(profile, kind)
    return _read(path)[1] if path else {}


def forget(profile: str) -> None:
    """Drop what is known of a profile's store: the profile is gone, or is another store now."""
    for kind in KINDS:
        path = _file(profile, kind)
        try:
            if path:
                os.unlink(path)
        except OSError:
            pass  # tables look at the store's address anyway


def _file(profile: str, kind: str) -> str | None:
    """None for a profile whose name, written by hand, is no file name."""
    plain = profile.replace("-", "").replace("_", "").replace(".", "")
    if kind not in KINDS or not (plain.isascii() and plain.isalnum()) or profile.startswith("."):
        return None
    return os.path.join(paths.own("state"), "names", profile, f"{kind}.json")


def _read(path: str) -> tuple[str, dict[int, str]]:
    import json

    try:
        with open(path, encoding="ascii") as stream:
            found = json.load(stream)
        return str(found["store"]), {int(number): str(name) for number, name in found["names"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", {}
