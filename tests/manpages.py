"""The man pages in `man/`, made from the command tree and from the tables that the program itself goes by."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmcli import __version__, paths, profiles, topics
from crmcli.app import COMMANDS, NOUNS
from crmcli.settings import KEYS
from tests import tree

FOLDER = Path(__file__).parents[1] / "man"
DATE = "2026-11-24"
"""That of the pages' form. Not today's: a page that nobody changed must not differ from one day to the next."""


def pages() -> dict[Path, str]:
    """Every page, by its file."""
    root = tree.root()
    found = {FOLDER / "crmcli.1": _program(root), FOLDER / "crmcli-profiles.5": _profiles()}
    for noun in NOUNS:
        found[FOLDER / f"crmcli-{noun}.1"] = _noun(noun, root.commands[noun], root)
    return found


def _page(name: str, section: int, about: str, *parts: str) -> str:
    head = f'.TH {name.upper()} {section} {DATE} "crmcli {__version__}" "crmcli"\n.nh\n'
    return "".join([head, f".SH NAME\n{_text(name)} \\- {_text(about)}\n", *parts])


def _program(root: Any) -> str:
    nouns = "".join(
        _tagged(f"crmcli {noun}", f"{_sentences(root.commands[noun])} See crmcli-{noun}(1).") for noun in NOUNS
    )
    return _page(
        "crmcli",
        1,
        "the CRM of a 3dcart / Shift4Shop store, from the command line",
        ".SH SYNOPSIS\n.B crmcli\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n",
        f".SH DESCRIPTION\n{_text(_sentences(root))}\n",
        ".PP\nOptions may stand before or after the command.\n",
        f".SH COMMANDS\n{nouns}",
        *(f".SS {_text('crmcli ' + name)}\n{_verb((name,), root.commands[name], root)}" for name in COMMANDS),
        f".SH OPTIONS\n{_options(root)}",
        f".SH DATES\n{_table('dates')}",
        f".SH FORMATS\n{_table('formats')}",
        f".SH EXIT STATUS\n{''.join(_exit_codes())}",
        f".SH ENVIRONMENT\n{_table('environment')}",
        ".SH FILES\n" + _tagged(f"{_folder('config')}/{profiles.file().name}", "The profiles: see crmcli-profiles(5)."),
        _tagged(_folder("state"), "What was sent and is to be known afterwards, drafts, names: the outbox is here."),
        _tagged(_folder("data"), "The demo store."),
        _see([f"crmcli-{noun}(1)" for noun in NOUNS] + ["crmcli-profiles(5)"]),
    )


def _noun(noun: str, command: Any, root: Any) -> str:
    verbs = {name: verb for name, verb in command.commands.items() if not verb.hidden}
    synopsis = "".join(f".B crmcli {noun} {_text(name)}\n{_arguments(verb)}\n.br\n" for name, verb in verbs.items())
    return _page(
        f"crmcli-{noun}",
        1,
        _sentences(command).rstrip("."),
        f".SH SYNOPSIS\n{synopsis.removesuffix(chr(10) + '.br' + chr(10))}\n",
        ".SH COMMANDS\n",
        *(f".SS {_text(name)}\n{_verb((noun, name), verb, root)}" for name, verb in verbs.items()),
        ".SH SHARED OPTIONS\nAll commands take the options of\n.BR crmcli (1),\nwhich also tells the exit codes.\n",
        _see(["crmcli(1)", *(["crmcli-profiles(5)"] if noun == "profiles" else [])]),
    )


def _verb(words: tuple[str, ...], verb: Any, root: Any) -> str:
    shared = {name for parameter in root.params for name in parameter.opts}
    own = [parameter for parameter in verb.params if not shared.intersection(parameter.opts)]
    example = re.search(r"Example: (.*)", verb.epilog or "")
    told = f"{_text(' '.join((verb.help or '').split()))}\n"
    told += _options(verb, own)
    told += f".PP\nExample:\n.PP\n.nf\n.RS\n{_text(example[1])}\n.RE\n.fi\n" if example else ""
    return told + "".join(_block(block) for block in (verb.epilog or "").split("\n\n\b\n")[1:])


def _block(block: str) -> str:
    """What a help page ends with, its lines as they are: a line that says what follows, and the lines that do."""
    title, *lines = block.split("\n")
    return f".PP\n{_text(title)}\n.PP\n.nf\n.RS\n{_text(textwrap.dedent(chr(10).join(lines)))}\n.RE\n.fi\n"


def _options(command: Any, params: list[Any] | None = None) -> str:
    told = ""
    for parameter in command.params if params is None else params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        about = " ".join((getattr(parameter, "help", None) or "").split())
        if parameter.param_type_name == "argument":
            told += _tagged(_metavar(parameter), about) if about else ""
        else:
            names = ", ".join([*parameter.opts[::-1], *parameter.secondary_opts])
            takes = "" if parameter.is_flag else f" {_metavar(parameter)}"
            told += _tagged(names + takes, about)
    return told


def _metavar(parameter: Any) -> str:
    choices = getattr(parameter.type, "choices", None)
    return "|".join(map(str, choices)) if choices else str(parameter.metavar or parameter.name).upper()


def _arguments(verb: Any) -> str:
    words = ["[\\fIOPTIONS\\fR]"]
    for parameter in verb.params:
        if parameter.param_type_name == "argument":
            word = f"\\fI{_text(_metavar(parameter))}\\fR"
            words.append(word if parameter.required else f"[{word}]")
    return " ".join(words)


def _profiles() -> str:
    keys = "".join(
        _tagged(key.name, f"{_sentence(key.about)}{_default(key.default)}")
        + (
            _tagged(
                f"{key.name}_command",
                f"A line for the shell, or a list of words, in place of {key.name}: the first line that it prints is the key.",
            )
            if key.secret
            else ""
        )
        for key in KEYS
    )
    return _page(
        "crmcli-profiles",
        5,
        "the profile file of crmcli",
        ".SH DESCRIPTION\n",
        _text(
            f"{profiles.file().name} holds your stores and their keys, as TOML. It is in {_folder('config')}, or where "
            "CRMCLI_CONFIG_DIR says, and must be readable by its owner alone (mode 0600): else it is refused."
        ),
        "\n.PP\n",
        _text("`default` names the profile that is used where neither -p nor CRMCLI_PROFILE names one. "),
        _text("Each profile is a table [profiles.NAME]. A variable of the environment stands over its key."),
        f"\n.SH KEYS\n{keys}",
        ".SH EXAMPLE\n.nf\n"
        + _text(
            'default = "main"\n\n[profiles.main]\nsecure_url = "https://www.example-store.com"\nprivate_key = "..."\n'
        )
        + _text(
            'token_command = "pass show shop/token"\ntimezone = "America/New_York"\nsenders = { store = 0, customer = 1 }'
        )
        + "\n.fi\n",
        _see(["crmcli(1)", "crmcli-profiles(1)"]),
    )


def _folder(kind: str) -> str:
    """Where the XDG rules put the program's folder, short of variables that move it: as a reader of any home has it."""
    return f"{paths._XDG[kind]}/crmcli"


