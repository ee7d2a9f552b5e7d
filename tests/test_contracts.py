"""The written contracts are what the code says, and what the pipeline writes keeps them."""

from __future__ import annotations

import json

import jsonschema
import pytest

from schemas.export import render
from streams.contracts import FOLDER, contracts
from tests.detection.pipeline import Pipeline, scenario


@pytest.mark.parametrize("name", contracts())
def test_checked_in_contracts_are_current(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == render(contracts()[name]), "run python -m streams.contracts"


def test_every_alert_of_a_scenario_keeps_the_contract() -> None:
    pipeline = Pipeline().play(scenario("S05b", until_day=14))
    schema = contracts()["alert.schema.json"]
    outputs = [output for topic in ("alerts", "watchlist") for output in pipeline.runtime.outputs.get(topic, ())]
    assert outputs
    for output in outputs:
        jsonschema.validate(json.loads(output.value), schema)
