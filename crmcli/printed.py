"""A secret that a program prints: a password manager, say."""

from __future__ import annotations

import shlex

from crmcli.errors import BadConfig

SECONDS = 60.0
"""How long it may take: it may ask for a passphrase in a window of its own."""
_SHOWN = 5


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


def _run(words: str | list[str], what: str) -> tuple[int, bytes, bytes]:
    """The exit code of a command, and what it printed. Raises BadConfig."""
    import subprocess  # for this alone

    try:
        with subprocess.Popen(  # noqa: S603 - the user's own profile names it
            words,
            shell=isinstance(words, str),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                out, err = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()  # what it has begun may go on: nobody waits for that
                raise BadConfig(f"{what} printed nothing within {SECONDS:g} seconds.") from None
    except OSError as fault:
        raise BadConfig(f"{what}: {fault.strerror}.") from None
    except ValueError:  # a NUL in the command
        raise BadConfig(f"{what} can't be run.") from None
    return process.returncode, out, err


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