def _default(value: Any) -> str:
    if value is None or value == {}:
        return ""
    shown = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value
    return f" Default: {shown}."


def _exit_codes() -> Iterator[str]:
    for row in topics.rows("exit-codes"):
        kind = f" ({row['kind']})" if row["kind"] else ""
        yield _tagged(f"{row['code']}{kind}", " ".join(filter(None, (_sentence(row["when"]), row["hint"]))))


def _table(topic: str) -> str:
    return "".join(_tagged(row["name"], _sentence(row["about"])) for row in topics.rows(topic))


def _see(others: list[str]) -> str:
    split = (other.partition("(") for other in others)
    named = ",\n".join(f".BR {_text(name)} ({number}" for name, _, number in split)
    return f".SH SEE ALSO\n{named}\n"


def _tagged(tag: str, about: str) -> str:
    return f".TP\n\\fB{_text(tag)}\\fR\n{_text(about)}\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _sentences(command: Any) -> str:
    return " ".join((command.help or "").split())


_ROFF = str.maketrans(
    {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "~": "\\(ti", "^": "\\(ha", "…": "...", "\t": " "}
    | {chr(code): None for code in (*range(9), *range(11, 32), *range(127, 160))}
)
"""Characters that roff, or the man macros with some fonts, take for something else; control characters it has no use for."""


def _text(text: str) -> str:
    """A text as roff: every character as such, no line that begins like a request, and none that is empty."""
    lines = text.translate(_ROFF).split("\n")
    return "\n".join(f"\\&{line}" if not line.strip() or line.startswith(".") else line for line in lines)
