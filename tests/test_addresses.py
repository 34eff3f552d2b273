"""Addresses that mean the same are the same: plain http stays on this machine in whatever letters it is written."""

from __future__ import annotations

import pytest

from crmcli import settings, values
from tests.between import listening, silent
from tests.conftest import Run, Sandbox

FORMS = (
    "HTTP://127.0.0.1:{}",
    "Http://LocalHost:{}",
    "http://localhost.:{}",
    "http://LOCALHOST:{}/",
    "http://127.0.0.1:{}//",
)


@pytest.mark.parametrize("form", FORMS)
def test_loopback_in_any_letters_goes_through_no_proxy(
    shop: Sandbox, run: Run, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.server.base_url.partition(str(shop.server.port))[2]
    monkeypatch.setenv("CRMCLI_BASE_URL", form.format(shop.server.port).rstrip("/") + path + "/" * form.count("/", 8))
    with listening(silent) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert run("messages", "create", "1", "--text", "Hi").code == 0
        assert proxy.connections == 0
    assert settings.load(None).rate_limit is None, "none on loopback"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HTTPS://APIREST.3dcart.COM/3dCartWebAPI/v1", values.REAL_HOST),
        ("https://apirest.3dcart.com.:443/3dCartWebAPI/v1/", values.REAL_HOST),
        ("https://Store.Example:8443/API", "https://store.example:8443/API"),
        ("HTTP://[::1]:80/x", "http://[::1]/x"),
        ("http://[::FFFF:7F00:1]/x", "http://[::ffff:7f00:1]/x"),
    ],
)
def test_the_one_form_of_an_address(written: str, meant: str) -> None:
    assert values.address(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((form, "shop.example") for form in ("shop.example", "https://www.shop.example", "http://Shop.Example/")),
        *((form, "shop.example") for form in ("https://shop.example.:443/", "shop.example:80")),
        *((f"https://shop.example/{page}", "shop.example") for page in ("index.html", "Default.asp", "?a=b", "#top")),
        ("https://shop.example:8443/EU/", "shop.example:8443/eu"),
        ("http://[::1]:80/", "[::1]"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("what else", "what else"),
    ],
)
def test_the_one_form_of_a_store(written: str, meant: str) -> None:
    """What stands in the files of every version: of the usual spellings it is never to change."""
    assert values.one_store(f"https://api.example {written}") == f"https://api.example {meant}"


@pytest.mark.parametrize(
    "written",
    [
        "http://127.1/x",
        "http://2130706433",
        "https://1.2.3",
        "http://example.com.",
        "HTTP://Example.com",
        "https://..",
        "https://",
        "https://a:x/",
    ],
)
def test_what_is_no_address(written: str) -> None:
    with pytest.raises(ValueError):
        values.address(written)


def test_one_store_in_any_letters_has_one_outbox(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = settings.load(None).store
    monkeypatch.setenv("CRMCLI_BASE_URL", shop.server.base_url.replace("http:", "HTTP:") + "/")
    monkeypatch.setenv("CRMCLI_SECURE_URL", "HTTPS://WWW.Example-Store.com/")
    assert settings.load(None).store == first
