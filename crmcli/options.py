"""Options that several commands share, each declared once, and `verb`, which makes a function a command.

Shared options (`-p`, `-o`, `--quiet` …) may stand before or after the subcommand. So `verb` adds them to every command's
signature, takes their values out again, and hands the function a `State` that knows them: a command neither declares nor
sees them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from crmcli import __version__
from crmcli.errors import BadUsage
from crmcli.state import Shared, State

Command = TypeVar("Command", bound=Callable[..., None])


class OutputFormat(StrEnum):
    """The formats of product.md section 2."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    IDS = "ids"


class Color(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _shared(
    profile: Annotated[str | None, typer.Option("--profile", "-p", help="Profile to use.", metavar="PROFILE")] = None,
    output: Annotated[
        OutputFormat | None,
        typer.Option("--output", "-o", help="Output format; default: table on a terminal, tsv in a pipe."),
    ] = None,
    json: Annotated[bool | None, typer.Option("--json", help="Short for -o json.")] = None,
    fields: Annotated[
        str | None, typer.Option("--fields", help="Fields to print, in this order.", metavar="NAME,…")
    ] = None,
    csv_raw: Annotated[bool | None, typer.Option("--csv-raw", help="CSV cells as they are, formulas included.")] = None,
    color: Annotated[Color | None, typer.Option("--color", help="When to colour.")] = None,
    quiet: Annotated[bool | None, typer.Option("--quiet", "-q", help="Print data, warnings and errors alone.")] = None,
    verbose: Annotated[
        bool | None, typer.Option("--verbose", "-v", help="Show each request, its status and time.")
    ] = None,
    no_input: Annotated[bool | None, typer.Option("--no-input", help="Never ask; fail instead.")] = None,
    no_pager: Annotated[bool | None, typer.Option("--no-pager", help="Long texts as they are, not in $PAGER.")] = None,
) -> None:
    """The signature of the shared options; never called."""


def _writing(
    dry_run: Annotated[bool | None, typer.Option("--dry-run", help="Print the request and send nothing.")] = None,
) -> None:
    """What every write has besides; never called."""


_SendAgain = Annotated[
    bool | None, typer.Option("--send-again", help="Send also what an earlier or another command has sent already.")
]


def _sending(
    once: Annotated[
        str | None, typer.Option("--once", help="A key for this job: run again, it sends nothing more.", metavar="KEY")
    ] = None,
    send_again: _SendAgain = None,
) -> None:
    """What every command has besides that makes something at the store; never called."""


def _resending(send_again: _SendAgain = None) -> None:
    """What every command has besides that may send what was to be sent before; never called."""


def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """What the root has besides; never called, and answered by `__main__` where it stands alone."""


def _parameters(function: Callable[..., None]) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(function, eval_str=True).parameters.values())


def _hidden(parameter: inspect.Parameter) -> inspect.Parameter:
    """The same option, left out of the help."""
    plain, option = get_args(parameter.annotation)
    option = copy(option)
    option.hidden = True
    return parameter.replace(annotation=Annotated[plain, option])


_SHARED = _parameters(_shared)
# What a command's help shows of them; the rest is in `crmcli --help`, which each help names.
_SHOWN = ("profile", "output", "json", "fields")
_SHARED_BELOW = tuple(option if option.name in _SHOWN else _hidden(option) for option in _SHARED)
_WRITING = _parameters(_writing)
_SENDING = _parameters(_sending)
_RESENDING = _parameters(_resending)
_CONTEXT = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)

