"""Cause -> exit code -> what to do, in one table: the README, the help and the man pages are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from crmcli import errors


@dataclass(frozen=True)
class ExitRow:
    """One row of the exit-code table of the contract (product.md section 3)."""

    cause: type[errors.CrmError]
    code: int
    kind: str
    when: str
    hint: str


EXITS = (
    ExitRow(
        errors.StoreFailed,
        1,
        "store",
        "the store failed (5xx, unreadable answer) after the retries",
        "The store itself failed; try again in a minute, or look with --verbose.",
    ),
    ExitRow(
        errors.BadUsage,
        2,
        "usage",
        "wrong words, or a value refused before anything was sent",
        "Nothing was sent. Add --help to the command to see what it takes.",
    ),
    ExitRow(
        errors.BadConfig,
        3,
        "config",
        "no profile, unreadable or unsafe profile file",
        "See 'crmcli profiles list', or try '-p demo', which needs no store.",
    ),
    ExitRow(
        errors.AuthFailed,
        4,
        "auth",
        "401 / 403",
        "Check the secure URL, private key and token, and that the app has the CRM permission: 'crmcli profiles check'.",
    ),
    ExitRow(
        errors.NotFound,
        5,
        "not-found",
        "404 on a thing asked for by ID",
        "Check the number with the matching 'list' command.",
    ),
    ExitRow(
        errors.Rejected,
        6,
        "rejected",
        "400: the store refused the values",
        "Correct the values named above and run the command again.",
    ),
    ExitRow(
        errors.RateLimited,
        7,
        "rate-limited",
        "429 past the retries: nothing was written, try later",
        "Nothing was written. Wait a minute and run it again.",
    ),
    ExitRow(
        errors.NetworkFailed,
        8,
        "network",
        "no connection, time-out, connection lost",
        "Check the connection and the profile's base_url, then run it again.",
    ),
    ExitRow(
        errors.Partial,
        9,
        "partial",
        "of several rows, some failed: each is reported",
        "The rows named above failed; the others are done.",
    ),
    ExitRow(
        errors.Unsure,
        10,
        "unsure",
        "a send may or may not have arrived, and the store can't tell us",
        "Look at the store before you send again: a second send is a second e-mail.",
    ),
    ExitRow(
        errors.ConditionHolds,
        11,
        "condition",
        "a condition of `--fail-if` holds; the figures are printed all the same",
        "Nothing failed: --fail-if asked to be told of this.",
    ),
    ExitRow(
        errors.Interrupted,
        130,
        "interrupted",
        "interrupted",
        "Run it again to go on.",
    ),
)


def exit_row(error: errors.CrmError) -> ExitRow:
    """The row of `EXITS` for an error, by the first cause in its class's line of descent."""
    for cause in type(error).__mro__:
        for row in EXITS:
            if row.cause is cause:
                return row
    raise LookupError(f"no exit row for {type(error).__name__}")
