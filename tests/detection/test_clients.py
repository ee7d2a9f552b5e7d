"""For whom an account works: contracts that begin and end, in parallel, in any order, by any number of clients."""

from __future__ import annotations

from itertools import accumulate, permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.account_state import Commitments
from streams.detection.windows import DAY, HOUR, MINUTE
from tests.detection.one_account import T0, Stage

HOURS = "activity_hours_mismatch"
HAWAII, TOKYO, NEW_YORK, AT_HOME = "Pacific/Honolulu", "Asia/Tokyo", "America/New_York", "Africa/Abidjan"


def zones(stage: Stage) -> dict[str, int | None]:
    return stage.account().profile.client_zones


def kept(stage: Stage) -> Commitments:
    return stage.account().profile.commitments or Commitments()


def worked_at_night(*clients: tuple[str, str | None]) -> Stage:
    """Stated to live in UTC, at work from 21 to 5 h for four weeks, for clients in these zones."""
    stage = Stage()
    start = T0 // DAY * DAY
    stage.tell(start, "account.created", claimed_tz=AT_HOME)
    for at, (client, zone) in enumerate(clients):
        stage.tell(start + HOUR + at, "contract.started", client_id=client, client_tz=zone)
    for day in range(29):
        for hour in range(21, 29):
            stage.tell(start + day * DAY + hour * HOUR, "message.sent")
    return stage


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        ((("c1", AT_HOME),), 1.0),
        ((("c1", HAWAII),), 0.0),
        ((("c1", None), ("c1", HAWAII)), 0.0),
        ((("c1", TOKYO), ("c1", HAWAII)), 0.0),
        ((("c1", HAWAII), ("c1", None)), 0.0),
        ((("c1", HAWAII), ("c1", AT_HOME)), 1.0),
        ((("c1", HAWAII), ("c2", None), ("c3", None)), 0.0),  # unknown is neither near nor far
        ((("c1", None),), 1.0),
    ],
)
def test_the_newest_known_zone_of_a_client_explains_the_hours(
    clients: tuple[tuple[str, str | None], ...], expected: float
) -> None:
    account = worked_at_night(*clients).account()
    evidence = account.fired.get(HOURS)
    assert (evidence.confidence if evidence else 0.0) == expected
    if evidence:
        assert len(evidence.refs) == 3
        assert all(ref.origin and ref.ts <= evidence.last for ref in evidence.refs)


def test_events_behind_the_hours_are_kept_from_the_first_odd_day_on() -> None:
    assert worked_at_night(("c1", HAWAII)).account().location is None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_client_is_current_until_the_contract_ends(order: tuple[int, ...]) -> None:
    stage = Stage()
    told = [("contract.started", "c1"), ("contract.ended", "c1"), ("contract.started", "c2")]
    for at in order:
        kind, client = told[at]
        stage.tell(
            T0 + at * HOUR, kind, client_id=client, **({"client_tz": HAWAII} if kind.endswith("started") else {})
        )
    assert zones(stage) == {"c2": -600}
    assert stage.account().profile.clients == 2
    stage.tell(T0 + DAY, "contract.started", client_id="c1", client_tz=TOKYO)
    assert zones(stage) == {"c2": -600, "c1": 540}


CONTRACTS = st.tuples(st.sampled_from(["started", "ended"]), st.sampled_from([None, HAWAII, TOKYO]))


