"""`personawatch explain`, as a person runs it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from streams.contracts import contracts
from streams.scenarios import encode
from tests.cli.conftest import Command, bare_environment, command
from tests.detection.pipeline import scenario
from tests.explain.conftest import of_scenario

__all__ = ["bare_environment", "command"]


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("explain") / "s05b.ndjson.gz"
    lines = b"".join(encode(event) + b"\n" for _, event in scenario("S05b"))
    path.write_bytes(gzip.compress(lines + b"no event\n", compresslevel=1))
    return str(path)


def test_json_keeps_its_contract(command: Command, stream: str) -> None:
    ended = command("explain", "s05b-0-0-a5", stream, "--tables", "demo", "--json")
    assert ended.code == 0
    told = json.loads(ended.out)
    jsonschema.validate(told, contracts()["explanation.schema.json"])
    assert told == json.loads(msgspec.json.encode(of_scenario("S05b")))
    assert ended.err == "1 of 3,374 records were no events\n"


def test_text_is_plain_where_there_is_no_terminal(command: Command, stream: str) -> None:
    ended = command("explain", "s05b-0-0-a5", stream, "--tables", "demo")
    assert ended.code == 0
    assert ended.out.startswith("Account s05b-0-0-a5: tier priority, 99.1 of 100\n")
    assert "  - Had `dprk_range_login` not fired: watch (57 of 100).\n" in ended.out
    assert "\x1b" not in ended.out


def test_an_account_that_is_not_there(command: Command, stream: str) -> None:
    ended = command("explain", "s05b-0-0-a6", stream, "--tables", "demo")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.endswith(
        "personawatch explain: account 's05b-0-0-a6': no event of it among 3,374 records of 1 accounts;"
        " did you mean s05b-0-0-a5?\n"
    )


def test_faults_are_one_line(command: Command, stream: str, tmp_path: Path) -> None:
    missing = command("explain", "a", str(tmp_path / "none.ndjson"))
    assert missing.code == 2
    assert "none.ndjson" in missing.err
    tables = command("explain", "a", stream, "--tables", "where=there")
    assert tables.code == 3
    assert "--tables where=there: expected demo, none" in tables.err
    (tmp_path / "network.toml").write_text("[indicator")
    catalogue = command("explain", "a", stream, "--catalogue", str(tmp_path))
    assert (catalogue.code, "network.toml" in catalogue.err) == (3, True)
