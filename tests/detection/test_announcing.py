"""Which tables stand behind an alert: told once by whoever enriches, kept by the cases stage, named in every alert."""

from __future__ import annotations

import msgspec

from enrichers.registry import load_registry
from enrichers.snapshot import Snapshot
from schemas.topics import ASSESSMENTS
from streams.detection.announcing import EVERY, KEY, Announcer
from streams.detection.case_state import SNAPSHOTS, SNAPSHOTS_KEPT, Snapshots
from streams.detection.messages import CaseInput, TablesUsed, TableVersion
from streams.detection.stage import PlainRecord
from tests.detection.pipeline import Pipeline, demo_snapshot, scenario
from tests.detection.test_cases import Desk


def record(partition: int, offset: int) -> PlainRecord:
    return PlainRecord("login-events", partition, offset, 0, b"k", b"v")


def test_a_snapshot_is_told_first_on_each_partition_and_again_now_and_then() -> None:
    announcer, old, new = Announcer(), Snapshot(load_registry()), demo_snapshot()
    said = [
        announcer.tell(old, record(partition, offset)) for partition in (0, 1) for offset in (5, 6, EVERY, EVERY + 1)
    ]
    assert [output is not None for output in said] == [True, False, True, False] * 2
    assert len(set(said) - {None}) == 1  # always the same bytes
    fresh = announcer.tell(new, record(0, EVERY + 2))
    assert fresh is not None
    assert (fresh.topic, fresh.key) == (ASSESSMENTS.name, KEY)
    told = msgspec.msgpack.decode(fresh.value, type=CaseInput)
    assert isinstance(told, TablesUsed)
    assert told.snapshot == new.id
    assert [table.role for table in told.tables] == ["geo", "asn", "networks", "registry"]
    assert announcer.tell(new, record(0, EVERY + 3)) is None


def test_alerts_name_role_type_epoch_and_sha256_also_after_a_restart() -> None:
    pipeline = Pipeline().play(scenario("S05b"), restart_every=40)
    alerts = pipeline.published()
    assert alerts
    for alert in alerts:
        assert [(used.snapshot, msgspec.to_builtins(used.tables)) for used in alert.versions.tables] == [
            (demo_snapshot().id, demo_snapshot().versions())
        ]


def test_evidence_from_a_network_class_names_list_and_date() -> None:
    told = {
        item.indicator: item.lists
        for name in ("S01", "S05b", "S09")
        for alert in Pipeline().play(scenario(name)).published()
        for item in alert.evidence
    }
    assert told["anonymizer_at_identity_moment"]
    assert all(said.endswith(": demo of 2026-11-01") for lists in told.values() for said in lists)
    assert told["named_vpn_operator"] == ("vpn: demo of 2026-11-01",)


def tables(number: int) -> TablesUsed:
    return TablesUsed(f"s{number}", (TableVersion("geo", "City", number, "0" * 64),))


def test_the_cases_stage_keeps_a_bounded_number_of_snapshots() -> None:
    desk = Desk()
    desk.tell(*map(tables, range(SNAPSHOTS_KEPT + 5)), tables(SNAPSHOTS_KEPT))
    held = desk.states.get(SNAPSHOTS)
    assert isinstance(held, Snapshots)
    assert list(held.known) == [f"s{number}" for number in range(5, SNAPSHOTS_KEPT + 5)]
