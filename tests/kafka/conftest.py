"""A fresh deployment for each test, on the one broker of the process (`tests/conftest.py`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.kafka import toys
from tests.kafka.broker import Broker
from tests.kafka.worker import Deployment

Deploy = Callable[..., Deployment]
LEFT_FOR_THE_END = 5
"""As many others as come between so many of these."""


def pytest_configure(config: pytest.Config) -> None:
    """Third-party warnings that nobody here can mend, each as narrow as it goes."""
    # kafka-python 3.0.12 reads its protocol's JSON by importlib.resources.read_text.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a broker, of which every test process has its own.

    These tests wait much and the others compute, so processes that take turns at a common list are best given both at any time. Some
    of those that compute come last: while one process waits for the end of the last of these, the others have something to do.
    """
    for item in items:
        if item.path.parent.name == "kafka":
            item.add_marker(pytest.mark.kafka)
    if "PYTEST_XDIST_WORKER" in os.environ:
        waiting = [item for item in items if item.get_closest_marker("kafka")]
        others = [item for item in items if not item.get_closest_marker("kafka")]
        share = len(others) // (len(waiting) + LEFT_FOR_THE_END)
        spread = [part for at, item in enumerate(waiting) for part in (item, *others[at * share : (at + 1) * share])]
        items[:] = [*spread, *others[len(waiting) * share :]]


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
