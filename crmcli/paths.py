"""Where the program keeps things: the profile file, its state, its data. Folders are made 0700 by whoever writes.

Nothing slow is imported before it is needed, pathlib (5 ms) and platformdirs (6 ms) included: a shell waits for completions.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # see __main__.py
if TYPE_CHECKING:
    from pathlib import Path

# XDG Base Directory Specification, "Environment variables".
_XDG = {"config": "~/.config", "state": "~/.local/state", "data": "~/.local/share"}


def config_folder() -> Path:
    """The folder of `profiles.toml`; `CRMCLI_CONFIG_DIR` moves it."""
    from pathlib import Path

    return Path(own("config"))


def state_folder() -> Path:
    """What the program remembers between runs: the rate limit's level, texts that could not be sent, names."""
    from pathlib import Path

    return Path(own("state"))


def data_folder() -> Path:
    """The user's data: the demo store."""
    from pathlib import Path

    return Path(own("data"))


def own(kind: str) -> str:
    """The program's folder for `config`, `state` or `data`, as text."""
    moved = os.environ.get("CRMCLI_CONFIG_DIR") if kind == "config" else None
    if moved:
        return os.path.expanduser(moved)
    if sys.platform == "linux":  # what platformdirs gives there
        return os.path.join(xdg(kind), "crmcli")
    import platformdirs

    folders = {
        "config": platformdirs.user_config_dir,
        "state": platformdirs.user_state_dir,
        "data": platformdirs.user_data_dir,
    }
    return folders[kind]("crmcli", appauthor=False)


def xdg(kind: str) -> str:
    """The user's folder for `config`, `state` or `data` by the XDG rules, which shells follow on every system."""
    moved = os.environ.get(f"XDG_{kind.upper()}_HOME", "").strip()
    return moved if os.path.isabs(moved) else os.path.expanduser(_XDG[kind])  # a relative one is to be ignored
