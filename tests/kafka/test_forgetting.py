"""A worker forgets shared things that are over: in its memory and in the changelog, and a restart does not bring them back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from tests.kafka.broker import Broker
from tests.kafka.pipeline import Pipeline
from tests.kafka.verifier import read
from tests.kafka.worker import WorkerProcess, wait_until

ACCOUNTS = 40


@pytest.fixture
def site(broker: Broker) -> Iterator[Pipeline]:
    made = Pipeline(broker.address)
    yield made
    made.close()


def logins(day: datetime, block: str, number: int) -> list[tuple[bytes | None, bytes]]:
    """A log-in of each account from an address of its own."""
    return [
        (
            None,
            json.dumps(
                {
                    "event_id": f"{block}-{number}-{n}",
                    "type": "login.succeeded",
                    "occurred_at": (day + timedelta(seconds=n)).isoformat(),
                    "account_id": f"a{n}",
                    "ip": f"{block}{n:x}::1",
                }
            ).encode(),
        )
        for n in range(ACCOUNTS)
    ]


def gauge(worker: WorkerProcess, series: str) -> float:
    found = re.search(rf"^personawatch_{series} (\S+)$", worker.metrics(), re.MULTILINE)
    return float(found[1]) if found else -1


def held(site: Pipeline) -> set[bytes]:
    """Keys of shared things of which the changelog says something."""
    newest = {
        record.key or b"": record.value
        for partition in read(site.address, site.settings.changelog("entities"))
        for record in partition
    }
    return {key for key, value in newest.items() if value is not None}


def wait_until_counted(worker: WorkerProcess, keys: set[bytes]) -> None:
    """The worker counts what it holds once a second, not at each flush."""
    assert keys
    wait_until(lambda: gauge(worker, 'state_keys{stage="entities"}') == len(keys), worker.metrics)


def test_what_is_over_is_gone_and_stays_gone(site: Pipeline) -> None:
    now = datetime.now(UTC)
    worker = site.worker()
    worker.wait_ready()
    site.produce("login-events", logins(now - timedelta(days=60), "2001:db8:a0", 0))
    site.wait_drained()
    old = held(site)
    assert old  # carriers and relays, which nobody shares, have none

    number = count(1)

    def all_old_ones_are_gone() -> bool:
        # A flush comes with work only, and each looks at some.
        site.produce("login-events", logins(datetime.now(UTC) - timedelta(hours=1), "2001:db8:b0", next(number)))
        site.wait_drained()
        return not old & held(site)

    wait_until(all_old_ones_are_gone, worker.log)
    assert gauge(worker, 'evictions_total{kind="state"}') == len(old)
    wait_until_counted(worker, held(site))
    worker.kill()
    worker = site.worker()
    worker.wait_ready()
    wait_until_counted(worker, held(site))
