"""What failed, as it is told on standard error: a line and what to do, or an object with JSON output (product.md section 3)."""

from __future__ import annotations

from collections.abc import Callable

from crmcli.errors import ConditionHolds, CrmError, Declined, Rejected
from crmcli.exits import exit_row
from crmcli.output import follow, formats
from crmcli.output.hostile import one_line
from crmcli.output.streams import BOLD, RED, Stream
from crmcli.output.view import notice


class Failures:
    """Tells of errors. `is_json` and `err` give what is in force when one is told, `profile` is what -p named."""

    def __init__(self, is_json: Callable[[], bool], err: Callable[[], Stream], *, profile: str | None = None) -> None:
        self._is_json = is_json
        self._err = err
        self._profile = profile

    def tell(self, error: CrmError, *, where: str = "") -> None:
        """Tell what failed and what to do about it; `where` it did comes before it."""
        row = exit_row(error)
        hint = follow.in_ours(error.hint or row.hint, self._profile)
        details = [follow.in_line(detail, self._profile) for detail in error.details]
        err = self._err()
        if self._is_json():
            told = {
                "kind": row.kind,
                "message": where + error.message,
                "status": error.status,
                "hint": hint,
                "details": details,
            }
            err.try_write(formats.dumper(ascii_only=not err.unicode)({"error": told}) + "\n")
            return
        if isinstance(error, ConditionHolds):  # which is no error: it was asked for
            err.try_write("".join([notice(one_line(said), err) for said in (error.message, *details)]))
            return
        if isinstance(error, Declined):  # nor is this: it is what was wanted
            said = [error.message, *details, *filter(None, [error.hint])]
            err.try_write("".join([notice(one_line(each), err) for each in said]))
            return
        lines = [notice(one_line(where + error.message), err, mark="Error:", style=RED)]
        lines += [notice(one_line(detail), err, mark=" ") for detail in details]
        lines.append(notice(one_line(hint), err, mark="Hint:", style=BOLD))
        err.try_write("".join(lines))

    def row(self, error: CrmError, *, label: str, line: int | None) -> None:
        """Tell in a line why one row of many failed: its `label`, and with `line` where it stands in its file."""
        where = place(error, label=label, line=line)
        if self._is_json():
            self.tell(error, where=where)
            return
        err = self._err()
        details = [follow.in_line(detail, self._profile) for detail in error.details]
        if (
            isinstance(error, Rejected) and error.hint
        ):  # the row's own: others have the end of the run to say what to do
            details.append(error.hint)
        *others, last = error.message, *details
        said = "; ".join([*(each.removesuffix(".") for each in others), last])
        err.try_write(notice(one_line(where + said), err, mark="Error:", style=RED))


def place(error: CrmError, *, label: str, line: int | None) -> str:
    """What stands before the error of a row: the line of its file, and what it is about unless the error says it."""
    where = "" if line is None else f"line {line}: "
    return where if label.casefold() in error.message.casefold() else f"{where}{label}: "
