"""Cases: one for a cluster, opened once, changed only by news, closed by people or by the evidence going away."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

import msgspec
import pytest

from enrichers.enriched import Origin
from schemas.events.fields import MAX_ID_LENGTH
from schemas.topics import ALERTS, SAFETY_NOTICES, WATCHLIST
from streams.detection import cases
from streams.detection.alert import Alert
from streams.detection.case_graph import tie
from streams.detection.case_state import CaseRecord, node_of
from streams.detection.cases import CasesStage
from streams.detection.catalogue.load import load
from streams.detection.family import REFS
from streams.detection.messages import (
    Assessment,
    CaseInput,
    Disposition,
    EdgeRemoved,
    Evidence,
    Mitigation,
    Ref,
    StrongEdge,
)
from streams.detection.stage import Output, PlainRecord
from streams.detection.states import PartitionStates, StateCodec, keep
from streams.detection.timestamps import rfc3339
from streams.detection.verdict import HOLDERS, MITIGATED_SHOWN
from streams.detection.windows import DAY

T0 = 1_780_000_000_000
CATALOGUE = load()
Told = CaseInput


class Desk:
    """A cases stage with its input, its states and what came out."""

    def __init__(self) -> None:
        self.stage = CasesStage(CATALOGUE)
        self.codec: StateCodec[CaseRecord] = StateCodec(CaseRecord)
        self.states: PartitionStates[CaseRecord] = PartitionStates(self.codec)
        self.offset = 0
        self.counts: dict[tuple[str, str], int] = {}
        self.topics: set[str] = set()
        """Of the newest messages, as `counts`."""

    def tell(self, *told: Told) -> list[Alert]:
        """Give the stage some messages; what it published. Of the states only what a changelog would hold is left."""
        records = []
        for message in told:
            records.append(PlainRecord("assessments", 0, self.offset, T0, b"k", msgspec.msgpack.encode(message)))
            self.offset += 1
        result = self.stage.process("assessments", records, self.states)
        self.counts = result.counts
        self.topics = {output.topic for output in result.outputs}
        self._restart()
        return self.read(result.outputs)

    def read(self, outputs: Iterable[Output]) -> list[Alert]:
        topics = (ALERTS.name, WATCHLIST.name)
        return [msgspec.json.decode(output.value, type=Alert) for output in outputs if output.topic in topics]

    def _restart(self) -> None:
        raw = dict(self.states.raw)
        keep(raw, self.states.take_changes())
        self.states = PartitionStates(self.codec, raw)


def evidence(indicator: str, confidence: float = 1.0, day: float = 0.0, entity: str = "") -> Evidence:
    ts = T0 + int(day * DAY)
    return Evidence(indicator, confidence, ts, ts, 1, {}, [], entity)


def assessed(account: str, *items: Evidence, day: float = 0.0, mitigations: tuple[Mitigation, ...] = ()) -> Assessment:
    return Assessment(account, T0 + int(day * DAY), list(items), list(mitigations))


REVIEW = (
    evidence("account_handoff_after_verification"),
    evidence("payout_name_mismatch"),
    evidence("tz_ip_claim_triple_mismatch"),
)
WATCH = (evidence("account_handoff_after_verification"), evidence("operator_shift_pattern"))
MONEY = (evidence("payout_instrument_shared", 0.6), evidence("payout_name_mismatch", 0.7))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_below_watch_nothing_is_published(desk: Desk) -> None:
    assert desk.tell(assessed("a", evidence("payout_name_mismatch"))) == []


def test_one_alert_opens_and_the_same_evidence_again_says_nothing(desk: Desk) -> None:
    (alert,) = desk.tell(assessed("a", *REVIEW))
    assert (alert.status, alert.tier, alert.revision, alert.notify) == ("open", "review", 1, True)
    assert alert.subject.kind == "account"
    assert desk.tell(assessed("a", *REVIEW, day=0.1)) == []


def test_a_watch_case_goes_to_the_watchlist_and_notifies_nobody(desk: Desk) -> None:
    (alert,) = desk.tell(assessed("a", *WATCH))
    assert (alert.tier, alert.notify, alert.status) == ("watch", False, "watch")
    assert desk.topics == {WATCHLIST.name}


def test_new_evidence_in_a_known_root_updates_without_notifying(desk: Desk) -> None:
    desk.tell(assessed("a", *REVIEW))
    (alert,) = desk.tell(assessed("a", *REVIEW, evidence("marathon_session", 0.6), day=1))
    assert (alert.status, alert.revision, alert.notify) == ("updated", 2, False)


def test_a_new_root_notifies_again_under_the_same_identity(desk: Desk) -> None:
    (first,) = desk.tell(assessed("a", *REVIEW))
    (second,) = desk.tell(assessed("a", *REVIEW, evidence("duplicate_identity_document"), day=1))
    assert second.alert_id == first.alert_id
    assert second.notify


def test_three_accounts_on_one_instrument_are_one_case(desk: Desk) -> None:
    published = desk.tell(
        StrongEdge("payout", "payout:i4", "a", "b", T0),
        StrongEdge("payout", "payout:i4", "a", "c", T0),
        assessed("a", *REVIEW),
        assessed("b", *MONEY),
        assessed("c", *MONEY),
    )
    assert len({alert.alert_id for alert in published}) == 1
    assert published[-1].subject.account_ids == ("a", "b", "c")
    assert published[-1].subject.kind == "cluster"


@pytest.mark.parametrize("held", [REVIEW, WATCH], ids=["alert", "watch entry"])
def test_two_cases_that_meet_become_the_older_one(desk: Desk, held: tuple[Evidence, ...]) -> None:
    (first,) = desk.tell(assessed("a", *REVIEW))
    (second,) = desk.tell(assessed("b", *held, day=1))
    published = desk.tell(StrongEdge("device", "device:d", "a", "b", T0 + DAY))
    gone = [alert for alert in published if alert.alert_id == second.alert_id]
    assert [(alert.status, alert.joined_to) for alert in gone] == [("retracted", first.alert_id)]
    assert published[-1].alert_id == first.alert_id
    assert published[-1].subject.account_ids == ("a", "b")


def test_every_account_of_a_large_case_is_named(desk: Desk) -> None:
    ties = [StrongEdge("device", f"device:{n}", f"a{n:02}", f"a{n + 1:02}", T0) for n in range(59)]
    *_, alert = desk.tell(*ties, assessed("a00", *REVIEW))
    assert alert.subject.account_ids == tuple(f"a{n:02}" for n in range(60))


def test_a_hub_takes_its_edges_back(desk: Desk) -> None:
    desk.tell(StrongEdge("device", "device:d", "a", "b", T0), assessed("a", *REVIEW))
    published = desk.tell(EdgeRemoved("device:d", ["a", "b"], T0))
    assert published[-1].subject.account_ids == ("a",)


def test_an_edge_taken_back_leaves_those_that_go_on(desk: Desk) -> None:
    desk.tell(*(StrongEdge("device", "device:d", one, two, T0) for one, two in (("a", "b"), ("a", "c"), ("b", "c"))))
    (opened,) = desk.tell(assessed("a", *REVIEW))
    assert desk.tell(EdgeRemoved("device:d", ["a", "b"], T0, [("a", "c"), ("b", "c")])) == []
    assert opened.subject.account_ids == ("a", "b", "c")


@pytest.mark.parametrize(("day", "tied"), [(90, ("a", "b")), (91, ("a",))])
def test_an_expired_edge_ties_no_more(desk: Desk, day: int, tied: tuple[str, ...]) -> None:
    desk.tell(StrongEdge("device", "device:d", "a", "b", T0))
    (alert,) = desk.tell(assessed("a", *(evidence(item.indicator, 1.0, day) for item in REVIEW), day=day))
    assert alert.subject.account_ids == tied


def test_an_edge_of_former_days_is_judged_when_it_is_told(desk: Desk) -> None:
    """The edge is as old as the account that was last there: what had expired by now is not read as of then."""
    desk.tell(StrongEdge("device", "device:d", "a", "b", T0))
    for name, day in (("b", 80), ("c", 90)):
        desk.tell(assessed(name, *(evidence(item.indicator, 1.0, day) for item in REVIEW), day=day))
    published = desk.tell(StrongEdge("payout", "payout:i", "a", "c", T0 + 10 * DAY, told=T0 + 95 * DAY))
    assert [alert.subject.account_ids for alert in published] == [("a", "c"), ("b",)]


def test_people_are_warned_while_a_case_goes_on_and_not_when_it_has_ended(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW, evidence("identity_owner_report")))
    assert desk.topics == {ALERTS.name, SAFETY_NOTICES.name}
    desk.tell(Disposition(opened.alert_id, "a", "victim", [], T0 + DAY))
    assert desk.topics == {ALERTS.name}
    assert desk.counts["dispositions", "victim"] == 1


def test_a_person_resolves_and_only_news_opens_another_episode(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    (resolved,) = desk.tell(Disposition(opened.alert_id, "a", "cleared", ["declared"], T0 + DAY))
    assert (resolved.status, resolved.disposition, resolved.notify) == ("resolved", "cleared", False)
    assert desk.tell(assessed("a", *REVIEW, day=2)) == []
    (again,) = desk.tell(assessed("a", *REVIEW, evidence("duplicate_identity_document"), day=3))
    assert again.alert_id != opened.alert_id
    assert (again.status, again.notify) == ("open", True)


def test_evidence_that_goes_away_retracts_the_alert(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    (gone,) = desk.tell(assessed("a", evidence("payout_name_mismatch"), day=1))
    assert (gone.alert_id, gone.status, gone.tier, gone.notify) == (opened.alert_id, "retracted", "none", False)


def test_evidence_that_comes_back_goes_on_under_the_same_identity(desk: Desk) -> None:
    (opened,) = desk.tell(assessed("a", *REVIEW))
    desk.tell(assessed("a", evidence("payout_name_mismatch"), day=1))
    (back,) = desk.tell(assessed("a", *REVIEW, day=2))
    assert (back.alert_id, back.status, back.notify) == (opened.alert_id, "updated", False)


def test_mitigating_facts_lower_and_are_shown(desk: Desk) -> None:
    live = Mitigation("MIT-LIVE", T0, "a live proof showed the verified person", T0 + 180 * DAY)
    assert desk.tell(assessed("a", *REVIEW, mitigations=(live,))) == []


def test_two_facts_of_one_sort_are_one_line_of_an_alert(desk: Desk) -> None:
    offices = tuple(Mitigation("MIT-OFFICE", T0 + at, "", None, (f"ip:{at}",)) for at in (2, 1, 3))
    (alert,) = desk.tell(assessed("a", *REVIEW, mitigations=offices))
    assert [(item.mitigator, item.since) for item in alert.mitigating] == [("MIT-OFFICE", rfc3339(T0 + 1))]


def ref(kind: str, account: str) -> Ref:
    return Ref(T0 + "adcb".index(account), f"{kind}-{account}", Origin("login-events", 0, ord(account)))


def test_a_strong_cluster_of_four_with_two_edge_types_fires(desk: Desk) -> None:
    accounts = ("a", "b", "c", "d")
    edges: list[Told] = [
        StrongEdge(kind, f"{kind}:x", one, other, T0, ref(kind, one), ref(kind, other))
        for kind in ("device", "payout")
        for one in accounts
        for other in accounts
        if one < other
    ]
    published = desk.tell(
        *edges, *(assessed(account, *MONEY, evidence("shared_device_multi_account", 0.8)) for account in accounts)
    )
    (cluster,) = [item for item in published[-1].evidence if item.indicator == "strong_edge_cluster"]
    assert [event.event_id for event in cluster.events] == ["device-b", "payout-b"], "the newest of either kind"


def test_a_replayed_input_says_nothing_twice_also_after_a_restart(desk: Desk) -> None:
    told: list[Told] = [assessed("a", *REVIEW), StrongEdge("device", "device:d", "a", "b", T0), assessed("b", *MONEY)]
    told.append(Disposition("", "nobody", "cleared", [], T0))
    desk.tell(*told)
    desk.offset = 0
    assert (desk.tell(*told), desk.counts) == ([], {})


def test_the_words_of_whatever_a_test_writes_are_read(desk: Desk, linted: list[str]) -> None:
    """Alerts, watch entries and safety notices all leave the stage through `encode_alert`; see tests/conftest.py."""
    (alert,) = desk.tell(assessed("a", *REVIEW))
    assert linted == []
    cases.encode_alert(msgspec.structs.replace(alert, title="A known fraudster from 203.0.113.7"))  # type: ignore[attr-defined]
    assert [fault.split(":")[1].strip() for fault in linted] == ["title", "title"]
    linted.clear()


def test_an_alert_of_the_largest_case_fits_a_brokers_default(desk: Desk) -> None:
    """Ids as long as the schema lets them be; every indicator with all that it keeps, every mitigator of every account."""
    names = [f"account-{number:04d}-".ljust(MAX_ID_LENGTH, "x") for number in range(200)]
    refs = [
        Ref(T0, f"event-{number}-".ljust(MAX_ID_LENGTH, "y"), Origin("platform-events", 11, 10**12 + number, 9_999))
        for number in range(REFS)
    ]
    everything = tuple(
        msgspec.structs.replace(evidence(name), numbers=long_numbers(indicator.sentence), refs=refs)
        for name, indicator in sorted(CATALOGUE.indicators.items())
        if not indicator.planned
    )
    mitigations = tuple(
        Mitigation(name, T0, "declared".ljust(MAX_ID_LENGTH, "z"), T0 - 1) for name in sorted(CATALOGUE.mitigators)
    )  # shown, and over before the evidence: so everybody has all of it
    for name in names[1:]:
        tie(StrongEdge("payout", f"payout:{name}", names[0], name, T0), desk.states)
    first, *others = names[: MITIGATED_SHOWN + 10]
    for name in others:
        node_of(desk.states, name).assessment = assessed(name, *everything, mitigations=mitigations)
    (largest,) = desk.tell(assessed(first, *everything, mitigations=mitigations))
    assert len(largest.evidence) == len(everything)
    assert {len(item.events) for item in largest.evidence} == {REFS}
    assert {len(item.account_ids) for item in largest.evidence} == {HOLDERS}
    assert len(largest.mitigating) == MITIGATED_SHOWN * len(mitigations)
    assert len(msgspec.json.encode(largest)) < 1_000_000


def long_numbers(sentence: str) -> dict[str, object]:
    """A long value for every number that the sentence says, and as many lists as there are classes of networks."""
    said = {field: "operator-of-a-network".ljust(64, "o") for _, field, _, _ in Formatter().parse(sentence) if field}
    return {**said, "lists": [f"hosting, list-{number} of 2026-11-24".ljust(100, "l") for number in range(16)]}
