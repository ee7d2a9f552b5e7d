"""TLS of all clients, from the files that the settings name; what is wrong with a file is found before anybody connects."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.runtime.settings import Settings


class TlsFilesError(Exception):
    """A file cannot be used; the text names its setting, never the pass phrase."""


def context(settings: Settings) -> ssl.SSLContext:
    """Certificates and host names are always verified. Raises `TlsFilesError`."""
    try:
        made = ssl.create_default_context(cafile=settings.ssl_ca_file or None)
    except OSError as error:
        raise TlsFilesError(
            f"PERSONAWATCH_SSL_CA_FILE: no certificates to be read from {settings.ssl_ca_file}: {_short(error)}"
        ) from None
    if settings.ssl_cert_file:
        _show_certificate(made, settings)
    return made


def faults(settings: Settings) -> list[str]:
    """What is wrong with the files, in words."""
    try:
        context(settings)
    except TlsFilesError as error:
        return [str(error)]
    return []


def _show_certificate(made: ssl.SSLContext, settings: Settings) -> None:
    asked = []

    def pass_phrase() -> str:
        # Always answered: without a callback OpenSSL would ask at the terminal and wait.
        asked.append(True)
        return settings.ssl_key_password

    certificate, key = settings.ssl_cert_file, settings.ssl_key_file or settings.ssl_cert_file
    try:
        made.load_cert_chain(certificate, key, pass_phrase)
    except OSError as error:
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            fault = f"PERSONAWATCH_SSL_KEY_FILE: {key} is not the key of the certificate in {certificate}"
        elif asked and not settings.ssl_key_password:
            fault = f"PERSONAWATCH_SSL_KEY_PASSWORD: missing, and the key in {key} is under a pass phrase"
        elif asked:
            fault = f"PERSONAWATCH_SSL_KEY_PASSWORD: does not open the key in {key}"
        else:
            fault = (
                "PERSONAWATCH_SSL_CERT_FILE, PERSONAWATCH_SSL_KEY_FILE: no certificate in"
                f" {certificate} or no key in {key}: {_short(error)}"
            )
        raise TlsFilesError(fault) from None


def _short(error: OSError) -> str:
    # Without the line of OpenSSL's source that Python puts behind it.
    return str(error.strerror).rsplit(" (_ssl.c", 1)[0]
