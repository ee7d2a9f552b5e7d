"""CAPACITY.md says what its arithmetic says, and the manifests use its figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from deploy import capacity
from streams.runtime.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PAGE = (DEPLOY / "CAPACITY.md").read_text("utf-8")


def test_the_tables_are_those_of_the_arithmetic() -> None:
    for table in (capacity.worker_table(), capacity.plan_table()):
        assert "\n".join(table) in PAGE, "python -m deploy.capacity"


def test_the_plan_covers_every_load_of_the_page() -> None:
    assert len(capacity.plan_table()) == 2 + len(capacity.RATES) * len(capacity.ACCOUNTS)


@pytest.mark.parametrize("rate", capacity.RATES)
@pytest.mark.parametrize("accounts", capacity.ACCOUNTS)
def test_with_one_worker_away_the_rest_have_the_cpu_and_the_memory(rate: int, accounts: int) -> None:
    plan = capacity.plan(rate, accounts)
    left = plan.workers - 1
    share = accounts / left
    assert rate / left * capacity.event_us(share) / 1e6 <= capacity.BUSY
    entities = capacity.STATES_AN_ACCOUNT - 1
    copies = share if left > 1 else 0.0
    held = (share + copies) * (capacity.ACCOUNT_HELD + entities * capacity.ENTITY_HELD)
    partitions = -(-plan.partitions // left)
    hot = plan.hot_states * partitions * (capacity.ACCOUNT_HOT + capacity.ENTITY_HOT)
    assert held + hot + capacity.PROCESS + capacity.TABLES <= capacity.MEMORY
    assert plan.partitions >= 2 * plan.workers


@pytest.mark.parametrize("rate", capacity.RATES)
@pytest.mark.parametrize("accounts", capacity.ACCOUNTS)
def test_no_worker_is_there_for_nothing(rate: int, accounts: int) -> None:
    left = capacity.plan(rate, accounts).workers - 2
    if left:
        share = accounts / left
        too_busy = rate / left * capacity.event_us(share) / 1e6 > capacity.BUSY
        assert too_busy or capacity.held_accounts(accounts, left) > capacity.accounts_a_worker()


def test_more_never_needs_less() -> None:
    for rate in (500, 5_000, 50_000):
        workers = [capacity.plan(rate, accounts).workers for accounts in (10**5, 10**6, 10**7)]
        assert workers == sorted(workers)
    for accounts in (10**5, 10**7):
        workers = [capacity.plan(rate, accounts).workers for rate in (500, 5_000, 50_000)]
        assert workers == sorted(workers)


def test_the_default_that_the_page_warns_of_is_the_default() -> None:
    told = re.search(r"default of\s+([\d,]+)", PAGE)
    assert told is not None
    default = int(told[1].replace(",", ""))
    assert default == Settings().hot_states
    warned = re.search(r"would be (\d+) GiB", PAGE)
    assert warned is not None
    assert round(8 * default * (capacity.ACCOUNT_HOT + capacity.ENTITY_HOT) / 2**30) == int(warned[1])


def test_the_manifests_are_planned_for_the_smallest_load() -> None:
    plan = capacity.plan(capacity.RATES[0], capacity.ACCOUNTS[0])
    settings = yaml.safe_load((DEPLOY / "kubernetes" / "settings.yaml").read_text("utf-8"))["data"]
    spec = yaml.safe_load((DEPLOY / "kubernetes" / "statefulset.yaml").read_text("utf-8"))["spec"]
    (worker,) = spec["template"]["spec"]["containers"]
    assert spec["replicas"] == plan.workers
    assert settings["PERSONAWATCH_PARTITIONS"] == str(plan.partitions)
    assert settings["PERSONAWATCH_HOT_STATES"] == str(plan.hot_states)
    assert worker["resources"]["limits"]["memory"] == capacity.size(capacity.MEMORY).replace(" GiB", "Gi")


def test_compose_keeps_decoded_states_within_the_workers_memory() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["worker-1"]
    settings = compose["environment"]
    hot = int(settings["PERSONAWATCH_HOT_STATES"]) * int(settings["PERSONAWATCH_PARTITIONS"])
    assert compose["mem_limit"] == "2g"
    assert hot * (capacity.ACCOUNT_HOT + capacity.ENTITY_HOT) < (2 << 30) / 2
