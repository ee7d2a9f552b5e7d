"""What holds for every test: no alert, watch entry or safety notice that it makes says what none may say (REQ-F11)."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import settings

from streams.detection import cases
from streams.detection.alert import Alert, encode_alert
from streams.detection.wording.linter import lint
from tests.kafka.broker import Broker, missing
from tests.require import require

settings.register_profile(
    "untimed", deadline=None
)  # a busy machine is no counterexample; speed is the benchmark's matter
settings.load_profile("untimed")

# Whoever is started by a shell in the background ignores Ctrl-C, and so would every process of a test that is to be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def linted() -> Iterator[list[str]]:
    """Faults of everything written in this process since the last test; the stage's one way out is listened to."""
    faults: list[str] = []

    def listen(alert: Alert) -> bytes:
        written = encode_alert(alert)
        faults.extend(f"{alert.alert_id}: {fault}" for fault in lint(msgspec.json.decode(written)))
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cases, "encode_alert", listen)
        yield faults


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running broker; without a JDK the tests that need it are skipped on a laptop and fail in CI."""
    require(missing())
    running = Broker()
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture(autouse=True)
def no_alert_says_what_none_may_say(linted: list[str]) -> Iterator[None]:
    """Fail the test during which it was written, also by what the test shares with others."""
    yield
    found, linted[:] = linted[:5], []
    assert found == []
