"""Every client over TLS, with a password or a certificate; and what is said when it is the wrong one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.kafka import secure
from tests.kafka.broker import Broker
from tests.kafka.pipeline import Pipeline, RealWorker, send, stories
from tests.kafka.secure import PASS_PHRASE, PASSWORD, SecureBroker
from tests.kafka.worker import command
from tests.require import require

Login = Callable[[SecureBroker], dict[str, str]]

LOGINS: dict[str, Login] = {
    "SCRAM": lambda broker: broker.password("SCRAM"),
    "PLAIN": lambda broker: broker.password("PLAIN"),
    "certificate": lambda broker: broker.certificate(),
}


@pytest.fixture(scope="session")  # a module's would be started anew whenever a test of another module comes between
def locked(broker: Broker) -> Iterator[SecureBroker]:
    """A broker behind TLS, beside the open one, whose fixture says what is missing for either."""
    del broker
    require(secure.missing())
    running = SecureBroker()
    try:
        running.start()
        yield running
    finally:
        running.close()


def environment(settings: dict[str, str]) -> dict[str, str]:
    return {f"PERSONAWATCH_{name.upper()}": value for name, value in settings.items()}


@pytest.mark.parametrize("login", LOGINS)
def test_the_pipeline_runs_over(locked: SecureBroker, login: str) -> None:
    site = Pipeline(locked.address, **LOGINS[login](locked), log_level="debug")
    try:
        send(site, stories(("S05b",)))
        worker = site.worker()
        site.wait_drained()
        assert "priority" in site.tiers().values()
        assert worker.stop() == 0
        assert "ready" in worker.whole_log()
        for secret in (PASSWORD, PASS_PHRASE):
            assert secret not in worker.whole_log()
    finally:
        site.close()


@pytest.mark.parametrize("login", LOGINS)
def test_the_commands_work_over(locked: SecureBroker, login: str) -> None:
    settings = LOGINS[login](locked) | {
        "topic_prefix": f"commands-{login}-",
        "app_id": f"commands-{login}",
        "replication_factor": "1",
    }
    event = b'{"type":"no.such","event_id":"1","account_id":"a","occurred_at":"2026-03-04T00:00:00Z"}\n'
    for words in (
        ("topics", "create"),
        ("topics", "check"),
        ("check",),
        ("send", "-"),
        ("alerts", "--once"),
        ("dead-letters", "list"),
    ):
        ended = command(environment(settings), *words, given=event)
        said = (ended.stdout + ended.stderr).decode()
        assert ended.returncode == 0, said
        assert PASSWORD not in said


def nobody(broker: SecureBroker) -> dict[str, str]:
    """A client without a certificate where one is wanted."""
    settings = broker.certificate()
    return {name: settings[name] for name in ("brokers", "security", "ssl_ca_file")}


def forger(broker: SecureBroker) -> dict[str, str]:
    """A client with the certificate of an authority that the broker does not know."""
    stranger = broker.certificates.stranger
    return nobody(broker) | {"ssl_cert_file": str(stranger), "ssl_key_file": str(stranger.with_suffix(".key"))}


WRONG: dict[str, tuple[Login, str]] = {
    "password": (
        lambda broker: broker.password("SCRAM") | {"sasl_password": PASSWORD[::-1]},
        "refused our user name or password (PERSONAWATCH_SASL_USER, PERSONAWATCH_SASL_PASSWORD)",
    ),
    "mechanism": (
        lambda broker: broker.password("SCRAM") | {"sasl_mechanism": "PLAIN"},
        "does not know the way to log in (PERSONAWATCH_SASL_MECHANISM)",
    ),
    "authority": (
        lambda broker: broker.password("SCRAM") | {"ssl_ca_file": str(broker.certificates.stranger)},
        "its certificate is not to be trusted: unable to get local issuer certificate (PERSONAWATCH_SSL_CA_FILE)",
    ),
    "host name": (
        lambda broker: (
            broker.password("SCRAM") | {"brokers": broker.addresses["SCRAM"].replace("127.0.0.1", "localhost")}
        ),
        "certificate is not valid for 'localhost'. (PERSONAWATCH_BROKERS)",
    ),
    "plain client": (
        lambda broker: {"brokers": broker.addresses["SCRAM"]},
        "speaks TLS and we do not (PERSONAWATCH_SECURITY is PLAINTEXT)",
    ),
    "plain broker": (
        lambda broker: broker.password("SCRAM") | {"brokers": broker.address},
        "closed the connection without an answer: it may speak without TLS (PERSONAWATCH_SECURITY is SASL_SSL)",
    ),
    "no password": (
        lambda broker: broker.certificate() | {"brokers": broker.addresses["SCRAM"]},
        "closed the connection at our first question: it may want a password (PERSONAWATCH_SECURITY is SSL)",
    ),
    "password not wanted": (
        lambda broker: broker.password("SCRAM") | {"brokers": broker.address, "security": "SASL_PLAINTEXT"},
        "wants no user name and password (PERSONAWATCH_SECURITY is SASL_PLAINTEXT)",
    ),
    "no certificate": (
        nobody,
        "refused our client certificate, or that we have none: bad certificate (PERSONAWATCH_SSL_CERT_FILE, ",
    ),
    "certificate": (
        forger,
        "refused our client certificate, or that we have none: certificate unknown (PERSONAWATCH_SSL_CERT_FILE, ",
    ),
    "pass phrase": (
        lambda broker: broker.certificate() | {"ssl_key_password": PASS_PHRASE[::-1]},
        "PERSONAWATCH_SSL_KEY_PASSWORD: does not open the key in",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_worker_says_in_one_line_what_is_wrong(locked: SecureBroker, what: str) -> None:
    login, words = WRONG[what]
    settings = login(locked)
    worker = RealWorker(environment(settings))
    try:
        assert worker.wait_ended() == 78
        said = worker.whole_log()
        faults = [line for line in said.splitlines() if "starting" not in line]
        assert len(faults) == 1, said
        assert words in faults[0]
        for secret in (settings.get("sasl_password"), settings.get("ssl_key_password")):
            assert not secret or secret not in said
    finally:
        worker.close()


@pytest.mark.parametrize("words", [("topics", "check"), ("check",), ("send", os.devnull)])
@pytest.mark.parametrize("what", ["password", "authority", "plain client"])
def test_a_command_says_in_words_what_is_wrong(locked: SecureBroker, words: tuple[str, ...], what: str) -> None:
    login, expected = WRONG[what]
    settings = login(locked)
    ended = command(environment(settings), *words)
    said = (ended.stdout + ended.stderr).decode()
    assert ended.returncode == 78, said
    assert expected in " ".join(said.split())  # `check` wraps its lines
    assert "Traceback" not in said
    assert settings.get("sasl_password", PASSWORD) not in said
