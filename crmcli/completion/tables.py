"""The part of each completion script that is made from the commands, in that shell's own language.

What is the same whatever the commands are is written by hand in the scripts, around a marked block; `made` fills the block.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator

from crmcli.completion.tree import NAMED, Flag, Tree

SCRIPTS = {"bash": "crmcli.bash", "zsh": "_crmcli", "fish": "crmcli.fish"}
"""The shells, and what their scripts are called in `completions/`."""

_OPENING = "# <made by `python -m tests.regenerate`>\n"
_CLOSING = "# </made>\n"


def made(script: str, shell: str, tree: Tree) -> str:
    """The text of a script with its block made anew. Raises ValueError for a script without one."""
    before, opening, rest = script.partition(_OPENING)
    _, closing, after = rest.partition(_CLOSING)
    if not opening or not closing:
        raise ValueError(f"the script for {shell} has no marked block")
    block = "".join(f"{line}\n" for line in _TABLES[shell](tree))
    return f"{before}{opening}{block}{closing}{after}"


def _bash(tree: Tree) -> Iterator[str]:
    """`_crmcli_at WORDS` sets what may follow a command: `--flag` takes nothing, `--flag=kind` a value of that kind."""

    def flags(some: tuple[Flag, ...]) -> str:
        return " ".join(name if flag.takes is None else f"{name}={flag.takes}" for flag in some for name in flag.names)

    yield "_crmcli_at() {"
    yield f"    flags='{flags(tree.shared)}' words='' kind=''"
    yield "    case $1 in"
    for command in tree.root.all():
        words, kind = " ".join(below.name for below in command.below), (*command.arguments, "")[0]
        own = flags(command.flags)
        sets = [
            *([f"words='{words}'"] if words else []),
            *([f"kind='{kind}'"] if kind else []),
            *([f'flags="$flags {own}"'] if own else []),
        ]
        if sets:
            yield f"    '{command.words}') {' '.join(sets)} ;;"
    yield "    esac"
    yield "}"


def _zsh(tree: Tree) -> Iterator[str]:
    """`_crmcli_at WORDS` sets `shared`, `own` and `below`: specifications as `_arguments` and `_describe` want them."""
    yield "_crmcli_at() {"
    yield "    shared=("
    yield from (f"        {spec}" for spec in _zsh_flags(tree.shared))
    yield "    )"
    yield "    own=() below=()"
    yield "    case $1 in"
    for command in tree.root.all():
        yield f"    {shlex.quote(command.words)})"
        arguments = [_zsh_value(kind) for kind in command.arguments]
        if command.many:
            arguments[-1] = f"*{arguments[-1]}"
        lists = {
            "own": [*_zsh_flags(command.flags), *map(shlex.quote, arguments)],
            "below": [shlex.quote(f"{below.name}:{below.about}") for below in command.below],
        }
        for name, lines in lists.items():
            if lines:
                yield f"        {name}=("
                yield from (f"            {line}" for line in lines)
                yield "        )"
        yield "        ;;"
    yield "    esac"
    yield "}"


def _zsh_flags(flags: tuple[Flag, ...]) -> Iterator[str]:
    for flag in flags:
        about = "".join(f"\\{char}" if char in "[]:\\" else char for char in flag.about)
        before = "*" if flag.many else f"({' '.join(flag.names)})" if len(flag.names) > 1 else ""
        for name in flag.names:
            joint = "=" if name.startswith("--") else "+"
            value = "" if flag.takes is None else _zsh_value(flag.takes)
            yield shlex.quote(f"{before}{name}{joint if value else ''}[{about}]{value}")


def _zsh_value(kind: str) -> str:
    if kind in NAMED:
        return f":{kind}: _crmcli_names {kind}"
    # Nothing to choose from is said with ( ): a bare blank would keep _arguments from offering flags there.
    others = {"": ":value:( )", "files": ":file:_files", "@files": ":text: _crmcli_text"}
    return others.get(kind, f":choice:({kind.replace('|', ' ')})")


def _fish(tree: Tree) -> Iterator[str]:
    """A `complete` for each word and flag; `__crmcli_at WORDS` says whether the line has come as far as that command."""

    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def values(kind: str) -> str:
        if kind in NAMED:
            return f" -x -a '(__crmcli_names {kind})'"
        return {"": " -x", "files": " -r -F", "@files": " -x -a '(__crmcli_text)'"}.get(
            kind, f" -x -a {quoted(kind.replace('|', ' '))}"
        )

    def flag_line(flag: Flag, where: str) -> str:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names)
        return f"complete -c crmcli{where} {names}{'' if flag.takes is None else values(flag.takes)} -d {quoted(flag.about)}"

    valued = [name for flag in tree.shared if flag.takes is not None for name in flag.names]
    yield f"set -g __crmcli_valued {' '.join(valued)}"
    yield f"set -g __crmcli_commands {' '.join(quoted(each.words) for each in tree.root.all() if each.words)}"
    yield from (flag_line(flag, "") for flag in tree.shared)
    for command in tree.root.all():
        where = f" -n '__crmcli_at {command.words}'" if command.words else " -n __crmcli_at"
        for below in command.below:
            yield f"complete -c crmcli{where} -a {below.name} -d {quoted(below.about)}"
        yield from (flag_line(flag, where) for flag in command.flags)
        kind = (*command.arguments, "")[0]
        if kind:
            yield f"complete -c crmcli{where}{values(kind)}"


_TABLES: dict[str, Callable[[Tree], Iterator[str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
