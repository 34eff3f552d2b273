"""The way in and the only way out: `main` runs a command line and turns whatever happened into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from crmcli import __version__

TYPE_CHECKING = False  # typing itself would take longer to import than `--version` takes to answer
if TYPE_CHECKING:
    from crmcli.errors import CrmError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (by default the process's own); returns the exit code of `crmcli/exits.py`.

    Never raises: a fault of ours is told in a line too.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    if argv == ["--version"]:  # answered before Typer is imported, which takes four times as long as the rest
        return _say(f"crmcli {__version__}\n")
    if argv[:1] == ["--complete"]:
        from crmcli.completion.answer import answer

        return _say(answer(argv[1:]))
    from crmcli import errors

    try:
        _end_as_by_ctrl_c()
        _run(argv)
        return 0 if sys.stdout is None else _say("")
    except BrokenPipeError:
        # The reader has seen enough (`| head`). What was not printed was only shown: nothing is lost.
        return _abandon_stdout()
    except errors.CrmError as failure:
        return _fail(failure, argv)
    except OSError as fault:
        return _fail(
            errors.StoreFailed(f"It can't be written or read here: {fault}.", hint="See where the output goes."), argv
        )
    except KeyboardInterrupt:
        return _fail(errors.Interrupted("Interrupted."), argv)
    except Exception as fault:
        return _fail(_our_fault(fault), argv)


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


def _end_as_by_ctrl_c() -> None:
    """Have SIGTERM and SIGHUP end the program as Ctrl-C does: with what was done told, and nothing typed lost."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)


def _fail(failure: CrmError, argv: Sequence[str]) -> int:
    from crmcli.exits import exit_row
    from crmcli.output.sink import Output

    Output(format=_json_format(argv), profile=failure.profile).error(failure)
    _abandon_stdout()
    return exit_row(failure).code


def _json_format(argv: Sequence[str]) -> str | None:
    """The JSON format that a command line asks for, if any: an error may come before the options were understood."""
    for word, following in zip(argv, [*argv, ""][1:], strict=True):
        if word == "--json":
            return "json"
        for asked in ("json", "jsonl"):
            if word in (f"--output={asked}", f"-o{asked}") or (word in ("-o", "--output") and following == asked):
                return asked
    return None


def _our_fault(fault: Exception) -> CrmError:
    from crmcli import errors

    frame = fault.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "somewhere"  # noqa: PTH119
    # Not the fault's own text: it may quote a key, or what a stranger wrote.
    return errors.StoreFailed(
        f"crmcli itself failed ({type(fault).__name__} at {where}).",
        hint="This is a bug of crmcli: please report that line.",
    )


def _say(text: str) -> int:
    """Print and flush; a reader that has gone is no failure."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        return _abandon_stdout()
    return 0


def _abandon_stdout() -> int:
    """Have Python's own flush at exit go nowhere, so that it neither complains nor changes the exit code."""
    try:
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
        os.close(devnull)
    return 0


if __name__ == "__main__":
    sys.exit(main())
