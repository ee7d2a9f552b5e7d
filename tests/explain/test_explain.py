"""Explanations of real scenarios: what counted, what did not and why, what would have changed the tier."""

from __future__ import annotations

from pathlib import Path

import pytest

from enrichers.snapshot import load_snapshot
from schemas.topics import ENRICHED_EVENTS
from streams.detection.timestamps import rfc3339
from streams.detection.windows import DAY
from streams.explain.explanation import Change, Explanation
from streams.explain.run import play
from streams.explain.text import sections
from streams.replay.lines import Reading
from streams.replay.selection import Selection
from streams.runtime.local import LocalRuntime
from streams.scenarios import SCENARIOS, encode, key_of, topic_of
from tests.detection.pipeline import Pipeline, scenario
from tests.explain.conftest import configured, events_of, of_scenario, played, row, told, told_bare


def changed(explanation: Explanation, kind: str) -> dict[str, Change]:
    return {change.what: change for change in explanation.changes if change.kind == kind}


@pytest.mark.parametrize(
    "name", [name for name, story in SCENARIOS.items() if story.judged_day is None and name != "B04"]
)
def test_says_the_tier_that_the_pipeline_published(name: str) -> None:
    """These stories end while their evidence is fresh, so final state and published case agree. B04, 300 people, is dear."""
    (account, *_) = SCENARIOS[name].accounts()
    explanation = of_scenario(name)
    assert explanation.reckoning.tier == Pipeline().play(scenario(name)).tiers([account])[account]
    assert {item.indicator for item in explanation.indicators} == set(configured().catalogue.indicators)


@pytest.mark.parametrize("name", ["S01", "S05a", "S05b", "S09"])
def test_what_the_story_expects_counts(name: str) -> None:
    rows = {item.indicator: item for item in of_scenario(name).indicators}
    counting = {name for name, item in rows.items() if item.outcome == "counts"}
    assert counting >= set(SCENARIOS[name].expected)


def test_numbers_stand_against_their_thresholds() -> None:
    shifts = {saw.threshold: saw for saw in row(of_scenario("S05b"), "operator_shift_pattern").saw}
    assert shifts["jitter_minutes"].at_most
    assert 0 < shifts["jitter_minutes"].seen < shifts["jitter_minutes"].needed == 60
    assert shifts["active_share"].seen >= shifts["active_share"].needed == 0.6
    spread = {saw.threshold: saw for saw in row(of_scenario("S05b"), "multi_ip_multi_country_window").saw}
    assert spread["countries_day"].reached
    assert not spread["networks"].reached
    assert spread["networks"].seen == 2


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name.startswith("B")])
def test_whoever_could_fire_shows_a_number(name: str) -> None:
    """Nothing that was told enough is answered with words alone: 0 of 20 hours and 19 of 20 are not the same."""
    silent = [
        item.indicator
        for item in of_scenario(name).indicators
        if item.outcome not in ("off", "planned", "not_known") and not item.saw
    ]
    assert silent == []


def test_numbers_that_detection_does_not_reach_are_read_from_memory() -> None:
    marathon = {saw.threshold: saw for saw in row(of_scenario("B01"), "marathon_session").saw}
    assert (round(marathon["presence_hours"].seen, 1), marathon["active_hours_min"].seen) == (3.3, 10)
    assert not any(saw.reached for saw in marathon.values())
    assert {saw.text: saw.seen for saw in row(of_scenario("B01"), "operator_shift_pattern").saw}["devices in use"] == 1


def test_a_finding_shows_its_own_numbers_and_not_the_largest_ever_seen() -> None:
    """B06 used five countries within a day when the finding was made, and six another day."""
    spread = row(of_scenario("B06"), "multi_ip_multi_country_window")
    countries = {saw.threshold: saw for saw in spread.saw}["countries_day"]
    assert countries.when == "found"
    assert f"used from {countries.seen:g} countries within a day" in spread.why
    named = row(of_scenario("B06"), "named_vpn_operator")
    sessions = {saw.threshold: saw for saw in named.saw}["sessions"]
    assert (sessions.when, named.why.startswith(f"{sessions.seen:g} of ")) == ("found", True)


def test_a_finding_shows_what_its_account_has_forgotten_since() -> None:
    """S01, and a log-in after forty days: what changed before is counted from that silence on, and the finding stays."""
    events = scenario("S01")
    last, event = events[-1]
    account = event["account_id"]
    again = {"type": "login.succeeded", "event_id": "again", "account_id": account}
    late = [(last + days * DAY, {**again, "occurred_at": rfc3339(last + days * DAY)}) for days in (40, 41)]
    found = row(told(account, [*events, *late]), "account_handoff_after_verification")
    changes = found.saw[-1]
    assert "4 kinds of contact, security or payout data changed" in found.why
    assert (changes.seen, changes.reached, changes.when) == (4, True, "found")


