"""`personawatch scorecard`, as a person or a build server runs it; over what `scenario mix` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import jsonschema
import pytest

from streams.contracts import contracts
from tests.cli.conftest import Command, bare_environment, command

__all__ = ["bare_environment", "command"]


class Files(NamedTuple):
    stream: str
    labels: str


@pytest.fixture
def files(command: Command, tmp_path: Path) -> Files:
    labels = tmp_path / "labels.ndjson"
    words = ("--accounts", "20", "--days", "23", "--plant", "S05", "--start", "2026-03-04", "--labels", str(labels))
    made = command("scenario", "mix", *words)
    assert made.code == 0
    stream = tmp_path / "mix.ndjson"
    stream.write_text(made.out)
    return Files(str(stream), str(labels))


def test_measures_a_mix_and_judges_it_and_again(command: Command, files: Files, tmp_path: Path) -> None:
    words = ("scorecard", files.stream, "--labels", files.labels, "--tables", "demo")
    judged = ("--json", "--fail-under", "expected=1", "--fail-under", "recall.review=0.5")
    ended = command(*words, *judged)
    assert (ended.code, ended.err) == (0, "")
    card = json.loads(ended.out)
    jsonschema.validate(card, contracts()["scorecard.schema.json"])
    assert [item["true_positives"] for item in card["tiers"]] == [2, 1, 1]
    assert card["expected"]["share"] == 1.0
    cohorts = tmp_path / "cohorts.ndjson"
    people = [json.loads(line)["account_id"] for line in Path(files.labels).read_text().splitlines()]
    cohorts.write_text("".join(f'{{"account_id": "{account}", "cohort": "all"}}\n' for account in people))
    below = command(*words, "--fail-under", "recall.review=0.9", "--cohorts", str(cohorts))
    assert below.code == 1
    assert below.err == "below: recall.review 0.5, expected at least 0.9\n"
    assert "  below  recall.review 0.500, at least 0.9\n" in below.out
    assert "  all                        22        –" in below.out
    assert command(*words, *judged) == ended, "same stream, same bytes"


def test_a_decision_of_a_later_file_leaves_the_labels_of_an_earlier_one(
    command: Command, files: Files, tmp_path: Path
) -> None:
    decisions = tmp_path / "decisions.ndjson"
    people = [json.loads(line)["account_id"] for line in Path(files.labels).read_text().splitlines()]
    decisions.write_text("".join(f'{{"account_id": "{account}", "outcome": "cleared"}}\n' for account in people))
    words = ("scorecard", files.stream, "--labels", files.labels, "--tables", "demo", "--json")
    assert command(*words, "--labels", str(decisions)).out == command(*words).out


def test_faults_are_one_line(command: Command, tmp_path: Path) -> None:
    labels, stream = tmp_path / "labels", tmp_path / "stream"
    labels.write_text('{"account_id": "a", "label": "evil"}\n')
    stream.write_text("")
    bad = command("scorecard", str(stream), "--labels", str(labels))
    assert bad.code == 2
    assert bad.err.startswith(f"personawatch scorecard: {labels}: line 1: label 'evil', expected one of attack")
    empty = command("scorecard", str(stream))
    assert (empty.code, empty.err) == (2, "personawatch scorecard: no event among 0 records\n")
    rules = command("scorecard", str(stream), "--catalogue", str(tmp_path / "none"))
    assert (rules.code, rules.err.count("\n")) == (3, 1)
    metric = command("scorecard", str(stream), "--fail-under", "speed=1")
    assert metric.code == 2
    assert "'speed=1': expected METRIC=NUMBER" in metric.err
    assert metric.err.count("\n") == 1


def test_an_absent_file(command: Command, tmp_path: Path) -> None:
    gone = command("scorecard", str(tmp_path / "a"), "--labels", str(tmp_path / "b"))
    assert gone.code == 2
    assert "No such file" in gone.err
