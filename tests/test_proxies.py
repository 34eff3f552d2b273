"""Proxies: what one refuses never left, and is told with its name; what can't be one is told with its variable."""

from __future__ import annotations

import os
import shlex
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmcli.api import proxies
from crmcli.errors import BadConfig
from tests import between
from tests.between import HOST, listening
from tests.conftest import Run, Sandbox

VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
READ, SEND = "tickets list", "messages create 1 --text Hi"
CHANGES = ("departments update 1 --name X", "replies delete 1 --yes")
FIRST = {SEND: 2, **dict.fromkeys(CHANGES, 1)}
"""What a write reads first, each on a connection of its own: the sandbox keeps none."""


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def front(shop: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of the shop behind TLS, as the store's host that only a proxy leads to."""
    authority = between.authority()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("CRMCLI_BASE_URL", f"https://{HOST}/3dCartWebAPI/v1")
    with listening(between.encrypted(context, shop.server.port)) as tls:
        yield tls.port


def test_a_proxy_that_works(front: int, shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []
    with listening(between.http_proxy(front, heads)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ann:s%40cret@127.0.0.1:{proxy.port}")
        for command in (READ, SEND, *CHANGES):
            assert run(*shlex.split(command)).code == 0
        doctor = run("doctor")
    assert heads[0].startswith(b"CONNECT crm.example:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic YW5uOnNAY3JldA==" in heads[0]
    assert b"PrivateKey" not in b"".join(heads)
    assert f"http://127.0.0.1:{proxy.port} (from HTTPS_PROXY)" in doctor.out
    assert "cret" not in doctor.out + doctor.err
    assert len(shop.asked("POST")) == 1


@pytest.mark.parametrize("status", [403, 407, 502, 503])
@pytest.mark.parametrize("command", [READ, SEND, *CHANGES, "doctor"])
def test_what_a_proxy_refuses_never_left(
    front: int, shop: Sandbox, run: Run, command: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []
    lets = FIRST.get(command, 0)
    with listening(between.http_proxy(front, heads, between.answers(status), lets)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ann:s3cret@127.0.0.1:{proxy.port}")
        result = run(*shlex.split(command), "--json")
    told = result.out + result.err
    assert (result.code, result.error["kind"]) == (8, "network")
    assert f"http://127.0.0.1:{proxy.port} (from HTTPS_PROXY) answered {status}" in told
    reads = 5 if "delete" in command else 0  # a delete is looked at again before its second try
    tries = 1 if status in (403, 407) else reads + 1 if reads else 5
    assert len(heads) == lets + tries
    assert "s3cret" not in told
    assert "Go away" not in told
    assert "was sent" not in told.replace("nothing was sent", "")
    assert "may have" not in told
    assert ("; nothing was sent." in told) == bool(lets)
    assert not shop.asked("POST", "PUT", "DELETE")
    if command == "doctor":
        assert [row["check"] for row in result.json if row["state"] == "failed"] == ["proxy"]


@pytest.mark.parametrize("command", [SEND, *CHANGES])
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2"], ids=["hangs up", "half a word"])
def test_a_proxy_that_hangs_up_took_nothing(
    front: int, shop: Sandbox, run: Run, command: str, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(between.http_proxy(front, [], answer, lets=FIRST[command])) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
        result = run(*shlex.split(command))
    assert result.code == 8
    assert "nothing was sent" in result.err
    assert f"proxy http://127.0.0.1:{proxy.port} (from HTTPS_PROXY)" in result.err
    assert not shop.asked("POST", "PUT", "DELETE")


def test_a_proxy_that_is_not_there(front: int, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(lambda _: None) as proxy:
        pass
    monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{proxy.port}")
    result = run(*shlex.split(SEND))
    assert result.code == 8
    assert f"through the proxy http://127.0.0.1:{proxy.port} (from all_proxy)" in result.err


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "SOCKS5"])
def test_socks(front: int, shop: Sandbox, run: Run, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts: list[bytes] = []
    with listening(between.socks_proxy(front, hosts)) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
        assert run("tickets", "list", "-o", "ids").lines[0] == "1"
        assert run(*shlex.split(SEND)).code == 0
    assert set(hosts) == {HOST.encode()}
    assert len(shop.asked("POST")) == 1


@pytest.mark.parametrize("command", [READ, SEND])
def test_a_socks_proxy_that_never_answers(front: int, run: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMCLI_TIMEOUT", "0.1")
    with listening(between.silent) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
        result = run(*shlex.split(command))
    assert result.code == 8
    assert "of the proxy socks5://127.0.0.1" in result.err


def test_socks_where_nothing_speaks_it(front: int, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from crmcli.api import connections

    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setattr(connections, "find_spec", lambda _: None)
    result = run("tickets", "list", "--json")
    assert (result.code, result.error["kind"]) == (3, "config")
    assert result.error["message"].startswith("ALL_PROXY names a SOCKS proxy")
    assert "crmcli[socks]" in result.error["hint"]


WRONG = (
    "http://127.0.0.1:port",
    "http://127.0.0.1:99999",
    "http://",
    "socks4://127.0.0.1:1",
    "http://[::1",
    "ftp://x",
    "a b",
    "http://x:0",
)


@pytest.mark.parametrize("said", WRONG)
@pytest.mark.parametrize("command", [READ, SEND, "doctor"])
def test_what_is_no_proxy_is_named_by_its_variable(
    front: int, run: Run, command: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", said)
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"]) == (3, "config")
    assert "HTTPS_PROXY is no proxy's address" in result.out + result.err
    assert "crmcli itself" not in result.err


@pytest.mark.parametrize("command", [READ, "doctor"])
@pytest.mark.parametrize(
    "said", ["fe80::/10", "::1/128", "127.0.0.0/8", "[::1]", "*.x,,", "a:b:c", "http://x", "\u00e4"]
)
def test_networks_in_no_proxy_are_read(
    sandbox: Sandbox, run: Run, command: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", said)
    assert run(*shlex.split(command)).code == 0


STRAIGHT = {
    "*": True,
    "crm.example": True,
    "CRM.Example.": True,
    "example": True,
    ".example": True,
    "*.example": True,
    "other.test, .example": True,
    "other.test .example": True,
    "rm.example": False,
    "crm.example.org": False,
    "crm.example:8443": True,
    "crm.example:443": False,
    "10.0.0.0/8": False,
    "": False,
}


@pytest.mark.parametrize("said", STRAIGHT)
def test_who_is_reached_straight(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", said)
    assert (proxies.proxy_for(f"https://{HOST}:8443/v1") is None) == STRAIGHT[said]


@pytest.mark.parametrize(
    ("host", "said", "straight"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.4,11.0.0.0/8", False),
        ("[fe80::1]", "fe80::/10", True),
        ("[fe80::1]", "[FE80::1]", True),
        ("[fe80::1]", "10.0.0.0/8", False),
        ("10.1.2.3", "fe80::/10", False),
        ("127.0.0.9", "", True),
        ("localhost", "", True),
        ("[::1]", "", True),
    ],
)
def test_addresses_that_are_reached_straight(
    host: str, said: str, straight: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", said)
    assert (proxies.proxy_for(f"https://{host}/v1") is None) == straight


def test_which_variable_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://{name.lower().partition('_')[0]}.example")
        found = proxies.proxy_for(f"https://{HOST}")
        assert found is not None
        assert found.shown == f"http://{name.lower().partition('_')[0]}.example:80 (from {name})"
    if os.name != "nt":  # where case tells variables apart
        monkeypatch.setenv("https_proxy", "")
        other = proxies.proxy_for(f"https://{HOST}")
        assert other is not None
        assert other.variable == "HTTPS_PROXY"


def test_no_password_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pa:ss@proxy.example:x")
    with pytest.raises(BadConfig) as told:
        proxies.proxy_for(f"https://{HOST}")
    assert "ann" not in str(told.value)
