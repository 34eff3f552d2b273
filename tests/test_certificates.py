"""Certificates: whose word counts, and what is said of one that nobody vouches for."""

from __future__ import annotations

import shlex
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmcli.api import certificates
from tests import between
from tests.between import listening
from tests.conftest import Run, Sandbox

READ, SEND = "tickets list", "messages create 1 --text Hi"


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An authority that no store of certificates has."""
    for name in certificates.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return between.authority()


@pytest.fixture
def tls(shop: Sandbox, authority: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[between.Listener]:
    """The shop behind TLS, at an address on this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with listening(between.encrypted(context, shop.server.port)) as front:
        monkeypatch.setenv("CRMCLI_BASE_URL", f"https://localhost:{front.port}/3dCartWebAPI/v1")
        yield front


@pytest.fixture
def pem(authority: Any, tmp_path: Path) -> Path:
    """The file of the authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


def hashed(folder: Path, pem: Path) -> Path:
    """A folder of certificates as `openssl rehash` makes them."""
    import subprocess

    folder.mkdir()
    (folder / "company.pem").write_bytes(pem.read_bytes())
    subprocess.run(["openssl", "rehash", str(folder)], check=True)
    return folder


def usual(monkeypatch: pytest.MonkeyPatch, *, cafile: Path | None = None, capath: Path | None = None) -> None:
    """Have this system keep its certificates there."""
    paths = ssl.DefaultVerifyPaths(cafile and str(cafile), capath and str(capath), "", "", "", "")  # type: ignore[arg-type]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(certificates, "_FOLDERS", ())


def test_the_systems_own_store_is_trusted(
    tls: between.Listener, run: Run, pem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*shlex.split(READ)).code == 8
    usual(monkeypatch, capath=hashed(tmp_path / "certs", pem))
    assert run(*shlex.split(READ)).code == 0
    assert f"certifi's and the system's ({tmp_path / 'certs'})" in run("doctor").out


def test_a_system_with_a_bundle_alone(
    tls: between.Listener, run: Run, pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual(monkeypatch, cafile=pem)
    assert run(*shlex.split(READ)).code == 0


def test_a_system_without_certificates(tls: between.Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    usual(monkeypatch)
    monkeypatch.setattr(certificates, "_BUNDLES", ("/nowhere/at/all.pem",))
    context, told = certificates.trust()
    assert told.startswith("certifi's and none of the system's")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("variable", certificates.VARIABLES)
def test_the_variables_stand_over_both(
    tls: between.Listener, run: Run, pem: Path, tmp_path: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hashed(tmp_path / "certs", pem)
    monkeypatch.setenv(variable, str(pem if variable == "SSL_CERT_FILE" else folder))
    assert run(*shlex.split(SEND)).code == 0
    assert f"trusted are {variable}=" in run("doctor").out
    usual(monkeypatch, capath=folder)
    other = between.authority()
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.delenv(variable)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    assert run(*shlex.split(READ)).code == 8, "the system's own is not asked"


@pytest.mark.parametrize("command", [READ, SEND, "departments update 1 --name X", "doctor"])
@pytest.mark.parametrize("variable", ["", "SSL_CERT_FILE"])
def test_a_certificate_that_nobody_vouches_for_is_told_once(
    tls: between.Listener,
    shop: Sandbox,
    run: Run,
    command: str,
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if variable:
        between.authority().cert_pem.write_to_path(str(tmp_path / "other.pem"))
        monkeypatch.setenv(variable, str(tmp_path / "other.pem"))
    result = run(*shlex.split(command), "--json")
    told = result.out + result.err
    assert (result.code, result.error["kind"]) == (8, "network")
    assert "the host's certificate is not trusted: " in told
    assert (f"SSL_CERT_FILE={tmp_path / 'other.pem'} alone" if variable else "SSL_CERT_FILE=/path/to/ca.pem") in told
    assert tls.connections == 1, "not tried again"
    assert not shop.asked()
    if command == "doctor":
        assert not {"tickets", "clock"} & {row["check"] for row in result.json}, "what is behind it is not tried"
        assert [row["check"] for row in result.json if row["state"] == "failed"] == ["TLS"]


def test_a_host_of_another_name(tls: between.Listener, run: Run, pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("CRMCLI_BASE_URL", f"https://127.0.0.1:{tls.port}/3dCartWebAPI/v1")
    result = run(*shlex.split(READ))
    assert result.code == 8
    assert "IP address mismatch" in result.err


@pytest.mark.parametrize("variable", certificates.VARIABLES)
@pytest.mark.parametrize("kind", ["nowhere", "neither"])
@pytest.mark.parametrize("command", [READ, SEND, "doctor", "profiles check"])
def test_a_variable_that_names_nothing_is_named(
    tls: between.Listener, run: Run, command: str, variable: str, kind: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "nowhere":
        place = home / "nowhere"
    else:
        place = home / "words"
        place.write_text("no certificate")
    monkeypatch.setenv(variable, str(place))
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"]) == (3, "config")
    assert f"{variable} names {place}, which " in result.out + result.err
    assert "crmcli itself" not in result.err
    assert tls.connections == 0


def test_plain_loopback_reads_no_certificates(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    assert run(*shlex.split(READ)).code == 0
