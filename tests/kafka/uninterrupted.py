"""What must be in Kafka when the real pipeline has caught up, whatever happened to its workers meanwhile.

Two independent accounts of it, from what another client library reads:

* From the events: one uninterrupted run in one process gives every enriched event and link, what every account and shared thing
  remembers, and the cases.
* From what each later stage has read: entities and cases read one topic in one order, so their code, run once over that topic as Kafka
  has it, gives all their outputs and states to the byte: pairs, findings, edges, case records, and each revision of each alert, watch
  entry and safety notice with its score.

Only the accounts stage reads two topics, and how findings fall between events is chance. What hangs on that is not in the first
account: positions, when a shared thing first and last told something, the pairs' states and links, revisions on the way, cases that were
open for a while before they joined another, and how far confidences had decayed at the last revision. The second account has all of it
but the first two, as consequences of what the accounts stage did say.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from schemas.topics import ALERTS, ASSESSMENTS, ENRICHED_EVENTS, FINDINGS, LINKS, SAFETY_NOTICES, WATCHLIST
from streams.detection.account_state import AccountState
from streams.detection.case_state import Case, CaseRecord
from streams.detection.entity_state import DEFAULT_KEEP_DAYS, KEEP_DAYS, EntityState
from streams.detection.messages import Evidence, Finding
from streams.detection.windows import DAY
from streams.detection.wording.linter import lint
from streams.runtime.local import LocalRuntime
from tests.kafka.verifier import newest_states, read
from tests.kafka.worker import Deployment

OVER = ("retracted", "resolved")
PAIR = b"pair:"


def assert_events_and_links(site: Deployment, model: LocalRuntime) -> None:
    """Outputs that depend on events alone: all there, and a repeated one is the same to the byte."""
    for topic in (ENRICHED_EVENTS.name, LINKS.name):
        wanted = {(output.key, output.value) for output in model.outputs.get(topic, ())}
        written = {(record.key, record.value) for lane in read(site.address, site.prefix + topic) for record in lane}
        if topic == LINKS.name:
            wanted = {link for link in wanted if not link[0].startswith(PAIR)}
            written = {link for link in written if not (link[0] or b"").startswith(PAIR)}
        assert wanted - written == set(), f"{topic}: missing"
        assert written - wanted == set(), f"{topic}: unexpected"


def assert_memories(site: Deployment, model: LocalRuntime) -> None:
    """What accounts and shared things remember."""
    for name, kind, compared in (
        ("accounts", AccountState, account_memory),
        ("entities", EntityState, entity_memory),
    ):
        states = newest_states(site.address, site.settings.changelog(name), kind)
        found = {key: compared(state) for key, state in states.items() if not key.startswith(PAIR)}
        wanted = {key: compared(state) for key, state in model.all_states(name).items() if not key.startswith(PAIR)}
        assert found.keys() == wanted.keys()
        wrong = [key for key in wanted if found[key] != wanted[key]]
        assert not wrong, f"{name}: {len(wrong)} of {len(wanted)}, first {found[wrong[0]]}\n{wanted[wrong[0]]}"


def assert_findings(site: Deployment) -> None:
    """What an account holds of a shared thing is the newest word of that thing to the number, though when it spoke is chance."""
    newest: dict[tuple[bytes, str], Finding] = {}
    for lane in read(site.address, site.prefix + FINDINGS.name):
        for record in lane:
            finding = msgspec.msgpack.decode(record.value or b"", type=Finding)
            if not finding.mitigation:
                newest[finding.account.encode(), f"{finding.indicator}|{finding.entity}"] = finding
    wanted = {place: finding for place, finding in newest.items() if finding.confidence > 0}
    states = newest_states(site.address, site.settings.changelog("accounts"), AccountState)
    held = {(key, slot): item for key, state in states.items() for slot, item in state.fired.items() if "|" in slot}
    assert held.keys() == wanted.keys()
    for place, item in held.items():
        said = wanted[place]
        assert item == Evidence(
            said.indicator, said.confidence, said.first, said.ts, said.count, said.numbers, said.refs, said.entity
        ), place


def assert_cases(site: Deployment, model: LocalRuntime) -> None:
    """Active case records by members, tier and whether it is an alert, and the newest revisions by what an analyst acts on."""
    found = newest_states(site.address, site.settings.changelog("cases"), CaseRecord).values()
    assert active_cases(found) == active_cases(model.all_states("cases").values())
    wanted: dict[str, dict[str, Any]] = {}
    for topic in (ALERTS.name, WATCHLIST.name):
        for output in model.outputs.get(topic, ()):
            keep_newest(wanted, json.loads(output.value))
    assert essence(newest_alerts(site).values()) == essence(wanted.values())


def assert_each_stage_said_what_follows_from_its_input(site: Deployment) -> None:
    """Entities and cases: every output and state to the byte, given the topic that they read."""
    entities, cases = (stage for stage in site.stages if stage.name in ("entities", "cases"))
    for stage in (entities, cases):
        found = site.verdict(stage)
        # The accounts stage writes to these two as well.
        unexpected = [
            (topic, key, value)
            for topic, key, value in found.unexpected
            if topic != ASSESSMENTS.name and (topic != LINKS.name or key.startswith(PAIR))
        ]
        assert not found.missing, f"{stage.name}: {len(found.missing)} of {found.outputs}, first {found.missing[0]}"
        assert not unexpected, f"{stage.name}: {len(unexpected)} more than {found.outputs}, first {unexpected[0]}"
        assert not found.wrong_states, f"{stage.name}: {len(found.wrong_states)} of {found.states} states"
        assert not found.misplaced, stage.name


def assert_one_text_for_each_revision(site: Deployment) -> None:
    """One revision of an alert has one set of bytes, however often and on how many topics it was written."""
    told: dict[tuple[str, int], set[bytes]] = defaultdict(set)
    for topic in (ALERTS, WATCHLIST, SAFETY_NOTICES):
        for lane in read(site.address, site.prefix + topic.name):
            for record in lane:
                alert = json.loads(record.value or b"{}")
                assert record.key == alert["alert_id"].encode()
                told[alert["alert_id"], alert["revision"]].add(record.value or b"")
    assert not {revision: texts for revision, texts in told.items() if len(texts) > 1}


def account_memory(state: AccountState) -> Any:
    """What an account remembers, without positions and what was last told.

    Since when a shared thing speaks (`indicator|thing`) hangs on which of its accounts came first, and on a backlog of years read by two
    workers that is chance: `assert_findings` holds all of it against what the shared things did say.
    """
    fired = {slot: (item.confidence, None if "|" in slot else item.first) for slot, item in state.fired.items()}
    memories = (
        state.profile,
        state.network,
        state.location,
        state.session,
        state.payments,
        state.identity,
        state.links,
    )
    return [
        state.watermark,
        state.day,
        state.late,
        state.active_hours,
        sorted(fired.items()),
        sorted(state.mitigations),
        msgspec.to_builtins(memories),
    ]


def entity_memory(state: EntityState) -> Any:
    """Who is on a shared thing and since when; those beyond its memory are forgotten when the next one comes, so they do not count."""
    since = state.watermark - KEEP_DAYS.get(state.kind, DEFAULT_KEEP_DAYS) * DAY
    return [
        state.watermark,
        sorted((name, member.last) for name, member in state.members.items() if member.last >= since),
    ]


def active_cases(records: Iterable[Any]) -> list[Any]:
    """Members, tier and whether it is an alert, of each case that is open or watched.

    Whether an open one was updated since is a matter of how its members' news came in, and so is who was its first one.
    """
    cases = [record for record in records if isinstance(record, Case) and not record.closed]
    return sorted((case.members, case.tier, case.alerted) for case in cases)


def newest_alerts(site: Deployment) -> dict[str, dict[str, Any]]:
    """Newest revision of each alert and watch entry, by case."""
    newest: dict[str, dict[str, Any]] = {}
    for topic in (ALERTS.name, WATCHLIST.name):
        for lane in read(site.address, site.prefix + topic):
            for record in lane:
                keep_newest(newest, json.loads(record.value or b"{}"))
    return newest


def keep_newest(newest: dict[str, dict[str, Any]], alert: dict[str, Any]) -> None:
    """What compaction keeps. Every revision goes through the text linter (REQ-F11)."""
    assert not (faults := lint(alert)), faults
    if alert["revision"] >= newest.get(alert["alert_id"], {"revision": 0})["revision"]:
        newest[alert["alert_id"]] = alert


def essence(alerts: Iterable[dict[str, Any]]) -> list[Any]:
    """What an analyst acts on: the open cases, their accounts, tier and evidence.

    Confidences decay to the moment of the last revision, which for a case of several accounts depends on whose news came last; the
    confidences themselves are compared in the accounts' states.
    """
    return sorted(
        (
            alert["tier"],
            alert["subject"]["account_ids"],
            sorted(item["indicator"] for item in alert["evidence"]),
        )
        for alert in alerts
        if alert["status"] not in OVER
    )