@pytest.mark.parametrize("name", ["S01", "S05b", "S09", "B02", "B06"])
def test_where_a_number_comes_from_is_said(name: str) -> None:
    explanation = of_scenario(name)
    fired = {item.indicator for item in explanation.indicators if item.confidence}
    for item in explanation.indicators:
        assert item.indicator in fired or not any(saw.when == "found" for saw in item.saw)
        assert all(saw.reached for saw in item.saw if saw.when == "found")
    text = " ".join(line.strip() for part in sections(explanation) for line in part.lines)
    assert "most seen" in text
    assert "One that says most or least seen is the nearest to firing over the whole stream" in text


def test_the_one_decisive_finding_is_named_as_such() -> None:
    gone = changed(of_scenario("S05b"), "evidence_gone")
    assert set(gone) == {"dprk_range_login"}
    assert gone["dprk_range_login"].tier == of_scenario("S05a").reckoning.tier == "watch"


def test_a_change_is_what_the_other_story_is() -> None:
    """S05a is S05b without one heartbeat: adding the finding that it lacks gives the other story's tier."""
    more = changed(of_scenario("S05a"), "evidence_added")
    assert more["dprk_range_login"].tier == of_scenario("S05b").reckoning.tier == "priority"


def test_a_live_proof_would_have_helped_the_handed_over_account() -> None:
    helped = changed(of_scenario("S01"), "mitigation_added")
    assert helped["MIT-LIVE"].tier == "none"


def test_mitigated_says_by_what() -> None:
    explanation = of_scenario("B02")
    travel = row(explanation, "impossible_travel")
    assert (travel.outcome, travel.mitigated_by) == ("counts", ("MIT-TRAVEL",))
    assert travel.effective < 0.25 * travel.confidence
    moments = row(explanation, "anonymizer_at_identity_moment")
    assert (moments.outcome, moments.contribution < 1) == ("mitigated", True)
    lowers = {fact.mitigator: fact.lowers for fact in explanation.facts}
    assert "impossible_travel" in lowers["MIT-TRAVEL"]


def test_without_tables_the_reason_is_that_nothing_was_known(tmp_path: Path) -> None:
    explanation = told("s05b-0-0-a5", scenario("S05b"), configured(load_snapshot({}, tmp_path)))
    travel = row(explanation, "impossible_travel")
    assert (travel.outcome, travel.missing) == ("not_known", ("a session whose address the geo table can place",))
    named = row(explanation, "named_vpn_operator")
    assert (named.outcome, named.missing) == ("not_known", ("a table of known proxies and hosting networks",))
    assert any("No table for geo, asn, networks" in note for note in explanation.notes)


def test_days_that_are_too_few_are_the_reason() -> None:
    explanation = told("s05a-0-0-a5", scenario("S05a", until_day=5))
    shifts = row(explanation, "operator_shift_pattern")
    assert shifts.outcome == "too_short"
    assert "13 days or more" in shifts.why
    assert row(of_scenario("S05a"), "operator_shift_pattern").outcome == "counts"


def test_off_and_planned_say_so() -> None:
    explanation = of_scenario("B05")
    assert row(explanation, "dprk_linked_range_login").outcome == "off"
    assert "sign-off" in row(explanation, "sanctioned_locale_setting").why
    assert row(explanation, "ban_evasion_return").outcome == "planned"


def test_taken_back_is_not_below() -> None:
    """S01 with one event more: the phone number that is easy to get gives way to an ordinary one."""
    events = scenario("S01")
    last, event = events[-1]
    replaced = {
        "type": "profile.updated",
        "event_id": "replaced",
        "occurred_at": event["occurred_at"],
        "account_id": event["account_id"],
        "changed_fields": ["phone"],
        "phone_h": "another",
        "phone_line_type": "mobile",
    }
    explanation = told(event["account_id"], [*events, (last, replaced)])
    assert row(of_scenario("S01"), "voip_or_disposable_contact").outcome == "counts"
    assert row(explanation, "voip_or_disposable_contact").outcome == "taken_back"


def test_time_that_passed_is_a_reason_except_for_a_decisive_finding() -> None:
    """S05b, and a year later one more log-in."""
    events = scenario("S05b")
    last, event = events[-1]
    late = last + 400 * DAY
    again = {
        "type": "login.succeeded",
        "event_id": "again",
        "occurred_at": rfc3339(late),
        "account_id": event["account_id"],
    }
    explanation = told(event["account_id"], [*events, (late, again)])
    marathon = row(explanation, "marathon_session")
    assert (marathon.outcome, marathon.faded_to < 0.001) == ("faded", True)
    assert row(explanation, "dprk_range_login").effective == 1.0


