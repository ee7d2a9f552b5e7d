"""The account judged again under other thresholds: its own records through the same stage, its shared things by the same code.

What others have is as it was. A shared thing is judged as it is at the end and as it was when most accounts were on it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from enrichers.timezones import offsets_of
from streams.detection.account_state import AccountState
from streams.detection.accounts import AccountsStage
from streams.detection.assessing import standing
from streams.detection.catalogue.model import Catalogue
from streams.detection.messages import Evidence
from streams.detection.states import PartitionStates, StateCodec
from streams.explain.suppression import judged
from streams.explain.watching import Watch

AT_THINGS = {
    "shared_ip_multi_account": "ip",
    "shared_subnet_single_use_devices": "subnet",
    "proxy_exit_cooccurrence": "pair",
    "payout_instrument_shared": "payout",
    "shared_device_multi_account": "device",
}
"""Indicator → kind of shared thing at which it is judged."""
Tuned = Mapping[str, Mapping[str, float]]
"""Indicator → thresholds that are otherwise."""


def tuned(catalogue: Catalogue, otherwise: Tuned) -> Catalogue:
    """The same catalogue with other thresholds."""
    indicators = {
        name: msgspec.structs.replace(
            catalogue.indicators[name], thresholds={**catalogue.indicators[name].thresholds, **values}
        )
        for name, values in otherwise.items()
    }
    return msgspec.structs.replace(catalogue, indicators={**catalogue.indicators, **indicators})


def rehearse(watch: Watch, otherwise: Tuned) -> dict[str, list[Evidence]]:
    """What the account would have of each of these indicators, each under its own other thresholds."""
    catalogue = tuned(watch.plain_catalogue, otherwise)
    found: dict[str, list[Evidence]] = {name: [] for name in otherwise}
    for name in found.keys() & AT_THINGS.keys():
        found[name] = _at_things(watch, name, catalogue)
    alone = found.keys() - AT_THINGS.keys()
    if alone:
        account = again(watch, catalogue)
        for item in standing(catalogue, watch.account, account).evidence:
            if item.indicator in alone:
                found[item.indicator].append(item)
    return found


def again(watch: Watch, catalogue: Catalogue) -> AccountState:
    """The account's state after all records about it, under `catalogue`."""
    stage = AccountsStage(catalogue, offsets_of)
    states: PartitionStates[AccountState] = PartitionStates(StateCodec(AccountState))
    for input_name, record in watch.heard:
        stage.process(input_name, (record,), states)
    state = states.get(watch.account.encode())
    return AccountState() if state is None else state


def _at_things(watch: Watch, indicator: str, catalogue: Catalogue) -> list[Evidence]:
    kind = AT_THINGS[indicator]
    things = [thing for name, thing in watch.things.items() if name.partition(":")[0] == kind]
    things += [watch.peaks[kind]] if kind in watch.peaks else []
    said = [judged(watch.account, indicator, thing, catalogue, None) for thing in things]
    return [item for item in said if item is not None]
