"""A secret that a program prints: a password manager, say."""

from __future__ import annotations

import os
import shlex
import threading
import time
from typing import IO, TYPE_CHECKING

from crmcli.errors import BadConfig

if TYPE_CHECKING:
    import subprocess

SECONDS = 60.0
"""How long it may take: it may ask for a passphrase in a window of its own."""
_SHOWN = 5
_MOST = 65_536
"""Bytes: no secret has as many."""
_STEP, _REST = 0.01, 0.2
"""Seconds: between two looks, and until what was printed before the end is read."""


def secret(command: object, *, name: str) -> str:
    """The first line that a command prints; `name` is what the profile calls it. Raises BadConfig, with what it complains of.

    A text goes through the system's shell, as what git's credential helpers are told does, so a pipe in it is a pipe; a list
    of words is run as it is. Of what it prints on standard output nothing is ever quoted: it may be the secret.
    """
    words = _words(command)
    if not words:
        raise BadConfig(f"{name}: a command line is needed.")
    program = _program(words)
    code, out, err = _run(words, f"{name}: {program}")
    lines = _lines(out)
    if code:
        raise _failed(f"{name}: {program} ended with code {code}.", err, lines)
    if lines is None:
        raise BadConfig(f"{name}: {program} printed something that is not text.")
    if not lines:
        raise _failed(f"{name}: {program} printed nothing, and a text is needed.", err, lines)
    return lines[0]


class _Heard(threading.Thread):
    """What is printed into a pipe, up to `_MOST` bytes of it. It is left alone where somebody keeps the pipe open."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self.raw = b""
        self.start()

    def run(self) -> None:
        """Hear it to its end."""
        with self._pipe as pipe:
            while len(self.raw) <= _MOST and (more := os.read(pipe.fileno(), _MOST)):
                self.raw += more

    @property
    def is_endless(self) -> bool:
        """Whether there is more of it than any secret has."""
        return len(self.raw) > _MOST


def _run(words: str | list[str], what: str) -> tuple[int, bytes, bytes]:
    """The exit code of a command, and what it had printed when it ended. Raises BadConfig.

    What it has begun may go on, and keep its output open: that is waited for only while nothing was printed.
    """
    import subprocess  # for this alone

    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own profile names it
            words,
            shell=isinstance(words, str),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
    except OSError as fault:
        raise BadConfig(f"{what}: {fault.strerror}.") from None
    except ValueError:  # a NUL in the command
        raise BadConfig(f"{what} can't be run.") from None
    out, err = (_Heard(pipe) for pipe in (process.stdout, process.stderr) if pipe)
    try:
        is_over = _ended(process, out)
    finally:
        if process.poll() is None:
            process.kill()  # what it has begun may go on: nobody waits for that
            process.wait()
    if out.is_endless:
        raise BadConfig(f"{what} printed more than {_MOST:,} bytes, and a line is needed.")
    if not is_over:
        raise BadConfig(f"{what} {'did not end' if out.raw else 'printed nothing'} within {SECONDS:g} seconds.")
    err.join(_REST)
    return process.returncode, out.raw, err.raw


def _ended(process: subprocess.Popen[bytes], out: _Heard) -> bool:
    """Wait until a command has ended, and something was printed or nothing can be; whether that was so in time."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and not out.is_endless:
        if process.poll() is None:
            time.sleep(_STEP)
            continue
        out.join(_REST)
        if out.raw or not out.is_alive():
            return True
    return False


def _words(command: object) -> str | list[str]:
    """A command line, or words; empty for what is neither."""
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        return command
    return command if isinstance(command, str) and command.strip() else ""


def _program(words: str | list[str]) -> str:
    if isinstance(words, list):
        return words[0]
    try:
        return shlex.split(words)[0]
    except (ValueError, IndexError):  # a quotation that doesn't end
        return words.split()[0]


def _lines(raw: bytes) -> list[str] | None:
    """The lines that aren't blank; None for what is no text."""
    try:
        return [line.strip() for line in raw.decode("utf-8-sig").split("\n") if line.strip()]
    except UnicodeDecodeError:
        return None


def _failed(said: str, err: bytes, printed: list[str] | None) -> BadConfig:
    told = [line for line in err.decode(errors="replace").splitlines() if line.strip()][:_SHOWN]
    for secret_ in printed or ():
        told = [line.replace(secret_, "…") for line in told]
    return BadConfig(said, details=told, hint="Run the command by itself to see what it says.")
