"""The completion scripts as files: where they ship, and where each shell looks for one."""

from __future__ import annotations

import os
from pathlib import Path

from crmcli import errors, paths
from crmcli.completion.tables import SCRIPTS

# In a wheel they are beside this file, in a checkout in `completions/`.
_SHIPPED = (Path(__file__).with_name("scripts"), Path(__file__).parents[2] / "completions")


def script(shell: str) -> str:
    """The script for one of `SCRIPTS`."""
    shipped = (folder / SCRIPTS[shell] for folder in _SHIPPED)
    return next(path for path in shipped if path.exists()).read_text("utf-8")


def shell_in_use() -> str:
    """The person's login shell, by `SHELL` (POSIX, "Environment Variables"). Raises BadUsage when it is none of `SCRIPTS`."""
    shell = os.path.basename(os.environ.get("SHELL", ""))  # noqa: PTH119 - a text is looked for in a text
    if shell not in SCRIPTS:
        raise errors.BadUsage(f"Which shell? SHELL is {shell!r}.", hint=f"Name one: {', '.join(SCRIPTS)}.")
    return shell


def install(shell: str) -> tuple[Path, str]:
    """Write a script where its shell looks for it; returns where that is, and what remains to be done. Raises BadConfig.

    The places: bash-completion's README ("Where should I put it"), zshcompsys(1), and fish's "Writing your own completions".
    """
    data, config = Path(paths.xdg("data")), Path(paths.xdg("config"))
    bash = Path(os.environ.get("BASH_COMPLETION_USER_DIR") or data / "bash-completion")
    path = {
        "bash": bash / "completions" / "crmcli",
        "zsh": data / "zsh" / "site-functions" / "_crmcli",
        "fish": config / "fish" / "completions" / "crmcli.fish",
    }[shell]
    remains = {
        "bash": f"Open a new shell. Where bash-completion is not installed, add to ~/.bashrc: source '{path}'",
        "zsh": f"Add to ~/.zshrc, before compinit is called: fpath=('{path.parent}' $fpath)",
        "fish": "Open a new shell.",
    }[shell]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script(shell), "utf-8")
    except OSError as fault:
        raise errors.BadConfig(f"{path} can't be written: {fault.strerror}.", hint="See who owns its folder.") from None
    return path, remains
