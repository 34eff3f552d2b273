"""The way in and the only way out: `main` runs a command line and turns whatever happened into an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence

from crmcli import __version__

TYPE_CHECKING = False  # typing itself would take longer to import than `--version` takes to answer
if TYPE_CHECKING:
    from typing import NoReturn, TextIO

    from crmcli.errors import CrmError


def program() -> NoReturn:
    """The process `crmcli`: runs its command line and ends with the exit code.

    At once, as mypy does (its `hard_exit`): for Python to take apart all that was imported would be a sixth of the time
    of a `tickets get`. Whatever is to last is on disk by then, each file and connection was closed where it was opened,
    and every thread is a daemon: nobody waits for it in either way.
    """
    sys.stdout, sys.stderr = _buffered(sys.stdout), _buffered(sys.stderr)
    os._exit(main())


def _buffered(file: TextIO) -> TextIO:
    """A standard stream with a buffer, which writes all that it is given or raises OSError.

    Under PYTHONUNBUFFERED, usual in containers, Python leaves it out, and nobody looks how much of a text a disk that is
    nearly full took, or a pipe that doesn't block: the rest would be lost without a word.
    """
    raw = getattr(file, "buffer", None)
    if not isinstance(raw, io.RawIOBase):
        return file
    return io.TextIOWrapper(io.BufferedWriter(raw), file.encoding, file.errors, line_buffering=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (by default the process's own); returns the exit code of `crmcli/exits.py`.

    Never raises: a fault of ours is told in a line too.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        if argv == ["--version"]:  # answered before Typer is imported, which takes four times as long as the rest
            _say(f"crmcli {__version__}\n")
        elif argv[:1] == ["--complete"]:
            from crmcli.completion.answer import answer

            _say(answer(argv[1:]))
        else:
            from crmcli import interrupts

            interrupts.begin()
            _run(argv)
            _say("")
    except BrokenPipeError:
        return 0  # the reader has seen enough (`| head`); what was not printed was only shown: nothing is lost
    except (Exception, KeyboardInterrupt) as fault:
        return _fail(fault, argv)
    return 0


def _run(argv: Sequence[str]) -> None:
    import gc

    # Neither what is imported nor what the store sends has cycles to be found, and looking for them takes its time of both.
    gc.set_threshold(5_000)
    import typer

    from crmcli import errors
    from crmcli.app import build

    for word in argv:
        if not _is_text(word):
            raise errors.BadUsage(f"{word!r} is not text in the terminal's encoding ({sys.getfilesystemencoding()}).")
    try:
        # Not by calling the app itself: that would make an exit code of a closed pipe and of Ctrl-C.
        with typer.main.get_command(build(argv)).make_context("crmcli", list(argv)) as root:
            root.command.invoke(root)
    except typer.Exit:  # --help has been printed
        return
    except typer.TyperException as fault:
        from crmcli import wording

        raise wording.wrong(fault.format_message(), getattr(fault, "ctx", None)) from None


def _is_text(word: str) -> bool:
    """Whether an argument is text: bytes that could not be decoded are lone surrogates in it (PEP 383)."""
    return not any("\ud800" <= character <= "\udfff" for character in word)


def _fail(fault: BaseException, argv: Sequence[str]) -> int:
    """Tell what ended a run; returns the exit code."""
    from crmcli import interrupts

    interrupts.ends()
    failure = _told(fault)
    code = interrupts.over(failure)
    from crmcli.output.sink import Output

    Output(format=_json_format(argv), profile=failure.profile).error(failure)
    return code


def _json_format(argv: Sequence[str]) -> str | None:
    """The JSON format that a command line asks for, if any: an error may come before the options were understood."""
    for word, following in zip(argv, [*argv, ""][1:], strict=True):
        if word == "--json":
            return "json"
        for asked in ("json", "jsonl"):
            if word in (f"--output={asked}", f"-o{asked}") or (word in ("-o", "--output") and following == asked):
                return asked
    return None


def _told(fault: BaseException) -> CrmError:
    """What to tell of whatever ended a run."""
    from crmcli import errors, interrupts

    if isinstance(fault, errors.CrmError):
        return fault
    if isinstance(fault, KeyboardInterrupt) or interrupts.is_asked():  # some code makes another fault of an interrupt
        return errors.Interrupted("Interrupted.")
    if isinstance(fault, OSError):
        return errors.StoreFailed(f"It can't be written or read here: {fault}.", hint="See where the output goes.")
    frame = fault.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "somewhere"  # noqa: PTH119
    # Not the fault's own text: it may quote a key, or what a stranger wrote.
    return errors.StoreFailed(
        f"crmcli itself failed ({type(fault).__name__} at {where}).",
        hint="This is a bug of crmcli: please report that line.",
    )


def _say(text: str) -> None:
    """Print, and flush what was printed before. Raises OSError."""
    if sys.stdout is not None:
        sys.stdout.write(text)
        sys.stdout.flush()
    elif text:
        raise OSError(errno.EBADF, "standard output is closed")


if __name__ == "__main__":
    program()
