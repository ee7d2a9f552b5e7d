"""What goes wrong beside Kafka is not said of Kafka."""

from __future__ import annotations

import errno

import pytest
from kafka.errors import KafkaTimeoutError

from streams.cli.kafka_access import kafka_in_words
from streams.cli.outcome import RefusedError
from streams.runtime import reach
from streams.runtime.settings import Settings
from tests.cli.conftest import Command


@pytest.fixture(autouse=True)
def lets_us_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async def reached(settings: Settings, wait_s: float) -> None:
        pass

    monkeypatch.setattr(reach, "reach", reached)


@pytest.mark.parametrize(
    "error", [BrokenPipeError(errno.EPIPE, "x"), OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x")]
)
def test_standard_output_is_not_kafka(error: OSError) -> None:
    """As `personawatch alerts | head`."""
    with pytest.raises(OSError) as caught, kafka_in_words(Settings()):  # noqa: PT011 (the very one)
        raise error
    assert caught.value is error


@pytest.mark.parametrize("words", [["replay"], ["explain", "a"], ["scorecard"]])
def test_brokers_that_refuse_us_are_bad_configuration_of_a_recorded_run(
    command: Command, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    async def refuses(settings: Settings, wait_s: float) -> None:
        raise reach.UnreachableError(["broker b:1: refused our password"], final=True)

    monkeypatch.setattr(reach, "reach", refuses)
    ended = command(*words, "kafka://b:1/t", "--tables", "none")
    assert (ended.code, ended.err) == (3, f"personawatch {words[0]}: broker b:1: refused our password\n")


@pytest.mark.parametrize("error", [KafkaTimeoutError("no answer"), ConnectionResetError("no answer")])
def test_what_the_client_says_names_the_brokers(error: Exception) -> None:
    with (
        pytest.raises(RefusedError, match=r"^Kafka at 127\.0\.0\.1:9092: .*no answer; is it running"),
        kafka_in_words(Settings()),
    ):
        raise error
