from __future__ import annotations

import json

from streams.cli.environment import load_catalogue
from streams.cli.red_flags import RED_FLAGS, coverage
from streams.runtime.settings import load
from tests.cli.conftest import Command


def test_lists_every_indicator_once(command: Command) -> None:
    ended = command("catalogue")
    catalogue = load_catalogue(load({}))
    listed = [line.split()[0] for line in ended.out.splitlines() if line.startswith("  ")]
    assert ended.code == 0
    assert sorted(listed) == sorted(catalogue.indicators)
    assert f"catalogue version {catalogue.version}" in ended.out


def test_json_has_every_field(command: Command) -> None:
    rows = json.loads(command("catalogue", "--json").out)
    assert {"id", "weight", "sources", "planned", "thresholds"} <= set(rows[0])


def test_one_in_full(command: Command) -> None:
    ended = command("catalogue", "dprk_range_login")
    assert ended.code == 0
    assert "NET-1" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_every_red_flag_has_an_indicator() -> None:
    flags = coverage(load_catalogue(load({})))
    assert [flag.id for flag in flags] == list(RED_FLAGS)
    assert not [flag.id for flag in flags if not (flag.implemented or flag.off or flag.planned)]


def test_coverage_counts(command: Command) -> None:
    ended = command("catalogue", "--coverage")
    covered = sum(bool(flag.implemented) for flag in coverage(load_catalogue(load({}))))
    assert ended.out.endswith(f"{covered} of 24 red flags are covered by an indicator that is on\n")
    assert len(json.loads(command("catalogue", "--coverage", "--json").out)) == 24


def test_unknown_indicator(command: Command) -> None:
    ended = command("catalogue", "impossible_travl")
    assert (ended.code, ended.err) == (
        2,
        "personawatch catalogue: no indicator 'impossible_travl'; did you mean impossible_travel?\n",
    )


def test_indicator_and_coverage_do_not_go_together(command: Command) -> None:
    assert command("catalogue", "impossible_travel", "--coverage").code == 2
