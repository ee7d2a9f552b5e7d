"""One broker for all tests of this folder, and a fresh deployment for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.kafka import toys
from tests.kafka.broker import Broker, missing
from tests.kafka.worker import Deployment

Deploy = Callable[..., Deployment]

FIRST, SECOND = "first broker", "second broker"
WITH_FIRST = {"test_delivery.py", "test_stop.py", "test_quiet.py", "test_acls.py", "test_retention.py"}
"""About half of the time that all of it takes; a session's broker is its process's own."""


def pytest_configure(config: pytest.Config) -> None:
    """Third-party warnings that nobody here can mend, each as narrow as it goes."""
    # kafka-python 3.0.12 reads its protocol's JSON by importlib.resources.read_text.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the broker. Two processes share what does, a file each time, and begin at once: it takes longest."""
    for item in items:
        if item.path.parent.name == "kafka":
            item.add_marker(pytest.mark.kafka)
        if item.get_closest_marker("kafka"):
            item.add_marker(pytest.mark.xdist_group(FIRST if item.path.name in WITH_FIRST else SECOND))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running broker; without a JDK the tests are skipped on a laptop and fail in CI."""
    reason = missing()
    if reason is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
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
