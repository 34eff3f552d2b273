"""`crmcli --complete KIND [WORD] [-p PROFILE]`: the names that a word may become, for the scripts in `completions/`.

A person waits for this with a finger on the Tab key, so it reads files and imports nothing else: no Typer (30 ms), not even
tomllib (12 ms) or pathlib (5 ms). It never asks the store and never fails: where it knows nothing, it says nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence


def answer(words: Sequence[str]) -> str:
    """The candidates, a line each: what may stand on a command line, and after a TAB what tells it apart, if anything.

    `words` are those after --complete. A candidate is not quoted: that is for each shell to do in its own way, but it
    holds no control characters. WORD is matched as the program does it, whatever the case; without one all are given.
    """
    kind, word, profile = "", "", ""
    try:
        rest = list(words)
        if "-p" in rest:
            at = rest.index("-p")
            profile = rest[at + 1]
            del rest[at : at + 2]
        kind, word = (*rest, "", "")[:2]
        found = _profiles() if kind == "profiles" else _names(profile, kind)
        lines = [
            f"{candidate}\t{about}\n" if about else f"{candidate}\n"
            for candidate, about in found
            if candidate.casefold().startswith(word.casefold())
        ]
    except Exception:
        return ""  # an error in the midst of a line that somebody is typing helps nobody
    return "".join(lines)


def _names(profile: str, kind: str) -> Iterator[tuple[str, str]]:
    from crmcli import known

    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    names = known.names(profile or _profile_in_force(), kind)
    folded = [name.strip().casefold() for name in names.values()]
    for number, name in names.items():
        shown = (
            "".join(char if char.isprintable() else " " for char in name).encode(encoding, "replace").decode(encoding)
        )
        plain = name and shown == name.strip() and not name.startswith(("-", "@")) and not name.isdecimal()
        if plain and folded.count(name.casefold()) == 1:
            yield name, ""
        else:  # it would be taken for something else, or for nothing: its number always works
            yield str(number), shown


def _profiles() -> Iterable[tuple[str, str]]:
    yield "demo", "the demo store on this machine"
    yield from _profile_file()[1].items()


def _profile_in_force() -> str:
    """As `settings.load` has it: the environment's, the file's default, the only one; "none" where the environment is all."""
    default, names = _profile_file()
    return os.environ.get("CRMCLI_PROFILE") or default or (next(iter(names)) if len(names) == 1 else "none")


def _profile_file() -> tuple[str, dict[str, str]]:
    """The default, and the profiles with their addresses, by the lines of the file that `profiles add` writes.

    Somebody's own TOML may say the same otherwise (`profiles.main.token = …`): that completes nothing.
    """
    from crmcli import paths

    default, names, section = "", dict[str, str](), ""
    try:
        with open(os.path.join(paths.own("config"), "profiles.toml"), encoding="utf-8") as stream:
            text = stream.read()
    except FileNotFoundError:
        return default, names
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition("="))
        if line.startswith("["):
            section = line.partition("]")[0].removeprefix("[profiles.")
            is_inner = "." in section and section[0] not in "\"'"  # [profiles.main.rate_limit]
            section = section.strip("\"'")
            if section[:1].isalnum() and section.isprintable() and not is_inner:
                names[section] = ""
        elif not section and key == "default":
            default = value.partition("#")[0].strip().strip("\"'")
        elif key == "secure_url" and section in names and value.isprintable():
            names[section] = value.partition("#")[0].strip().strip("\"'")
    return default, names
