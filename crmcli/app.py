"""The root command and the list of nouns, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from importlib import import_module

import typer

from crmcli import options

COMMANDS = ("api", "apply", "commands", "doctor", "help", "schema")
"""What stands by itself, without a verb: a module of its name, with the one command in it."""

NOUNS = (
    "tickets",
    "messages",
    "departments",
    "replies",
    "statuses",
    "profiles",
    "outbox",
    "drafts",
    "trash",
    "runs",
    "checkpoints",
    "completion",
    "sandbox",
)


def build(argv: Sequence[str]) -> typer.Typer:
    """The command tree that `argv` needs: the nouns and verbs that it names, or all of them when it names none.

    This is what keeps the start quick: a noun's module is imported, and a verb's options are built, only when it is called.
    """
    app = typer.Typer(
        name="crmcli",
        help="The CRM of your 3dcart / Shift4Shop store: tickets, messages, departments, saved replies, statuses.",
        epilog="\b\nTry it: crmcli -p demo tickets list",
        cls=options.OnceGroup,
        suggest_commands=False,  # `wording` does, for options too
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    options.takes_shared(app, root=True)
    # `commands` describes them all, and `help` knows what a mistyped word was meant to be.
    wants_all = bool(argv) and (argv[0] in ("-h", "--help") or "commands" in argv or "help" in argv)
    everything = (*NOUNS, *COMMANDS)
    for name in [name for name in everything if name in argv and not wants_all] or everything:
        found = copy(import_module(f"crmcli.commands.{name}").app)
        if not wants_all:
            verbs = [verb for verb in found.registered_commands if verb.name in argv]
            found.registered_commands = verbs or found.registered_commands
        if name in NOUNS:
            app.add_typer(found, name=name)
        else:
            app.registered_commands += found.registered_commands
    return app
