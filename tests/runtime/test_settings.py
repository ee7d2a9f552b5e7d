"""Settings: everything wrong is said at once, in words that name the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.runtime.settings import SettingsError, describe, load

GOLDEN_FAULTS = """\
PERSONAWATCH_PARTITIONS: found '8x', expected a whole number
PERSONAWATCH_CREATE_TOPICS: found 'maybe', expected true or false
PERSONAWATCH_SASL_PASSWORD_FILE: cannot read /no/such/file: [Errno 2] No such file or directory: '/no/such/file'
PERSONAWATCH_FLUSH_MS: found 1, expected at least 5
PERSONAWATCH_SESSION_TIMEOUT_S: found nan, expected 6 to 300
PERSONAWATCH_LOG_FORMAT: found 'xml', expected one of text, json
PERSONAWATCH_FLUSH_MSEC: no such setting; did you mean PERSONAWATCH_FLUSH_MS?
PERSONAWATCH_SASL_USER: missing, and SECURITY=SASL_SSL needs it
PERSONAWATCH_SASL_PASSWORD: missing, and SECURITY=SASL_SSL needs it (or …_FILE)
PERSONAWATCH_BROKERS: found 'kafka', expected host:port"""


def test_all_faults_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load(
            {
                "PERSONAWATCH_BROKERS": "kafka",
                "PERSONAWATCH_SECURITY": "SASL_SSL",
                "PERSONAWATCH_PARTITIONS": "8x",
                "PERSONAWATCH_CREATE_TOPICS": "maybe",
                "PERSONAWATCH_SASL_PASSWORD_FILE": "/no/such/file",
                "PERSONAWATCH_FLUSH_MS": "1",
                "PERSONAWATCH_SESSION_TIMEOUT_S": "nan",
                "PERSONAWATCH_LOG_FORMAT": "xml",
                "PERSONAWATCH_FLUSH_MSEC": "100",
                "PATH": "/bin",
            }
        )
    assert str(caught.value) == GOLDEN_FAULTS


NO_BROKERS = """kafka :9092 kafka: kafka:0 kafka:65536 kafka:² me:secret@kafka:1 SSL://kafka:1
    ::1:9092 [::1:9092 ::1]:9092 []:1 [kafka]:1"""


@pytest.mark.parametrize("broker", [*NO_BROKERS.split(), "kafka:" + "9" * 5000, "ka fka:1", " , "])
def test_a_broker_is_host_and_port(broker: str) -> None:
    with pytest.raises(SettingsError, match=r"BROKERS: .*expected host:port"):
        load({"PERSONAWATCH_BROKERS": broker})
    assert load({"PERSONAWATCH_BROKERS": "kafka:65535, [::1]:1,"}).broker_list() == ["kafka:65535", "[::1]:1"]


def test_an_address_of_ipv6_without_brackets_is_told_what_it_lacks() -> None:
    """Clients would take the port for a part of it, and ask another one."""
    with pytest.raises(SettingsError, match=r"found '::1:9093', expected host:port, an IPv6 address in brackets$"):
        load({"PERSONAWATCH_BROKERS": "::1:9093"})


def test_defaults_need_nothing() -> None:
    assert load({}).broker_list() == ["127.0.0.1:9092"]


def test_secret_from_file_and_not_in_repr(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hush\n")
    settings = load(
        {
            "PERSONAWATCH_SECURITY": "SASL_SSL",
            "PERSONAWATCH_SASL_USER": "me",
            "PERSONAWATCH_SASL_PASSWORD_FILE": str(secret),
        }
    )
    assert settings.sasl_password == "hush"
    assert "hush" not in repr(settings)


def test_secret_given_twice_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="given twice"):
        load({"PERSONAWATCH_SASL_PASSWORD": "a", "PERSONAWATCH_SASL_PASSWORD_FILE": str(tmp_path)})


def test_a_shadow_has_a_group_and_changelogs_of_its_own() -> None:
    live, shadow = load({}), load({"PERSONAWATCH_SHADOW": "tuned"})
    assert (live.app_id, shadow.app_id) == ("personawatch", "personawatch-shadow")
    assert shadow.changelog("shadow-cases") == "personawatch-shadow-shadow-cases-changelog"
    assert load({"PERSONAWATCH_SHADOW": ""}) == live


def test_every_setting_is_described() -> None:
    rows = describe()
    assert {row.name for row in rows if row.secret} == {
        "PERSONAWATCH_SASL_PASSWORD",
        "PERSONAWATCH_SSL_KEY_PASSWORD",
    }
    assert all(row.about for row in rows)
