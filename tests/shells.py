"""A person at a real shell: bash, zsh or fish on a pseudo-terminal, with this checkout's completion script loaded."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from .terminal import PATIENCE, ROOT, environment

SCRIPTS = ROOT / "completions"
PROMPT = "ready> "

# `args` shows what a command line came to once the shell had read it: every word in <>.
_SETUP = {
    "bash": """
PS1='{prompt}'
bind 'set bell-style none' 'set show-all-if-ambiguous on' 'set enable-bracketed-paste off' 'set page-completions off'
args() {{ printf '<%s>' "$@"; printf '=%s=' end; }}
source {scripts}/crmcli.bash
""",
    "zsh": """
PS1='{prompt}' LISTMAX=1000
unsetopt beep prompt_sp zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste
bindkey -e
args() {{ printf '<%s>' "$@"; printf '=%s=' end }}
fpath=({scripts} $fpath)
autoload -U compinit && compinit -u -D
""",
    "fish": """
function fish_prompt; printf '{prompt}'; end
set -g fish_greeting ''
set -g fish_autosuggestion_enabled 0
function args; printf '<%s>' $argv; printf '=%s=' end; end
source {scripts}/crmcli.fish
""",
}
_START = {
    "bash": ("bash", "--noprofile", "--rcfile", "{setup}", "-i"),
    "zsh": ("zsh", "-d", "-i"),  # reads $ZDOTDIR/.zshrc
    "fish": ("fish", "--no-config", "--init-command", "source {setup}", "-i"),
}


class Shell:
    """A shell at work in `folder`; use it as a context, which ends it. `crmcli` is a program on its PATH."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        setup = folder / ".zshrc"
        setup.write_text(_SETUP[name].format(prompt=PROMPT, scripts=SCRIPTS))
        program = folder / "bin" / "crmcli"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m crmcli \"$@\"\n")
        program.chmod(0o700)
        self.screen = ""
        self._ours, self._theirs = pty.openpty()
        words = [word.format(setup=setup) for word in _START[name]]
        self._process = subprocess.Popen(
            ["sh", "-c", 'stty rows 60 cols 200 <"$0"; exec "$@" <>"$0" >&0 2>&0', os.ttyname(self._theirs), *words],
            cwd=folder,
            env=environment()
            | {"PATH": f"{program.parent}:{os.environ['PATH']}", "ZDOTDIR": str(folder), "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        self._sees(PROMPT)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def words(self, line: str) -> list[str]:
        """The words that a line, `\\t` being the Tab key, has come to when Enter is pressed."""
        self.screen = ""
        os.write(self._ours, f"{line}\x01args \n".encode())  # Ctrl-A: to the start of the line
        self._sees("=end=")
        found, _, rest = self.screen.partition("=end=")
        self.screen = rest
        self._sees(PROMPT)
        return found[found.rindex("<crmcli>") + 1 : -1].split("><")

    def shown(self, line: str, *, until: str) -> str:
        """What is on the screen after a line was typed, once `until` is; then the line is dropped."""
        self.screen = ""
        os.write(self._ours, line.encode())
        self._sees(until)
        while self._read(0.2):
            pass
        shown, self.screen = self.screen, ""
        os.write(self._ours, b"\x03")
        self._read(0.5)
        os.write(self._ours, b"args\n")  # fish 4 prints no new prompt for a line that was dropped
        self._sees("=end=")
        self._sees(PROMPT)
        return shown

    def _sees(self, text: str) -> None:
        until = time.monotonic() + PATIENCE
        while text not in self.screen:
            assert time.monotonic() < until, f"{text!r} never came: {self.screen!r}"
            self._read(0.1)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        self.screen += os.read(self._ours, 65536).decode(errors="replace")
        return True
