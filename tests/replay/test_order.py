"""One order, whatever the batch, the pace or the command: an event, all that follows from it, then the next one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from streams.detection.alert import Alert
from streams.replay.replayer import Replayer
from tests.cli.conftest import Command
from tests.replay.conftest import demo_configuration, numbered_lines, told
from tests.replay.farm import events

FARM = tuple(events(12, timedelta(hours=1)))
"""A case that rises from the watch list to a review within one batch."""
STREAMS = {"farm": FARM, "S09": told("S09"), "S01": told("S01")}


def played(lines: tuple[bytes, ...], batch: int) -> tuple[Replayer, list[bytes]]:
    revisions: list[bytes] = []
    run = Replayer(demo_configuration(), on_revision=revisions.append, batch=batch)
    for recorded in numbered_lines(lines):
        run.take(recorded)
    run.finish()
    return run, revisions


@pytest.mark.parametrize("name", STREAMS)
def test_batches_cannot_be_seen(name: str) -> None:
    alone, one_by_one = played(STREAMS[name], 1)
    assert one_by_one
    for batch in (7, 256):
        together, revisions = played(STREAMS[name], batch)
        assert together.newest() == alone.newest()
        assert revisions == one_by_one


def test_revisions_come_in_their_order_and_the_last_one_counts() -> None:
    run, revisions = played(FARM, 256)
    told_of = [msgspec.json.decode(value, type=Alert) for value in revisions]
    assert [alert.revision for alert in told_of] == list(range(1, len(told_of) + 1))
    assert [alert.tier for alert in told_of][:: len(told_of) - 1] == ["watch", "review"]
    assert run.alerts() == [told_of[-1]]


def test_every_command_sees_the_same_end(command: Command, tmp_path: Path) -> None:
    stream = tmp_path / "farm.ndjson"
    stream.write_bytes(b"".join(FARM))
    plain = command("replay", str(stream), "--tables", "demo")
    paced = command("replay", str(stream), "--tables", "demo", "--speed", "1e9")
    assert paced.out == plain.out
    alert = msgspec.json.decode(plain.out, type=Alert)
    explained = command("explain", "farm-011", str(stream), "--tables", "demo", "--json")
    told_of = msgspec.json.decode(explained.out)
    assert (told_of["case"]["tier"], told_of["case"]["revision"]) == (alert.tier, alert.revision)
