"""`crmcli profiles`: the stores that you work with, and their keys."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from crmcli import errors, inputs, profiles, settings, values
from crmcli.doctor import reads
from crmcli.options import Yes, noun, verb
from crmcli.output.columns import CHECKS, PROFILES
from crmcli.settings import KEYS, SECRETS
from crmcli.state import State

app = noun("Profiles: your stores and their keys.")

_ADDRESSES = ("secure_url", "base_url")
"""Which may hold a password, though nothing takes it from there."""

Name = Annotated[str, typer.Argument(help="The profile's name.", metavar="PROFILE")]


@verb(app, "add", example="crmcli profiles add main --secure-url https://www.example-store.com")
def add(
    state: State,
    name: Annotated[str, typer.Argument(help="What to call it.", metavar="NAME")],
    *,
    secure_url: Annotated[
        str | None, typer.Option("--secure-url", help="The store's Secure URL (Settings, General).", metavar="URL")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="The store's time zone; default America/New_York.", metavar="ZONE")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="The API's address; default the real host.", metavar="URL")
    ] = None,
    private_key_stdin: Annotated[
        bool, typer.Option("--private-key-stdin", help="Read the private key from standard input, a line.")
    ] = False,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the token from standard input, a line after the private key's.")
    ] = False,
    private_key_command: Annotated[
        str | None, typer.Option("--private-key-command", help="A program that prints the private key.", metavar="CMD")
    ] = None,
    token_command: Annotated[
        str | None, typer.Option("--token-command", help="A program that prints the token.", metavar="CMD")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a profile of that name.")] = False,
) -> None:
    """Set up a store. What is missing is asked for, secrets unechoed; a secret is never an option's value."""
    profiles.check_new(name, replace=replace)  # before anybody is asked
    given = (("secure_url", secure_url), ("timezone", timezone), ("base_url", base_url))
    keys = _checked({key: value for key, value in given if value is not None})
    if "secure_url" not in keys:
        question = f"The store's Secure URL (like {values.STORE_EXAMPLE}):"
        keys = {**_checked({"secure_url": state.ask(question, flag="--secure-url")}), **keys}
    keys |= _secret(state, "private_key", "private key", stdin=private_key_stdin, command=private_key_command)
    keys |= _secret(state, "token", "token", stdin=token_stdin, command=token_command)
    profiles.add(name, keys, replace=replace)
    state.output.note(f"Profile {name} is in {profiles.file()}. Try it: crmcli -p {name} profiles check")


@verb(app, "list", example="crmcli profiles list")
def list_(state: State) -> None:
    """List profiles, without their secrets."""
    found = profiles.read()
    rows = [_row(name, keys, default=found.get("default")) for name, keys in found["profiles"].items()]
    state.output.local(rows, PROFILES, empty=f"No profiles. {profiles.NO_PROFILE}")


@verb(app, "show", example="crmcli profiles show main")
def show(state: State, name: Annotated[str | None, typer.Argument(metavar="PROFILE")] = None) -> None:
    """Show a profile without its secrets; without a PROFILE what is in force, the environment's variables included."""
    chosen, keys = profiles.chosen(name or state.shared.profile or os.environ.get("CRMCLI_PROFILE"), needed=False)
    if chosen == profiles.DEMO:
        keys = vars(settings.load(chosen))
    elif name is None:
        keys = {**keys, **{key.name: os.environ[variable] for variable, key in settings.overriding().items()}}
    state.output.objects([_row(chosen, keys, default=profiles.read().get("default"))], PROFILES, single=True)


@verb(app, "use", example="crmcli profiles use main")
def use(state: State, name: Name) -> None:
    """Make a profile the default."""
    profiles.use(name)
    state.output.note(f"Profile {name} is the default now.")


@verb(app, "remove", example="crmcli profiles remove old --yes")
def remove(state: State, name: Name, *, yes: Yes = False) -> None:
    """Remove a profile and its keys."""
    profiles.check_there(name)
    state.confirm(f"Remove profile {name} and its keys?", word=name, yes=yes)
    profiles.remove(name)
    state.output.note(f"Profile {name} is removed.")


@verb(app, "check", example="crmcli profiles check main")
def check(state: State, name: Annotated[str | None, typer.Argument(metavar="PROFILE")] = None) -> None:
    """Call the store and say what works: a count for each noun, which reads nothing else."""
    rows, failed = [], []
    with state.with_profile(name) as that:
        for what, count, failure in reads(that.crm):
            said = failure.message if failure else ""
            rows.append({"Noun": what, "Works": not failure, "Count": count, "Message": said})
            failed += [failure] if failure else []
    state.output.local(rows, CHECKS)
    if failed:
        raise failed[0]


def _secret(state: State, key: str, words: str, *, stdin: bool, command: str | None) -> dict[str, str]:
    """A secret from a line of standard input, from a command to be run each time, or asked for."""
    flag = f"--{key.replace('_', '-')}"
    if command is not None:
        inputs.refuse(stdin or None, f"{flag}-stdin", f"{flag}-command says it already.")
        return {f"{key}_command": command}
    if stdin:
        typed = sys.stdin.readline(inputs.LARGEST_TEXT).removeprefix("\ufeff").strip() if sys.stdin else ""
    else:
        typed = state.ask(f"The {words} (not shown):", flag=f"{flag}-stdin or {flag}-command", secret=True)
    return _checked({key: typed})


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """What is to stand in the file for these keys. Raises BadUsage."""
    found = {}
    for key in (key for key in KEYS if key.name in given):
        # Of what is typed here more is asked than of what works already.
        read = values.store if key.name == "secure_url" else key.read
        try:
            found[key.name] = read(given[key.name])
        except ValueError as fault:
            raise errors.BadUsage(f"{key.name}: {fault}.") from None
    return found


def _row(name: str, keys: dict[str, Any], *, default: object) -> dict[str, Any]:
    """A profile as a row: its settings, and of its secrets only where they come from."""
    row: dict[str, Any] = {"name": name, "default": name == default}
    for key in KEYS:
        if key.name in SECRETS:
            row[key.name] = "command" if f"{key.name}_command" in keys else "set" if keys.get(key.name) else "missing"
        elif key.name in PROFILES.fields:
            value = keys.get(key.name, key.default)
            row[key.name] = values.shown(value) if key.name in _ADDRESSES and isinstance(value, str) else value
    return row
