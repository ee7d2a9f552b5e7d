from __future__ import annotations

import os

import pytest

from streams.cli.outcome import BadConfigurationError
from streams.runtime.settings import Settings, describe
from tests.cli.conftest import Command

NOWHERE = "127.0.0.1:1"


def test_lists_all_settings(command: Command) -> None:
    out = command("check", "--settings").out
    assert [line.split()[0] for line in out.splitlines() if not line.startswith(" ")] == [s.name for s in describe()]
    assert "PERSONAWATCH_SASL_PASSWORD_FILE" in out


def test_good(command: Command) -> None:
    ended = command("check", "--no-topics")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "settings   ok"


def test_faults_of_the_settings_are_all_listed(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAWATCH_FLUSH_MS", "soon")
    monkeypatch.setenv("PERSONAWATCH_BROKRS", "x")
    ended = command("check")
    assert ended.code == 78
    assert "settings   2 faults" in ended.out
    assert "did you mean PERSONAWATCH_BROKERS?" in ended.out
    assert "catalogue  ok" in ended.out


def test_one_fault_hides_no_other(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_catalogue(_: Settings) -> None:
        raise BadConfigurationError("the catalogue has faults:\n  - one\n  - two")

    monkeypatch.setattr("streams.cli.check.load_catalogue", no_catalogue)
    monkeypatch.setenv("PERSONAWATCH_ASN_TABLE", "/no/such/file.mmdb")
    monkeypatch.setenv("PERSONAWATCH_BROKERS", NOWHERE)
    ended = command("check")
    assert ended.code == 78
    assert "catalogue  2 faults\n    - one\n    - two\n" in ended.out
    assert "tables     1 fault\n" in ended.out
    assert "topics     1 fault\n" in ended.out


def test_of_a_shadow_only_what_it_needs_is_looked_at(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAWATCH_ASN_TABLE", "/no/such/file.mmdb")
    ended = command("check", "--no-topics", "--shadow", "dprk_linked_range_login")
    assert ended.code == 0
    assert [line.split()[:2] for line in ended.out.splitlines()] == [["settings", "ok"], ["shadow", "ok,"]]
    monkeypatch.setenv("PERSONAWATCH_SHADOW", "marathon_session,session_marathon")
    ended = command("check", "--no-topics")
    assert ended.code == 78
    assert "shadow     2 faults" in ended.out


def test_only_a_shadow_can_be_forgotten(command: Command) -> None:
    ended = command("topics", "forget", "--brokers", NOWHERE)
    assert ended.code == 2
    assert "forget goes with --shadow: topics of live workers are never deleted here" in ended.err


def test_a_shadow_that_cannot_be_stops_its_worker(command: Command) -> None:
    ended = command("worker", "--shadow", "dprk_linked_range_logn")
    assert ended.code == 78
    assert ended.err == (
        "personawatch worker: shadow: 'dprk_linked_range_logn' is neither a folder nor an indicator; did you mean"
        " dprk_linked_range_login; expected a folder, or of the indicators that are off: dprk_linked_range_login\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ["topics", "check", "--shadow"],
        ["topics", "forget", "--shadow"],
        ["topics", "check"],
        ["topics", "describe"],
        ["topics", "create"],
        ["alerts", "--once"],
        ["dead-letters", "list"],
        ["send", os.devnull],
    ],
)
def test_no_broker_is_said_in_one_line(command: Command, words: list[str]) -> None:
    ended = command(*words, "--brokers", NOWHERE)
    assert ended.code == 70
    assert ended.err.count("\n") == 1
    assert f"broker {NOWHERE}: cannot connect" in ended.err


def test_bad_settings_stop_a_worker(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAWATCH_PARTITIONS", "many")
    ended = command("worker")
    assert ended.code == 78
    assert ended.err == "personawatch worker: PERSONAWATCH_PARTITIONS: found 'many', expected a whole number\n"


def test_bad_tables_stop_a_worker(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAWATCH_NETWORKS_TABLE", os.devnull)
    ended = command("worker")
    assert ended.code == 78
    assert "an empty file" in ended.err
