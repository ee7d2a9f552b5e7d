"""What is wrong with the files of TLS is said before anybody connects, and never asked for at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.runtime.settings import SettingsError, load
from tests.kafka.secure import PASS_PHRASE, Certificates, missing
from tests.require import require


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    require(missing())
    return Certificates(tmp_path_factory.mktemp("certificates"))


def faults(**settings: Path | str) -> list[str]:
    """What `load` refuses."""
    given = {f"PERSONAWATCH_{name.upper()}": str(value) for name, value in settings.items()}
    try:
        load({"PERSONAWATCH_SECURITY": "SSL"} | given)
    except SettingsError as error:
        return error.faults
    return []


def test_good_files(made: Certificates) -> None:
    assert faults(ssl_ca_file=made.authority, ssl_cert_file=made.client, ssl_key_file=made.client_key) == []
    assert faults(ssl_cert_file=made.client, ssl_key_file=made.locked_key, ssl_key_password=PASS_PHRASE) == []
    assert faults(ssl_cert_file=made.server_store) == [], "certificate and key in one file"


def test_a_file_without_certificates(made: Certificates) -> None:
    [fault] = faults(ssl_ca_file=made.client_key)
    assert fault.startswith(f"PERSONAWATCH_SSL_CA_FILE: no certificates to be read from {made.client_key}: ")
    assert "_ssl.c" not in fault


def test_a_key_under_a_pass_phrase(made: Certificates) -> None:
    assert faults(ssl_cert_file=made.client, ssl_key_file=made.locked_key) == [
        f"PERSONAWATCH_SSL_KEY_PASSWORD: missing, and the key in {made.locked_key} is under a pass phrase"
    ]
    [fault] = faults(ssl_cert_file=made.client, ssl_key_file=made.locked_key, ssl_key_password="a-guess")
    assert fault == f"PERSONAWATCH_SSL_KEY_PASSWORD: does not open the key in {made.locked_key}"


def test_the_key_of_another_certificate(made: Certificates) -> None:
    assert faults(ssl_cert_file=made.server, ssl_key_file=made.client_key) == [
        f"PERSONAWATCH_SSL_KEY_FILE: {made.client_key} is not the key of the certificate in {made.server}"
    ]


def test_a_certificate_without_its_key(made: Certificates) -> None:
    [fault] = faults(ssl_cert_file=made.client)
    assert f"no certificate in {made.client} or no key in {made.client}" in fault


def test_files_are_not_looked_at_without_tls(made: Certificates) -> None:
    assert faults(security="PLAINTEXT", ssl_ca_file=made.client_key) == []