def test_enriched_recordings_are_explained_without_tables(tmp_path: Path) -> None:
    """What the tables said is in the events."""
    with_tables, without = configured(), configured(load_snapshot({}, tmp_path))
    runtime = LocalRuntime(with_tables.stages(Selection())[:1], keep=(ENRICHED_EVENTS.name,))
    for ts, event in scenario("S05b"):
        runtime.send(topic_of(event), key_of(event), encode(event), ts + 1000)
    reading = Reading(without.formats)
    lines = [output.value for output in runtime.outputs[ENRICHED_EVENTS.name]]
    explanation = play("s05b-0-0-a5", without, map(reading.line, lines)).explanation
    assert explanation is not None
    assert explanation.indicators == of_scenario("S05b").indicators
    assert explanation.notes == of_scenario("S05b").notes


def test_a_published_case_may_differ() -> None:
    """T5: the owner of a stolen account proves who they are; a fact about that lowers what had been found."""
    (account,) = SCENARIOS["T5"].accounts()
    then = told(account, scenario("T5", until_day=SCENARIOS["T5"].judged_day))
    now = of_scenario("T5")
    assert (then.reckoning.tier, now.reckoning.tier) == ("watch", "none")
    assert then.case is not None
    assert now.case is not None
    assert (then.case.status, now.case.status, now.case.case_id) == ("watch", "retracted", then.case.case_id)


def test_tied_accounts_are_weighed_together() -> None:
    explanation = of_scenario("S09")
    assert explanation.accounts == 3
    assert "tied" in row(explanation, "payout_name_mismatch").why
    assert {saw.seen for saw in row(explanation, "strong_edge_cluster").saw if saw.threshold == "accounts"} == {3}
    assert row(explanation, "payout_instrument_shared").saw[0].seen == 3


def test_a_tie_that_has_ended_since_ties_nobody() -> None:
    """Two on one device; one is quiet from then on, and of the other something is found when a device ties no more."""
    device = {"device_id": "d1", "device_entropy_bits": 30}
    visits = [(n, "session.start", {**device, "session_id": f"s{n}", "ip": f"198.51.{n}.7"}) for n in (1, 2)]
    quiet, busy = ([visit] for visit in visits)
    found = {"instrument_h": "i1", "holder_type": "person", "holder_name_match_score": 0.1}
    accounts = {
        days: told_bare(
            "a0", events_of("a0", *quiet), events_of("a1", *busy, (24.0 * days, "payout_method.added", found))
        )
        for days in (80, 100)
    }
    assert [(told_of.accounts, told_of.at[:10]) for told_of in accounts.values()] == [
        (2, "2026-05-23"),
        (1, "2026-06-12"),
    ]
    assert not changed(accounts[100], "tie_gone")


def test_what_an_address_says_of_a_silent_account_is_weighed_when_it_is_said() -> None:
    """Others come to its address three days later, and nobody is tied over one."""
    visits = [
        events_of(
            f"a{n}",
            *(
                (72.0 * (n > 0) + hour, "session.start", {"session_id": f"s{n}-{hour}", "ip": "198.51.100.7"})
                for hour in (n, n + 12)
            ),
        )
        for n in range(6)
    ]
    explanation = told_bare("a0", *visits)
    assert row(explanation, "shared_ip_multi_account").outcome == "counts"
    assert (explanation.last_event[:10], explanation.at[:10], explanation.accounts) == ("2026-03-04", "2026-03-08", 1)


def test_networks_that_may_be_one_are_sampled_as_they_are_counted() -> None:
    addresses = ["198.51.100.7", "2001:db8:1::7", "203.0.113.7"]
    visits = [(n / 20, "session.start", {"session_id": f"s{n}", "ip": address}) for n, address in enumerate(addresses)]
    (seen,) = [
        saw
        for saw in row(told_bare("a0", events_of("a0", *visits)), "multi_ip_multi_country_window").saw
        if saw.threshold == "networks"
    ]
    assert seen.seen == 2


def test_an_account_without_evidence_is_explained_too() -> None:
    explanation = of_scenario("B05")
    assert explanation.reckoning.total < 10
    assert explanation.case is None
    assert [condition.holds for condition in explanation.reckoning.conditions] == [False] * 7


def test_an_absent_account_names_its_neighbours() -> None:
    found = played("b02-0-0-n2", scenario("B02", until_day=2))
    assert found.explanation is None
    assert found.near == ["b02-0-0-n1"]
    assert found.accounts == 1
