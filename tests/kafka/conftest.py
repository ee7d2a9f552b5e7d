"""One broker for all tests of this folder, and a fresh deployment for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.kafka import toys
from tests.kafka.broker import Broker, missing
from tests.kafka.worker import Deployment
from tests.require import require

Deploy = Callable[..., Deployment]


def pytest_configure(config: pytest.Config) -> None:
    """Third-party warnings that nobody here can mend, each as narrow as it goes."""
    # kafka-python 3.0.12 reads its protocol's JSON by importlib.resources.read_text.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a broker, of which every test process has its own.

    These tests wait much and the others compute, so processes that take turns at a common list are best given both at any time.
    """
    for item in items:
        if item.path.parent.name == "kafka":
            item.add_marker(pytest.mark.kafka)
    if "PYTEST_XDIST_WORKER" in os.environ:
        waiting = [item for item in items if item.get_closest_marker("kafka")]
        others = [item for item in items if not item.get_closest_marker("kafka")]
        share = len(others) // max(1, len(waiting))
        spread = [part for at, item in enumerate(waiting) for part in (item, *others[at * share : (at + 1) * share])]
        items[:] = [*spread, *others[len(waiting) * share :]]


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running broker; without a JDK the tests are skipped on a laptop and fail in CI."""
    require(missing())
    running = Broker()
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def deploy(broker: Broker) -> Iterator[Deploy]:
    """Make deployments of the toy stages; their workers end with the test."""
    made: list[Deployment] = []

    def make(**settings: str) -> Deployment:
        made.append(Deployment(broker.address, toys.stages(), **settings))
        return made[-1]

    yield make
    for deployment in made:
        deployment.close()
