"""What is worth knowing beside the commands: the tables that `crmcli help` and the man pages are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crmcli import dates
from crmcli.errors import BadUsage
from crmcli.exits import EXITS
from crmcli.settings import KEYS

OTHER_VARIABLES = (
    ("CRMCLI_PROFILE", "the profile to use, where -p names none"),
    ("CRMCLI_CONFIG_DIR", "the folder of profiles.toml"),
    ("NO_COLOR", "set to anything: no colour, unless --color asks for it (no-color.org)"),
    ("TERM", "dumb: no colour"),
    ("COLUMNS", "the terminal's width, where it differs from what the terminal says"),
    ("PAGER", "what shows a text that is longer than the screen; default less"),
    ("LESS", "what less is told; default FRX, as in git"),
    ("VISUAL, EDITOR", "what opens for the text of a reply; default vi"),
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME",
        "where folders of programs lie (XDG Base Directory Specification)",
    ),
    ("SHELL", "the shell that `completion install` is for, where none is named"),
    ("BASH_COMPLETION_USER_DIR", "where bash looks for completion scripts"),
    (
        "HTTPS_PROXY, ALL_PROXY",
        "the proxy to the store, as for curl: http, https or socks5; not for this machine itself",
    ),
    ("NO_PROXY", "what is reached without it: names, domains, networks like 10.0.0.0/8; or *"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "whose certificates are trusted, in place of certifi's and the system's own"),
)

FORMATS = (
    ("table", "columns that fit the terminal, with names for departments and statuses; the default at a terminal"),
    ("json", "the store's own objects, untouched: a list is one array, `get` of one number one object"),
    ("jsonl", "the same, an object a line"),
    ("csv", "a header, then a line a row; what a spreadsheet would run is defused (not with --csv-raw)"),
    (
        "tsv",
        "a line a row, no header; tab, line end, backslash are \\t \\n \\\\; the default in a pipe but for tickets get",
    ),
    ("ids", "the numbers alone, to pipe into another command"),
)

TOPICS = {
    "dates": "how dates may be written",
    "environment": "the variables that are read",
    "exit-codes": "what the exit codes mean, and what to do",
    "formats": "what -o may name",
}


def rows(topic: str, commands: Iterable[str] = ()) -> list[dict[str, Any]]:
    """A topic as rows of `name` and `about`; of `exit-codes` as `code`, `kind`, `when`, `hint`.

    Raises BadUsage for another, with what may have been meant: a topic, or one of `commands`.
    """
    if topic == "exit-codes":
        done = {"code": 0, "kind": "", "when": "done, an empty list included", "hint": ""}
        return [done, *({"code": row.code, "kind": row.kind, "when": row.when, "hint": row.hint} for row in EXITS)]
    if topic == "environment":
        keys = [(key.variable, f"{key.about}; stands over the profile's") for key in KEYS if key.variable]
        return _named([*keys, *OTHER_VARIABLES])
    if topic == "formats":
        return _named(FORMATS)
    if topic == "dates":
        return _named((form, about) for form, about in dates.EXPLAINED)
    from difflib import get_close_matches

    near = get_close_matches(topic.lower(), (*TOPICS, *commands), n=1)
    raise BadUsage(
        f"There is no help on {topic!r}.",
        hint=f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(TOPICS)}, and every command's own.",
    )


def _named(pairs: Any) -> list[dict[str, Any]]:
    return [{"name": name, "about": about} for name, about in pairs]
