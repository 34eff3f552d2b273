"""What the output's encoding lacks is said, and never twice."""

from __future__ import annotations

import csv
import io
import json

import pytest

from crmcli.output.columns import REPLIES
from crmcli.output.sink import Output

from .conftest import Printing

ROWS = [[{"Id": number, "Title": "Grüße 注", "Message": ""}] for number in range(3)]


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_characters_that_are_lost_are_told_once(printing: Printing, form: str, encoding: str) -> None:
    with printing(encoding=encoding) as printed:
        Output(format=form, quiet=True).pages(ROWS, REPLIES)
    assert "\\u6ce8" in printed.out
    first = "\\u6ce8" if encoding == "cp1252" else "\\xfc"
    assert printed.err == (
        f"Warning: The output is in {encoding}, which lacks characters of these rows: they stand as {first} and the like. "
        "To keep them, set PYTHONIOENCODING=utf-8, or use -o json.\n"
    )


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl"])
def test_nothing_is_told_where_nothing_is_lost(printing: Printing, form: str) -> None:
    with printing(encoding="utf-8" if form in ("csv", "tsv") else "ascii") as printed:
        Output(format=form).pages(ROWS, REPLIES)
    assert printed.err == ""
    if form == "csv":
        assert [row[1] for row in csv.reader(io.StringIO(printed.out))][1:] == ["Grüße 注"] * 3
    if form == "json":
        assert [row["Title"] for row in json.loads(printed.out)] == ["Grüße 注"] * 3
