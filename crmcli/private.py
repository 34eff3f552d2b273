"""Files and folders for their owner alone, whatever the umask says. It does without pathlib, as `paths` does."""

from __future__ import annotations

import os

_ALL_WRITE, _STICKY = 0o002, 0o1000
_PIECE = 1 << 20


def folder(path: str | os.PathLike[str]) -> None:
    """Make a folder, and those above it that aren't there, for their owner alone. Raises OSError.

    One of ours that is there and that all may write to is closed to them: they could put another file in a file's place.
    """
    missing, at = [], os.fspath(path)
    while at and not os.path.lexists(at):
        missing.append(at)
        at = os.path.dirname(at)
    for each in reversed(missing):
        try:
            os.mkdir(each, 0o700)
        except FileExistsError:  # another process was quicker
            continue
        os.chmod(each, 0o700)  # an umask may take from the owner, too
    found = os.stat(path)
    is_open = found.st_mode & (_ALL_WRITE | _STICKY) == _ALL_WRITE
    if is_open and hasattr(os, "getuid") and found.st_uid == os.getuid():
        os.chmod(path, 0o700)


def file(path: str | os.PathLike[str]) -> None:
    """Make an empty file, and its folder, where it isn't there, also behind a link to what isn't there. Raises OSError."""
    folder(os.path.dirname(os.fspath(path)))
    if os.path.exists(path):
        return
    target = os.path.realpath(path)
    folder(os.path.dirname(target))
    try:
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:  # another process was quicker
        return
    try:
        only_mine(descriptor)
    finally:
        os.close(descriptor)


def only_mine(descriptor: int) -> None:
    """Have an open file be its owner's alone, whatever the umask took or left. Windows has no such modes."""
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, 0o600)


def overwrite(descriptor: int) -> None:
    """Write zeros over all of an open file, as far as the disk writes in place. Raises OSError."""
    left = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(descriptor, bytes(min(left, _PIECE)))
    os.fsync(descriptor)
