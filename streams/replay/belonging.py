"""Which accounts belong to a scenario: by the ids that the generators make, or by a file of labels."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

import msgspec

from schemas.diagnosis import READ_FAULTS
from streams.cli.outcome import BadInputError
from streams.scenarios import SCENARIOS

Belongs = Callable[[str, str], bool]
"""(account, scenario or the beginning of its name, as `S05` for S05a and S05b) → whether it belongs there."""


class _Label(msgspec.Struct):
    account_id: str
    scenario: str = ""


_label = msgspec.json.Decoder(_Label).decode


def by_id(account: str, scenario: str) -> bool:
    """Whether the account's id is one that a generator gives the scenario's people."""
    return any(account.startswith(f"{name.lower()}-") for name in SCENARIOS if name.startswith(scenario))


def by_labels(name: str) -> Belongs:
    """Read a file as `personawatch scenario mix --labels` writes it: one account a line, with its scenario.

    Raises BadInputError with file and line.
    """
    scenarios: dict[str, str] = {}
    try:
        lines = Path(name).read_bytes().removeprefix(BOM_UTF8).splitlines()
    except OSError as error:
        raise BadInputError(f"{name}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            label = _label(line)
        except READ_FAULTS as error:
            example = '{"account_id": "a", "label": "attack", "scenario": "S05b"}'
            raise BadInputError(f"{name}: line {number}: {error}; expected a line such as {example}") from error
        scenarios[label.account_id] = label.scenario
    return lambda account, scenario: scenarios.get(account, "").startswith(scenario)
