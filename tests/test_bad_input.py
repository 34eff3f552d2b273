"""What is refused before anything is sent: code 2, a clear line, and a store that saw no request."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Result, Run, Sandbox

NEW = ("tickets", "create", "--customer-email", "ann@example.com")


@pytest.fixture
def refused(run: Run, sandbox: Sandbox) -> Run:
    """Run the program; it must refuse what it is given, in a line, without asking the store anything."""

    def refused(*argv: str, stdin: str | bytes = b"") -> Result:
        result = run(*argv, stdin=stdin)
        assert (result.code, result.out) == (2, ""), result
        first, *others = result.err.splitlines()
        assert first.startswith("Error: ")
        assert others
        assert others[-1].startswith("Hint: ")
        assert "Traceback" not in result.err
        assert sandbox.asked() == []
        return result

    return refused


@pytest.mark.parametrize(
    "word", ["x", "0", "-7", "4.0", "1e3", "٤", "", " 4", "4 5", "9" * 30, "0x4", "##4", "#", "+4"]
)
def test_what_is_no_number(refused: Run, word: str) -> None:
    for words in (
        ("tickets", "get", "--", word),
        ("tickets", "delete", "--yes", "--", "4", word),
        ("tickets", "update", "--status", "1", "--", word),
        ("messages", "list", "--", word),
        ("messages", "get", "--", "3", word),
        ("messages", "create", "--text", "Hi", "--", word),
    ):
        assert repr(word) in refused(*words).err.splitlines()[0]


@pytest.mark.parametrize("line", ["x", "4,5", "0", "4 # the late one"])
def test_what_is_no_number_on_standard_input(refused: Run, line: str) -> None:
    assert refused("tickets", "delete", "-", "--yes", stdin=f"4\n{line}\n5\n").err.startswith(
        f"Error: {line!r} is not the number of a ticket."
    )


@pytest.mark.parametrize(
    "data",
    [
        '{"OrderID": Infinity}',
        '{"OrderID": -Infinity}',
        '{"OrderID": NaN}',
        '{"OrderID": 1e999}',
        '{"New": {"x": [NaN]}}',
        '{"Subject": "\\ud800"}',
        '{"Subject": [{"\\udfff": 1}]}',
        '{"CustomerEmail": "a@example.com", "CrmMessageList": [{"Message": "Hi", "New": "\\ud800"}]}',
    ],
)
def test_what_is_no_json_is_not_sent(refused: Run, data: str, tmp_path: Path) -> None:
    (tmp_path / "data").write_text(data)
    for words in (
        ("api", "PUT", "/CRM/4"),
        ("api", "POST", "/CRM/4/message"),
        ("api", "POST", "/CRM/new"),
        ("tickets", "create"),
        ("tickets", "update", "4"),
        ("messages", "create", "4"),
        ("replies", "create"),
        ("departments", "update", "2"),
    ):
        refused(*words, "--data", data)
        refused(*words, "--data", f"@{tmp_path / 'data'}")
        refused(*words, "--data", "-", stdin=data)
    for method in ("GET", "PUT"):
        refused("api", method, "/CRM/4", "-f", "subject=\udcff")


def test_unknown_fields_list_the_known_ones(refused: Run) -> None:
    told = refused(*NEW, "--data", '{"Colour": "red", "CrmId": 4}').err.splitlines()
    assert told[0].startswith("Error: The ticket can't be sent: Colour: no such field; there are CrmID, DateOpened, ")
    assert told[1].startswith("  CrmId: no such field")
    for words in (
        ("tickets", "update", "4"),
        ("messages", "create", "4"),
        ("departments", "update", "2"),
        ("replies", "create"),
        ("replies", "update", "2"),
        ("statuses", "update", "1"),
    ):
        assert "Colour: no such field" in refused(*words, "--data", '{"Colour": "red"}').err


@pytest.mark.parametrize(
    ("words", "field", "limit"),
    [
        ((*NEW, "--subject"), "Subject", 50),
        ((*NEW, "--customer-name"), "CustomerName", 255),
        (("tickets", "create", "--customer-email"), "CustomerEmail", 100),
        (("tickets", "update", "4", "--customer-phone"), "CustomerPhone", 50),
        (("tickets", "update", "4", "--customer-ip"), "CustomerIpAddress", 50),
        ((*NEW, "--message"), "CrmMessageList.0.Message", 65535),
        (("messages", "create", "4", "--text"), "Message", 65535),
        (("messages", "create", "4", "--text", "Hi", "--sender-name"), "SenderName", 150),
        (("messages", "create", "4", "--text", "Hi", "--sender-email"), "SenderEmail", 100),
        (("departments", "update", "2", "--name"), "Name", 255),
        (("replies", "create", "--text", "Hi", "--title"), "Title", 100),
        (("replies", "update", "2", "--text"), "Message", 65535),
        (("statuses", "update", "1", "--name"), "StatusName", 50),
    ],
)
def test_too_long_texts_name_the_field_and_its_limit(
    refused: Run, words: tuple[str, ...], field: str, limit: int
) -> None:
    told = refused(*words, "é" * (limit + 1)).err
    assert f"{field}: at most {limit:,} characters, {limit + 1:,} given" in told


def test_required_fields(refused: Run) -> None:
    assert "CustomerEmail: required" in refused("tickets", "create", "--subject", "Hello").err
    assert "CustomerEmail: required" in refused("tickets", "create", "--customer-email", " ").err
    assert "Message: required" in refused("messages", "create", "4").err
    assert "standard input is empty" in refused("messages", "create", "4", "--text", "-", stdin="\n").err
    assert "standard input is empty" in refused("replies", "update", "1", "--text", "-", stdin="").err
    told = refused("replies", "create").err.splitlines()
    assert told[:2] == ["Error: The saved reply can't be sent: Title: required.", "  Message: required"]


def test_standard_input_twice(refused: Run) -> None:
    assert "'-' is given twice" in refused("tickets", "update", "-", "--data", "-", stdin="4\n").err
    assert "'-' is given twice" in refused("messages", "create", "4", "--text=-", "--data=-", stdin="Hi").err


@pytest.mark.parametrize("noun", ["tickets", "departments", "replies", "statuses"])
def test_an_update_of_nothing(refused: Run, noun: str) -> None:
    for extra in ((), ("--data", "{}")):
        assert refused(noun, "update", "2", *extra).err.startswith("Error: Nothing to change was named.")


@pytest.mark.parametrize("value", ["half \ud83d", "\udcff", "a\0b"], ids=["high", "undecoded", "NUL"])
def test_texts_that_no_store_can_hold(refused: Run, tmp_path: Path, value: str) -> None:
    """An argument that was not valid UTF-8 reaches Python with lone surrogates; JSON may hold them, and NUL, escaped."""
    for flag, words in (("--subject", NEW), ("--data", ("messages", "create", "4"))):
        refused(*words, flag, value)
    told = refused("messages", "create", "4", "--data", json.dumps({"Message": value})).err
    (kept,) = (tmp_path / "state" / "crmcli" / "drafts").iterdir()
    assert f"  Your text is kept in {kept}" in told.splitlines()
    refused("tickets", "update", "4", "--data", "-", stdin=json.dumps({"Subject": value}))


@pytest.mark.parametrize("flag", ["--subject", "--customer-name", "--status", "--department", "--opened-after"])
def test_filters_that_are_no_text(refused: Run, flag: str) -> None:
    refused("tickets", "list", flag, "half \ud83d")


def test_files_and_pipes_in_utf_16_that_say_so(run: Run, shop: Sandbox, tmp_path: Path) -> None:
    raw = "Grüße\r\n".encode("utf-16")
    (tmp_path / "text").write_bytes(raw)
    assert run("messages", "create", "4", "--text", f"@{tmp_path / 'text'}").code == 0
    assert run("messages", "create", "4", "--text", "-", stdin=raw).code == 0
    assert [body["Message"] for body in shop.bodies()] == ["Grüße", "Grüße"]


@pytest.mark.parametrize("raw", [b"\xff", "Grüße".encode("latin-1"), "Grüße".encode()[:-2]])
def test_files_and_pipes_that_are_not_utf8(refused: Run, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "text").write_bytes(raw)
    assert "is not UTF-8 text (byte " in refused("messages", "create", "4", "--text", f"@{tmp_path / 'text'}").err
    assert "is not UTF-8 text (byte " in refused("messages", "create", "4", "--text", "-", stdin=raw).err
    assert "is not UTF-8 text (byte " in refused("tickets", "get", "-", stdin=raw).err
    assert "is not UTF-8 text (byte " in refused(*NEW, "--data", "-", stdin=raw).err


def test_a_pipe_with_a_name_is_read_like_a_file(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("Dear Ann,\n" * 20_000,))
    writer.start()
    assert "199,999 given" in run("messages", "create", "4", "--text", f"@{pipe}").err
    writer.join()
    writer = threading.Thread(target=pipe.write_text, args=("ticket,status\n4,1\n",))
    writer.start()
    assert run("tickets", "update", "--from", str(pipe), "--yes").code == 0
    writer.join()


def test_files_that_are_not_there(refused: Run, tmp_path: Path) -> None:
    for name, reason in ((tmp_path / "nothing", "No such file or directory"), (tmp_path, "Is a directory")):
        assert refused("messages", "create", "4", "--text", f"@{name}").err.splitlines()[0] == (
            f"Error: {name} can't be read: {reason}."
        )
    refused("messages", "create", "4", "--text", "@")
    refused("messages", "create", "4", "--text", "@~nobody-of-that-name/text")


@pytest.mark.parametrize("data", ["", "{", "[]", "null", '"x"', '{"Subject": NaN}', '{"a":' * 5000, "Subject=x"])
def test_data_that_is_no_json_object(refused: Run, data: str) -> None:
    refused(*NEW, "--data", data)


def test_values_of_the_wrong_type(refused: Run) -> None:
    for data, told in (
        ('{"DepartmentID": "2"}', "DepartmentID: a whole number is needed"),
        ('{"OrderID": 4.5}', "OrderID: a whole number is needed"),
        ('{"OrderID": true}', "OrderID: a whole number is needed"),
        ('{"Subject": 5}', "Subject: text is needed"),
        ('{"Subject": null}', "Subject: text is needed"),
        ('{"CrmMessageList": "Hello"}', "CrmMessageList: "),
    ):
        assert told in refused(*NEW, "--data", data).err
    assert "messages" in refused("tickets", "update", "4", "--data", '{"CrmMessageList": []}').err


@pytest.mark.parametrize(
    "date", ["", "soon", "23.11.2026", "2026-02-30", "2026-13-01", "7", "7y", "-7d", "9999999d", "2026-11-23T25:00"]
)
def test_bad_dates_list_the_forms(refused: Run, date: str) -> None:
    for flag in ("--opened-after", "--opened-before", "--active-after", "--active-before"):
        told = refused("tickets", "list", f"{flag}={date}").err
        assert repr(date) in told
        assert "2026-11-23T14:05" in told


def test_empty_filters_would_match_all(refused: Run) -> None:
    for flag in ("--subject", "--customer-name", "--customer-email", "--customer-phone", "--customer-ip"):
        assert "would match every ticket" in refused("tickets", "list", flag, " ").err
    refused("tickets", "list", "--order", "")


@pytest.mark.parametrize("noun", [("tickets",), ("messages",), ("departments",), ("replies",), ("statuses",)])
def test_limits(refused: Run, noun: tuple[str, ...]) -> None:
    words = (*noun, "list", *(("3",) if noun == ("messages",) else ()))
    for wrong in (("--limit", "0"), ("--limit", "-1"), ("--limit", "x"), ("--offset", "-1"), ("--limit", "5", "--all")):
        refused(*words, *wrong)


def test_unknown_words(refused: Run) -> None:
    for words in (
        ("ticket", "list"),
        ("tickets", "lst"),
        ("tickets", "list", "extra"),
        ("tickets", "get"),
        ("tickets", "list", "--subjcet", "x"),
        ("tickets", "list", "--subject"),
        ("-o", "xml", "tickets", "list"),
        ("tickets", "list", "-o", "xml"),
        ("tickets", "list", "--color", "red"),
        ("messages", "update", "4", "7"),
        ("departments", "create"),
        ("statuses", "delete", "1"),
    ):
        refused(*words)
    assert "Did you mean" in refused("tickets", "lst").err


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
def test_any_text_is_sent_as_it_is_or_refused(run: Run, sandbox: Sandbox, text: str) -> None:
    """No text makes the program fail, and none is changed on its way."""
    sent = len(sandbox.bodies())
    made = run(*NEW, f"--subject={text}", f"--data={json.dumps({'CustomerName': text})}")
    assert made.code in (0, 2), made
    bodies = sandbox.bodies()[sent:]
    assert [(body["Subject"], body["CustomerName"]) for body in bodies] == ([(text, text)] if made.code == 0 else [])
