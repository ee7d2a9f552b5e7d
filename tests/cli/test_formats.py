from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from schemas.formats.packaged import names
from tests.cli.conftest import Command
from tests.schemas.formats.producers import MINIMAL, SAMPLES
from tests.schemas.records import login

OKTA = str(SAMPLES / "made_okta.jsonl")
FUSION = str(SAMPLES / "fusionauth.jsonl")


def test_check_says_record_by_record_what_comes_out_and_what_is_missing(
    command: Command, golden: Callable[[str, str], None]
) -> None:
    ended = command("formats", "check", "okta", OKTA)
    assert ended.code == 2
    golden("formats-check.txt", ended.out.replace(f"{SAMPLES}/", ""))


def test_detection_over_many_files_and_the_coverage_of_each_format(command: Command) -> None:
    samples = [str(SAMPLES / f"made_{name}.jsonl") for name in ("okta", "keycloak", "osprey")]
    ended = command("formats", "check", "detect", *samples, FUSION, "--summary")
    rows = {line.split()[0]: line.split()[1:] for line in ended.out.splitlines()}
    assert list(rows) == ["format", "fusionauth", "keycloak", "okta", "osprey", "okta:", "osprey:"]
    assert rows["fusionauth"] == ["1", "0", "0", "100%", "100%", "100%", "100%", "0%", "0%"]
    assert rows["okta"][:3] == ["4", "3", "2"]


def test_a_clean_sample_ends_with_0_and_one_without_events_with_2(command: Command, tmp_path: Path) -> None:
    assert command("formats", "check", "fusionauth", FUSION).code == 0
    (tmp_path / "none.jsonl").write_text('{"type":"user.delete","createInstant":1,"info":{}}\n')
    ended = command("formats", "check", "fusionauth", str(tmp_path / "none.jsonl"))
    assert (ended.code, "left out unknown_type" in ended.out) == (2, True)


def test_a_file_may_be_one_record_over_many_lines_or_come_from_standard_input(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretty = tmp_path / "one.json"
    pretty.write_bytes(login().replace(b", ", b",\n  "))
    assert f"{pretty}  login.succeeded" in command("formats", "check", "native", str(pretty)).out
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(login() + b"\n\n" + login(event_id="e2") + b"\n")))
    assert "-:3  login.succeeded" in command("formats", "check", "detect", "-").out


def test_a_file_beyond_the_size_of_one_record_is_read_by_lines(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.cli.formats.WHOLE", 1000)
    monkeypatch.setattr("streams.cli.formats.PROGRESS_EVERY", 20)
    (tmp_path / "long.jsonl").write_bytes(b"".join(login(event_id=f"e{n}") + b"\n" for n in range(50)))
    ended = command("formats", "check", "detect", str(tmp_path / "long.jsonl"))
    assert [f"{tmp_path}/long.jsonl:{n}  " in ended.out for n in (1, 7, 50, 51)] == [True, True, True, False]
    assert ended.err == "20 records\n40 records\n"
    assert "50 of 50 addresses are 203.0.113.24: a proxy's instead of the client's?" in ended.out


def test_settings_and_headers_count(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(MINIMAL.replace('"id"', '["id", "$envelope.id"]') + 'occurred_at = "at"\nip = "xff"\n')
    sample = tmp_path / "sample.jsonl"
    sample.write_text('{"who":"a","at":"2026-03-02T09:14:07Z","xff":["198.51.100.1","203.0.113.5","10.1.1.1"]}\n')
    assert "absent: event_id (nothing at id, $envelope.id)" in command("formats", "check", str(own), str(sample)).out
    monkeypatch.setenv("PERSONAWATCH_TRUSTED_PROXIES", "10.0.0.0/8")
    ended = command("formats", "check", str(own), str(sample), "--header", "ce_id=x1")
    assert "login.succeeded 2026-03-02T09:14:07Z a 203.0.113.5" in ended.out


def test_list_and_show(command: Command) -> None:
    listed = command("formats", "list").out
    assert [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")] == names()
    assert command("formats", "show", "okta").out.startswith('name = "okta"\n')


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "okta"], "check takes a MAP and a FILE"),
        (["list", "okta"], "list takes no argument"),
        (["show"], "show takes a MAP"),
        (["show", "oktta"], "no packaged map 'oktta'; there are auth0, "),
        (["check", "oktta", OKTA], "oktta: no such format; expected detect, native, auth0, "),
        (["check", "okta", "/no/such/file"], "/no/such/file: No such file or directory"),
        (["check", "/no/such/map.toml", OKTA], "/no/such/map.toml: No such file or directory"),
        (["check", "okta", OKTA, "--header", "x"], "--header 'x': expected NAME=TEXT"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(command: Command, words: list[str], says: str) -> None:
    ended = command("formats", *words)
    assert ended.code == 2
    assert ended.err.startswith(f"personawatch formats: {says}")


def test_check_of_a_worker_proves_a_format_against_a_sample(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = command("check", "--no-topics", "--login-sample", FUSION)
    assert ended.code == 0
    assert (
        "formats    ok, login-events detect, platform-events detect, of login-events' sample 1 became events"
        in ended.out
    )
    monkeypatch.setenv("PERSONAWATCH_LOGIN_FORMAT", "okta")
    ended = command("check", "--no-topics", "--login-sample", FUSION)
    assert ended.code == 78
    assert "formats    1 fault\n" in ended.out
    assert "okta: absent: type" in ended.out


def test_a_format_that_is_none_stops_check_and_worker(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAWATCH_LOGIN_FORMAT", "oktta")
    assert command("check", "--no-topics").code == 78
    ended = command("worker")
    assert (ended.code, "login-events: oktta: no such format" in ended.err) == (78, True)