@given(st.lists(CONTRACTS, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_starts_and_ends_of_a_day_mean_the_same_in_any_order(told: list[tuple[str, str | None]], rng: Any) -> None:
    order = list(range(len(told)))
    rng.shuffle(order)
    found = []
    for numbers in (range(len(told)), order):
        stage = Stage()
        for at in numbers:
            kind, zone = told[at]
            fields = {"client_tz": zone} if kind == "started" else {}
            stage.tell(T0 + at * HOUR, f"contract.{kind}", client_id="c1", **fields)
        found.append(zones(stage))
    assert found[0] == found[1]


K1, K2 = {"client_id": "c1", "contract_id": "k1"}, {"client_id": "c1", "contract_id": "k2"}
UNTOLD = {"client_id": "c1"}
Contracts = tuple[tuple[str, dict[str, str], str | None], ...]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ((("started", K1, TOKYO), ("started", K2, TOKYO), ("ended", K1, None)), {"c1": 540}),
        ((("started", K1, TOKYO), ("started", K2, None), ("ended", K1, None)), {"c1": 540}),
        ((("started", K1, TOKYO), ("started", K2, HAWAII), ("ended", K2, None)), {"c1": -600}),
        ((("started", K1, TOKYO), ("started", K2, TOKYO), ("ended", K1, None), ("ended", K2, None)), {}),
        ((("started", K1, TOKYO), ("ended", K1, None), ("started", K2, None)), {"c1": None}),
        ((("started", K1, TOKYO), ("ended", K2, None)), {"c1": 540}),
        ((("started", K1, TOKYO), ("started", K2, TOKYO), ("ended", UNTOLD, None)), {}),
        ((("started", UNTOLD, TOKYO), ("ended", K1, None)), {}),
        ((("started", UNTOLD, TOKYO), ("started", K2, None), ("ended", K1, None)), {"c1": 540}),
        ((("started", K1, TOKYO), ("started", UNTOLD, None), ("ended", UNTOLD, None)), {}),
        ((("started", UNTOLD, TOKYO), ("started", UNTOLD, None), ("ended", UNTOLD, None)), {"c1": 540}),
        ((("started", UNTOLD, TOKYO), ("started", UNTOLD, None), ("ended", K1, None)), {"c1": 540}),
        ((*(("started", UNTOLD, TOKYO),) * 2, *(("ended", UNTOLD, None),) * 2), {}),
        ((("started", UNTOLD, TOKYO), ("started", K1, None), ("ended", K1, None)), {"c1": 540}),
    ],
)
def test_a_client_is_current_until_the_last_contract_ends(told: Contracts, left: dict[str, int | None]) -> None:
    """In any order of a day, and when it takes years. An end without an id ends all, or one of several told without."""
    for every in (HOUR, 90 * DAY):
        for order in permutations(range(len(told))) if every == HOUR else [range(len(told))]:
            stage = Stage()
            for at in order:
                kind, contract, zone = told[at]
                stage.tell(T0 + at * every, f"contract.{kind}", **contract, **({"client_tz": zone} if zone else {}))
            assert zones(stage) == left
            assert kept(stage).contracts.keys() <= left.keys()


OF_CONTRACTS = st.tuples(
    st.sampled_from(["started", "ended"]),
    st.sampled_from(["c1", "c2"]),
    st.sampled_from([None, "k1", "k2", "k3"]),
    st.sampled_from([None, HAWAII, TOKYO]),
    st.integers(0, 30),
    st.integers(0, 24),
)


@given(st.lists(OF_CONTRACTS, min_size=2, max_size=8))
def test_contracts_mean_the_same_when_events_come_up_to_a_day_late(told: list[tuple[Any, ...]]) -> None:
    times = list(accumulate((after for *_, after, _ in told), initial=0))[1:]
    late = sorted(range(len(told)), key=lambda at: times[at] + told[at][-1])
    found = []
    for order in (range(len(told)), late):
        stage = Stage()
        for at in order:
            kind, client, contract, zone, *_ = told[at]
            fields = {"client_tz": zone} if kind == "started" else {}
            # a minute apart, so that no two are at the same time
            ts = T0 + times[at] * HOUR + at * MINUTE
            stage.tell(ts, f"contract.{kind}", client_id=client, contract_id=contract, **fields)
        stage.tell(T0 + times[-1] * HOUR + 5 * DAY, "message.sent")
        assert not kept(stage).clients
        found.append((zones(stage), {client: sorted(marks) for client, marks in kept(stage).contracts.items()}))
    assert found[0] == found[1]


def test_an_end_that_comes_days_late_ends_the_contract_it_names() -> None:
    stage = Stage()
    stage.tell(T0, "contract.started", **K1)
    for day in range(1, 6):
        stage.tell(T0 + day * DAY, "message.sent")
    stage.tell(T0 + HOUR, "contract.ended", **K2)
    assert zones(stage) == {"c1": None}
    stage.tell(T0 + HOUR, "contract.ended", **K1)
    assert zones(stage) == {}


def test_an_end_that_comes_days_late_and_names_no_contract_ends_nothing() -> None:
    stage = Stage()
    stage.tell(T0, "contract.started", **UNTOLD)
    for day in range(1, 6):
        stage.tell(T0 + day * DAY, "message.sent")
    stage.tell(T0 + HOUR, "contract.ended", **UNTOLD)
    assert zones(stage) == {"c1": None}


