"""Whose word is taken for a host's certificate: certifi's authorities and the system's own.

A company that looks into its people's traffic puts its own authority into the system's store, and nowhere else. What was
weighed, on one core: certifi's bundle alone takes 13 ms of each start; certifi's and then `ssl`'s defaults 33 ms, since
OpenSSL reads a second bundle; the same with the system's folder of hashed certificates in place of its bundle 13 ms, since
OpenSSL opens there what a certificate names. `truststore` reads Linux's bundle anew for every connection, of which each
write here has one of its own. So the folder is taken where there is one; Windows' store through `ssl`, which reads it well;
and `truststore` on macOS alone, whose keychain `ssl` can't read.

Made without `ssl.create_default_context`: from Python 3.13 on that refuses authorities which lack what RFC 5280 asks of
them, as many a company's does, and curl takes them.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crmcli.errors import BadConfig

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where either is set, it stands over certifi's authorities and the system's (as OpenSSL and httpx have it)."""
_FOLDERS = ("/etc/ssl/certs", "/etc/pki/tls/certs")
_BUNDLES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/certs/ca-certificates.crt",
)
"""Where the distributions have them, for a Python that was built elsewhere and looks in a place of its own."""


def named() -> dict[str, str]:
    """The variables that are set, each with what it names."""
    return {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}


def trust() -> tuple[ssl.SSLContext, str]:
    """A TLS context, and in words whose authorities it trusts. Raises BadConfig for a variable that names what isn't one."""
    if found := named():
        context = _context()
        for variable, place in found.items():
            _add(context, variable, place)
        return context, ", ".join(f"{variable}={place}" for variable, place in found.items())
    import certifi

    context = _context()
    context.load_verify_locations(cafile=certifi.where())
    return context, f"certifi's and {_with_system(context)}"


def _context() -> ssl.SSLContext:
    kind: Callable[[int], ssl.SSLContext] = ssl.SSLContext
    if sys.platform == "darwin" and not named():
        with suppress(ImportError):  # installed where something else than pip did it
            import truststore

            kind = truststore.SSLContext
    context = kind(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an authority below the root may be the one that is named
    return context


def _add(context: ssl.SSLContext, variable: str, place: str) -> None:
    is_file = variable == VARIABLES[0]
    try:
        if is_file:
            with Path(place).open("rb"):  # OpenSSL says less of what is wrong
                pass
            context.load_verify_locations(cafile=place)
            return
        for folder in place.split(os.pathsep):
            with os.scandir(folder):
                pass
            context.load_verify_locations(capath=folder)
    except ssl.SSLError:
        raise BadConfig(
            f"{variable} names {place}, which holds no certificate.", hint=f"Name a file of PEM, or unset {variable}."
        ) from None
    except OSError as fault:
        raise BadConfig(
            f"{variable} names {place}, which can't be read: {fault.strerror}.",
            hint=f"Correct it, or unset {variable}.",
        ) from None


def _with_system(context: ssl.SSLContext) -> str:
    """Add the system's own authorities; says in words where they are. What can't be read of them is left out."""
    if sys.platform == "darwin":
        return "the keychain's"
    if os.name == "nt":
        context.load_default_certs()
        return "Windows' own"
    usual = ssl.get_default_verify_paths()
    for folder in (usual.capath, *_FOLDERS):
        if folder and _is_hashed(folder):
            context.load_verify_locations(capath=folder)
            return f"the system's ({folder})"
    for bundle in (usual.cafile, *_BUNDLES):
        with suppress(OSError):
            if bundle:
                context.load_verify_locations(cafile=bundle)
                return f"the system's ({bundle})"
    return "none of the system's: it has none where they usually are"


def _is_hashed(folder: str) -> bool:
    """Whether a folder's certificates can be found by what they certify: OpenSSL looks for names like 5ed36f99.0."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(".0") for entry in entries)
    except OSError:
        return False
