from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from enrichers.compiled import write
from enrichers.open_data import OpenDataError
from tests.cli.conftest import Command


def test_demo_builds_and_says_the_settings(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = command("tables", "demo", str(tmp_path / "tables"))
    assert ended.code == 0
    for line in ended.out.splitlines():
        name, _, path = line.partition("=")
        assert Path(path).is_file()
        monkeypatch.setenv(name, path)
    shown = command("tables", "show")
    assert [line.split()[0] for line in shown.out.splitlines()[1:4]] == ["geo", "asn", "networks"]
    assert command("check", "--no-topics").code == 0


def test_lookup(command: Command) -> None:
    ended = command("tables", "lookup", "175.45.176.1", "--demo")
    assert ended.code == 0
    assert "registry    NET-1 (100% sure)" in ended.out


def test_lookup_json(command: Command) -> None:
    facts = json.loads(command("tables", "lookup", "175.45.176.1", "--demo", "--json").out)
    assert facts["registry"] == "NET-1"


def test_what_a_table_says_cannot_steer_a_terminal(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "asn.mmdb"
    record = {"autonomous_system_number": 64500, "autonomous_system_organization": "\x1b[2J Example"}
    write([(IPv4Network("192.0.2.0/24"), record)], path, "ASN\x1b[2J", 1_790_000_000, "test")
    monkeypatch.setenv("PERSONAWATCH_ASN_TABLE", str(path))
    assert "AS64500 \N{REPLACEMENT CHARACTER}[2J Example" in command("tables", "lookup", "192.0.2.7").out
    assert "ASN\N{REPLACEMENT CHARACTER}[2J" in command("tables", "show").out
    monkeypatch.delenv("PERSONAWATCH_ASN_TABLE")
    write([(IPv4Network("192.0.2.0/24"), {"\x1b[2J": 1})], path, "Geo", 1_790_000_000, "test")
    monkeypatch.setenv("PERSONAWATCH_GEO_TABLE", str(path))
    assert "found records with \N{REPLACEMENT CHARACTER}[2J; expected" in command("tables", "show").err


def test_without_tables_everything_is_unknown(command: Command) -> None:
    assert "place       not known" in command("tables", "lookup", "8.8.8.8").out
    assert "no table for geo, asn, networks" in command("tables", "show").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["lookup", "example.org", "--demo"], "'example.org' is not an IP address"),
        (["lookup"], "lookup takes an address"),
        (["show", "x"], "x/manifest.json: readable: found No such file"),
        (["show", "x", "y"], "show takes a folder or nothing"),
        (["build", "x"], "build takes a feeds.toml and a folder"),
        (["verify"], "verify takes a folder"),
        (["build", "/no/feeds.toml", "x"], "/no/feeds.toml: readable: found No such file or directory"),
        (["get"], "get takes a folder"),
        (["demo", "/dev/null/x"], "name a folder that can be written"),
    ],
)
def test_bad_input(command: Command, words: list[str], says: str) -> None:
    ended = command("tables", *words)
    assert ended.code == 2
    assert says in ended.err


def test_a_bad_table_is_a_configuration_fault(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAWATCH_GEO_TABLE", "/no/such/file.mmdb")
    ended = command("tables", "show")
    assert ended.code == 78
    assert "/no/such/file.mmdb: readable" in ended.err


def test_get_shows_progress_and_names_the_settings(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enrichers.open_data.fetch", lambda folder, progress: progress(f"downloading into {folder}"))
    ended = command("tables", "get", str(tmp_path))
    assert ended.err == f"downloading into {tmp_path}\n"
    assert ended.out.startswith(f"PERSONAWATCH_GEO_TABLE={tmp_path}/dbip-city-lite.mmdb\n")


def test_get_says_why_it_failed(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OpenDataError("iporigin: pip could not be run")

    monkeypatch.setattr("enrichers.open_data.fetch", fail)
    ended = command("tables", "get", str(tmp_path))
    assert (ended.code, ended.err) == (70, "personawatch tables: iporigin: pip could not be run\n")