@pytest.mark.parametrize("kind", ["contract.started", "contract.ended"])
@pytest.mark.parametrize("same", ["", "client_id", "contract_id"])
def test_what_is_kept_of_contracts_is_bounded_and_counted(kind: str, same: str) -> None:
    stage = Stage()
    for number in range(500):
        fields = {"client_id": f"client-{number:06d}", "contract_id": f"k{number}"}
        stage.tell(T0 + number * 1000, kind, **(fields | ({same: "one"} if same else {})))
    assert len(msgspec.msgpack.encode(stage.account())) < 2048
    assert sum(len(lately.told) for lately in kept(stage).clients.values()) <= 32
    assert not stage.account().profile.stated
    assert stage.counts["evictions", "account_client"] >= 500 - 32
    stage.tell(T0 + 3 * DAY, "message.sent")
    assert not kept(stage).clients
    assert (stage.account().profile.commitments is None) is (kind == "contract.ended")


def test_winter_time_replaces_summer_time() -> None:
    stage = Stage()
    stage.tell(T0, "contract.started", client_id="c1", client_tz=NEW_YORK)
    assert zones(stage) == {"c1": -240}
    stage.tell(T0 + 60 * DAY, "contract.started", client_id="c1", client_tz=NEW_YORK)
    assert zones(stage) == {"c1": -300}


def test_of_seventeen_clients_the_one_not_heard_of_longest_goes() -> None:
    stage = Stage()
    for at, number in enumerate([*range(16), 0, 16]):
        stage.tell(T0 + at * HOUR, "contract.started", client_id=f"c{number}", client_tz=NEW_YORK)
    assert list(zones(stage)) == [*(f"c{number}" for number in range(2, 16)), "c0", "c16"]
    assert stage.account().profile.clients == 17
    assert stage.counts["evictions", "account_client"] == 1


def test_a_client_that_was_forgotten_and_comes_back_counts_once() -> None:
    stage = Stage()
    for at, number in enumerate([*range(17), 0]):
        stage.tell(T0 + at * HOUR, "contract.started", client_id=f"c{number}")
    assert stage.account().profile.clients == 17


def test_what_ended_yesterday_is_remembered_after_the_night() -> None:
    """Its start, a day late, brings nobody back."""
    stage = Stage()
    stage.tell(T0 + HOUR, "contract.ended", client_id="c1", contract_id="k1")
    stage.tell(T0 // DAY * DAY + DAY + HOUR, "message.sent")
    stage.tell(T0, "contract.started", client_id="c1", contract_id="k1", client_tz=TOKYO)
    assert zones(stage) == {}


def test_a_contract_whose_start_is_told_twice_ends_once() -> None:
    stage = Stage()
    for at, kind in enumerate(("contract.started", "contract.started", "contract.ended")):
        stage.tell(T0 + at * HOUR, kind, client_id="c1", contract_id="k1")
    assert zones(stage) == {}


def test_eight_contracts_with_one_client_are_kept_apart() -> None:
    stage = Stage()
    for number in range(8):
        stage.tell(T0 + number, "contract.started", client_id="c1", contract_id=f"k{number}")
    for number in range(7, 0, -1):
        stage.tell(T0 + DAY + number, "contract.ended", client_id="c1", contract_id=f"k{number}")
    assert zones(stage) == {"c1": None}


@pytest.mark.parametrize("order", [("contract.ended", "contract.started"), ("contract.started", "contract.ended")])
def test_what_ends_and_is_renewed_in_one_moment_runs_on(order: tuple[str, str]) -> None:
    stage = Stage()
    stage.tell(T0, "contract.started", client_id="c1")
    for kind in order:
        stage.tell(T0 + HOUR, kind, client_id="c1")
    assert zones(stage) == {"c1": None}


def test_a_start_that_comes_days_late_tells_no_zone_that_is_known() -> None:
    stage = Stage()
    for client, zone in (("c1", TOKYO), ("c2", None)):
        stage.tell(T0, "contract.started", client_id=client, client_tz=zone)
    stage.tell(T0 + 10 * DAY, "message.sent")
    for client in ("c1", "c2"):
        stage.tell(T0 - DAY, "contract.started", client_id=client, client_tz=HAWAII)
    assert zones(stage) == {"c1": 540, "c2": -600}