Limit = Annotated[int | None, typer.Option("--limit", "-L", min=1, help="Rows in all; default 50.", metavar="N")]
Offset = Annotated[int, typer.Option("--offset", min=0, help="Rows to skip.", metavar="N", show_default=False)]
All = Annotated[bool, typer.Option("--all", "-a", help="Every row.")]
Count = Annotated[bool, typer.Option("--count", help="Print the number of matches alone.")]
Data = Annotated[
    str | None, typer.Option("--data", help="Fields as JSON, @file, or - for standard input.", metavar="JSON")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")]
Sender = Annotated[
    str | None,
    typer.Option("--sender", help="Who writes: a number, or a name from the profile's senders.", metavar="N"),
]
SenderName = Annotated[str | None, typer.Option("--sender-name", help="The writer's name.", metavar="TEXT")]
SenderEmail = Annotated[str | None, typer.Option("--sender-email", help="The writer's e-mail.", metavar="TEXT")]
From = Annotated[
    str | None,
    typer.Option("--from", help="Rows of a CSV or of JSON lines, one each; - for standard input.", metavar="FILE"),
]
Plan = Annotated[
    str | None,
    typer.Option(
        "--plan", help="Write what would change into a file for 'crmcli apply', and send nothing.", metavar="FILE"
    ),
]
Literal = Annotated[
    bool, typer.Option("--literal", help="Send what looks like a placeholder, {{…}}, as it stands.", show_default=False)
]
Text = Annotated[str | None, typer.Option("--text", help="The text, @file, or - for standard input.", metavar="TEXT")]


class OnceCommand(TyperCommand):
    """A command that refuses an option given twice where one value is meant: the first would be lost without a word."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does it. Raises BadUsage besides."""
        given = self.make_parser(ctx).parse_args(args=[*args])[2] if args else []
        left = super().parse_args(ctx, args)  # first, since it may end with the help
        _refuse_repeated(given)
        return left


class OnceGroup(TyperGroup):
    """The same for what has commands below it. What is given on both sides of a word is no repetition: the right one rules."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does it. Raises BadUsage besides."""
        given = self.make_parser(ctx).parse_args(args=[*args])[2] if args else []
        left = super().parse_args(ctx, args)
        _refuse_repeated(given)
        return left


def _refuse_repeated(given: Sequence[Any]) -> None:
    """Refuse the second time of an option, by the parser's list, which has each parameter as often as it came."""
    for option in given:
        single = option.param_type_name == "option" and not (option.is_flag or option.multiple)
        if single and given.count(option) > 1:
            name = next(name for name in option.opts if name.startswith("--"))
            raise BadUsage(f"{name} is given twice.", hint="Nothing was sent. Leave one of them out.")


def noun(help_text: str) -> typer.Typer:
    """A Typer for a noun, whose verbs are added with `verb`."""
    app = typer.Typer(help=help_text, cls=OnceGroup, rich_markup_mode=None, suggest_commands=False)
    takes_shared(app)
    return app


def lone() -> typer.Typer:
    """A Typer for a command that stands by itself, which is added with `verb` under the module's own name."""
    return typer.Typer(rich_markup_mode=None)


def takes_shared(app: typer.Typer, *, root: bool = False) -> None:
    """Let shared options stand right after this app's own name; the `root` has --version too."""

    def callback(context: typer.Context, **given: Any) -> None:
        if given.pop("version", False):
            typer.echo(f"crmcli {__version__}")
            raise typer.Exit
        context.obj = _merged(context, given)
        if context.invoked_subcommand is None:  # as `gh` does: what is there to call, and no error
            typer.echo(context.get_help())

    _declare(callback, (_CONTEXT, *(_parameters(_version) + _SHARED if root else _SHARED_BELOW)))
    app.callback(invoke_without_command=True)(callback)


def verb(
    app: typer.Typer,
    name: str,
    *,
    example: str,
    filters: Callable[..., None] | None = None,
    writes: bool = False,
    sends: bool = False,
    resends: bool = False,
    more: str = "",
) -> Callable[[Command], Command]:
    """Make a function a command of `app`. It is called with a `State` and its own options.

    `filters` is a signature of options that it has besides, and gets as one mapping of that name. `more` ends its help;
    `writes` adds --dry-run; `sends`, for what makes something at the store, --once and --send-again too; `resends`, for what
    may send what another command was to send, --send-again alone.
    """
    filtering = _parameters(filters) if filters else ()

    def register(function: Command) -> Command:
        own = _parameters(function)[2 if filters else 1 :]
        added = (
            *(_SENDING if sends else _RESENDING if resends else ()),
            *(_WRITING if writes or sends else ()),
            *_SHARED_BELOW,
        )
        names = {parameter.name for parameter in added}

        def run(context: typer.Context, **given: Any) -> None:
            shared = _merged(context, {name: given.pop(name) for name in names})
            readers = [
                name
                for name, value in given.items()
                if name != "plan" and (value == "-" or (isinstance(value, list) and "-" in value))
            ]
            if len(readers) > 1:
                raise BadUsage("'-' is given twice, and standard input can be read once.")
            if filters:
                given["filters"] = {option.name: given.pop(option.name) for option in filtering}
            _check_key(shared)
            command = " ".join(context.command_path.split()[1:])
            with State(shared, context.find_root().command, verb=command, given=given, writes=writes or sends) as state:
                if sends or resends:
                    _ = state.decided  # before anything is read
                function(state, **given)

        _declare(run, (_CONTEXT, *filtering, *own, *added))
        app.command(
            name,
            cls=OnceCommand,
            help=inspect.getdoc(function),
            epilog=f"\b\nExample: {example}\nMore options: crmcli --help{more}",
        )(run)
        return function

    return register


def _check_key(shared: Shared) -> None:
    """Raises BadUsage for a key that can't be meant."""
    if shared.once is not None and not shared.once.strip():
        raise BadUsage("--once is empty.", hint="Is a variable unset? Nothing was sent.")
    if shared.once and shared.send_again:
        raise BadUsage("--once and --send-again contradict each other.", hint="Leave one of them out.")


def _declare(function: Callable[..., None], parameters: tuple[inspect.Parameter, ...]) -> None:
    """Give a function the signature that Typer is to see."""
    plain = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    function.__signature__ = inspect.Signature(plain)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in plain}


def _merged(context: typer.Context, given: dict[str, Any]) -> Shared:
    """Shared options given here, laid over those given further left."""
    said = {name: value for name, value in given.items() if value is not None}
    if said.pop("json", False):
        said.setdefault("output", "json")
    return Shared(**{**(vars(context.obj) if context.obj else {}), **said})
