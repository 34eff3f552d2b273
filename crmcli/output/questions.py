"""What a person at the terminal is asked, and shown to be asked about: on standard error, harmless as all that is printed.

Not `typer.prompt`, which prints a question as it is, and leaves a blank on standard output when that is a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crmcli.errors import BadUsage, Interrupted
from crmcli.output import keyboard
from crmcli.output.hostile import one_line
from crmcli.output.streams import BOLD, Stream


class Questions:
    """Asks. `err` gives standard error as it is when something is asked."""

    def __init__(self, err: Callable[[], Stream]) -> None:
        self._err = err

    def ask(self, question: str, *, secret: bool = False, default: str | None = None) -> str:
        """The answer, without its line end; a `secret` is not shown while it is typed.

        `default` is what the Enter key alone means; without one the question is asked again. Raises Interrupted for Ctrl-C
        and Ctrl-D, and BadUsage for bytes that are no text.
        """
        from crmcli.output.view import INDENT, hanging  # as below

        shown = "\n".join(hanging("", one_line(question), self._err(), more=len(INDENT))) + " "
        try:
            while True:
                answer = self._secret(shown) if secret else self._line(shown)
                if answer or default is not None:
                    return answer or default or ""
        except UnicodeDecodeError as fault:
            raise BadUsage(f"What was typed is not text in the terminal's encoding ({fault.encoding}).") from None
        except (EOFError, KeyboardInterrupt):
            self._err().try_write("\n")
            raise Interrupted("Interrupted: nothing was sent.") from None

    def typed(self, question: str, word: str) -> bool:
        """Whether a person types a word as it is shown to them."""
        return one_line(self.ask(f"{question} Type {word} to confirm:")) == one_line(word)

    def list_(self, things: Sequence[tuple[str, str]], *, more: int) -> None:
        """Show what is about to be asked about, a line each: its name and what it is; `more` of them are not shown."""
        from crmcli.output.view import INDENT, hanging  # for this alone

        err = self._err()
        width = max(len(one_line(name)) for name, _ in things)
        lines = [
            line
            for name, said in things
            for line in hanging(f"{INDENT}{one_line(name).rjust(width)}{INDENT}", one_line(said), err)
        ]
        lines += [f"{INDENT}{err.encodable('…')} and {more:,} more"] if more > 0 else []
        err.try_write("".join(f"{line}\n" for line in lines))

    def preview(self, head: Mapping[str, str], text: str) -> None:
        """Show what is about to be sent, whole: a line for each fact of `head`, then its text."""
        from crmcli.output.view import fact, theirs  # for this alone

        err = self._err()
        width = max(map(len, head)) + 1
        facts = [fact(f"{name}:".ljust(width), one_line(said), err, name_style=BOLD) for name, said in head.items()]
        lines = [line for parts in facts for line in parts]
        err.try_write("\n".join(["", *lines, "", *theirs(text, err), "", ""]))

    def _line(self, shown: str) -> str:
        self._err().try_write(shown)
        with keyboard.opened() as keys:
            line = keys.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def _secret(self, shown: str) -> str:
        import getpass

        return getpass.getpass(self._err().encodable(shown))
