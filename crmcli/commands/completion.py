"""`crmcli completion`: what the Tab key does after `crmcli`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crmcli.options import noun, verb
from crmcli.state import State

app = noun("Completion: the Tab key in bash, zsh and fish.")


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@verb(app, "show", example="crmcli completion show fish")
def show(state: State, shell: Annotated[Shell, typer.Argument(help="The shell.")]) -> None:
    """Print a shell's completion script."""
    from crmcli.completion import install

    state.output.lines(install.script(shell).splitlines())


@verb(app, "install", example="crmcli completion install zsh")
def install_(
    state: State, shell: Annotated[Shell | None, typer.Argument(help="The shell; default: the one in SHELL.")] = None
) -> None:
    """Put a shell's completion script where that shell looks for it."""
    from crmcli.completion import install

    path, remains = install.install(shell or install.shell_in_use())
    state.output.note(f"Completion is in {path}. {remains}")
