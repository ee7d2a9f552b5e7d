"""Every packaged map on samples that nobody here wrote, and on what those lack; golden files say what comes of each record.

RECORD_GOLDEN=1 pytest tests/schemas/formats writes them anew; read the diff before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.decoder import Decoded
from schemas.formats.decoder import FormatDecoder
from schemas.formats.packaged import load_all, load_map, names
from schemas.reasons import RejectReason
from tests.schemas.formats.producers import MAP_OF, NOW, records, shown

GOLDEN = Path(__file__).with_name("golden")
RECORD = os.environ.get("RECORD_GOLDEN") == "1"


@pytest.mark.parametrize("sample", MAP_OF)
def test_every_record_of_a_sample_gives_what_the_golden_file_says(sample: str) -> None:
    decoder = FormatDecoder([], only=load_map(MAP_OF[sample]))
    lines = [
        msgspec.json.encode({"record": number, "ordinal": ordinal, **shown(outcome)})
        for number, raw in enumerate(records(sample), 1)
        for ordinal, outcome in enumerate(decoder.decode(raw, NOW))
    ]
    path = GOLDEN / f"{sample}.jsonl"
    text = b"\n".join(lines) + b"\n"
    if RECORD:
        path.write_bytes(text)
    assert text == path.read_bytes(), f"{path}: RECORD_GOLDEN=1 records it anew"


def test_every_map_has_a_sample_that_gives_events() -> None:
    giving = {
        MAP_OF[path.stem]
        for path in GOLDEN.glob("*.jsonl")
        if b'"event":{"type":"login.succeeded"' in path.read_bytes()
    }
    assert giving == set(names())


@pytest.mark.parametrize("ours", ["event_id", "occurred_at"])
def test_one_name_of_our_own_format_makes_no_record_ours(ours: str) -> None:
    record = msgspec.json.decode(next(records("made_okta"))) | {ours: "x"}
    (outcome,) = FormatDecoder(load_all()).decode(msgspec.json.encode(record), NOW)
    assert isinstance(outcome, Decoded)


@pytest.mark.parametrize("sample", MAP_OF)
def test_no_record_is_taken_for_another_producers(sample: str) -> None:
    maps = load_all()
    for raw in records(sample):
        record = msgspec.json.decode(raw)
        assert [found.name for found in maps if found.recognises(record)] in ([MAP_OF[sample]], [])


@pytest.mark.parametrize("sample", [sample for sample in MAP_OF if sample.startswith(("made", "fusion"))])
def test_detection_gives_what_the_set_format_gives(sample: str) -> None:
    """Of whole records; samples of re-exports lack what some producers are known by."""
    detecting, fixed = FormatDecoder(load_all()), FormatDecoder([], only=load_map(MAP_OF[sample]))
    for raw in records(sample):
        outcomes = fixed.decode(raw, NOW)
        if any(isinstance(outcome, Decoded) for outcome in outcomes):
            assert detecting.decode(raw, NOW) == outcomes


def test_a_rejected_element_comes_back_as_a_record_that_can_be_mended() -> None:
    """Bytes of a dead letter are sent again as they are: they must say all that the element needs from around it."""
    for sample in ("made_okta", "made_entra", "made_google"):
        decoder = FormatDecoder([], only=load_map(MAP_OF[sample]))
        for raw in records(sample):
            for outcome in decoder.decode(raw, NOW):
                if not isinstance(outcome, Decoded):
                    (again,) = decoder.decode(getattr(outcome, "raw", None), NOW)
                    assert again == outcome


def test_a_word_that_no_list_has_is_never_a_success() -> None:
    """For every map with an outcome: change the word, and no log-in succeeds."""
    for name in names():
        field_map = load_map(name)
        if field_map.text.outcome is None:
            continue
        assert field_map._outcome is not None
        judge = field_map._outcome[1]
        words: tuple[Any, ...] = ("", "perhaps", "SUCCESSFUL?", "unsuccess", "ok", None, {}, [], 1.5, -1, 3)
        for word in words:
            assert judge(word) != "succeeded", (name, word)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (["success"], "succeeded"),
        (["success", "SUCCESS"], "succeeded"),
        (["failure"], "failed"),
        (["success", "failure"], ""),
        (["failure", "success"], ""),
        (["success", "unknown"], ""),
        (["success", "perhaps"], ""),
        (["success", {"but": "blocked"}], ""),
        (["success"] * 64 + ["failure"], ""),
        (["success", None], "succeeded"),
        ([None] * 64 + ["failure"], "failed"),
        ([None], ""),
        ([], ""),
    ],
)
def test_a_list_of_outcomes_is_one_only_when_all_say_the_same(value: list[Any], said: str) -> None:
    outcome = load_map("ecs")._outcome
    assert outcome is not None
    assert outcome[1](value) == said


def test_an_outcome_that_is_not_mapped_has_a_reason_of_its_own() -> None:
    (outcome, *_) = FormatDecoder([], only=load_map("ocsf")).decode(list(records("made_ocsf"))[4], NOW)
    assert shown(outcome) == {
        "reject": RejectReason.UNKNOWN_OUTCOME,
        "detail": "ocsf: outcome 99 is in none of the map's lists",
    }


ENTRA = {
    "time": "2026-03-02T09:20:00Z",
    "category": "SignInLogs",
    "operationName": "Sign-in activity",
    "resultType": "0",
    "properties": {"id": "s1", "userId": "u1", "ipAddress": "203.0.113.9", "status": {"errorCode": 0}},
}


def outcome_of(name: str, record: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """What a map makes of one record; `properties` are put over the record's own."""
    if properties:
        record = {**record, "properties": {**record["properties"], **properties}}
    (outcome,) = FormatDecoder([], only=load_map(name)).decode(msgspec.json.encode(record), NOW)
    return shown(outcome)


@pytest.mark.parametrize("blank", ["{PII Removed}", "{pii removed}", "00000000-0000-0000-0000-000000000000", ""])
def test_what_entra_blanks_links_nobody(blank: str) -> None:
    """People and devices of other tenants all have the same text there."""
    assert "device_id" not in outcome_of("entra", ENTRA, deviceDetail={"deviceId": blank})["event"]
    assert outcome_of("entra", ENTRA, userId=blank)["reject"] == RejectReason.MISSING_FIELD
    failed = outcome_of("entra", ENTRA, userId=blank, status={"errorCode": 50034})
    assert failed["reject"] == RejectReason.NO_ACCOUNT


def test_tokens_that_entra_renews_are_no_log_ins() -> None:
    renewed = {**ENTRA, "category": "NonInteractiveUserSignInLogs"}
    assert outcome_of("entra", renewed)["reject"] == RejectReason.UNKNOWN_TYPE


@pytest.mark.parametrize(
    ("code", "what"),
    [(0, "login.succeeded"), (50126, "login.failed"), (53003, "login.failed"), (500121, "login.failed")]
    + [(asked, None) for asked in (16000, 50074, 50076, 50097, 50140, 50158, 50199, 51006, 65001)],
)
def test_a_sign_in_that_entra_interrupts_neither_worked_nor_failed(code: int, what: str | None) -> None:
    found = outcome_of("entra", ENTRA, status={"errorCode": code})
    assert found.get("event", {}).get("type") == what


OCSF = {
    "class_uid": 3002,
    "activity_id": 1,
    "status_id": 1,
    "time": 1772442847250,
    "metadata": {"uid": "o1"},
    "user": {"name": "somebody"},
    "actor": {"user": {"uid": "S-1-5-18", "name": "SYSTEM"}},
    "device": {"uid": "host-7", "ip": "203.0.113.7"},
}


def test_the_host_that_somebody_logs_in_to_is_neither_the_clients_device_nor_its_address() -> None:
    event = outcome_of("ocsf", OCSF)["event"]
    assert not {"ip", "device_id"} & event.keys()
    event = outcome_of("ocsf", {**OCSF, "src_endpoint": {"ip": "203.0.113.40", "uid": "laptop"}})["event"]
    assert (event["ip"], event["device_id"]) == ("203.0.113.40", "laptop")


def test_who_asked_for_a_log_in_is_not_who_logged_in() -> None:
    assert outcome_of("ocsf", OCSF)["event"]["account_id"] == "somebody"


OKTA_RESULTS = {
    "SUCCESS": "succeeded", "ALLOW": "succeeded", "FAILURE": "failed", "DENY": "failed", "RATE_LIMIT": "failed",
    "SKIPPED": "neither", "CHALLENGE": "neither", "UNKNOWN": "neither", "DEFERRED": "neither", "SCHEDULED": "neither",
    "ABANDONED": "neither", "UNANSWERED": "neither",
}  # fmt: skip


def test_every_result_that_okta_documents_is_known() -> None:
    outcome = load_map("okta")._outcome
    assert outcome is not None
    assert {result: outcome[1](result) for result in OKTA_RESULTS} == OKTA_RESULTS


def test_a_record_of_an_unknown_producer_is_buried_and_not_passed_over_as_auth0s() -> None:
    """`type`, `date` and `ip` are anybody's names; what is taken for a known producer's other records is only counted."""
    record = {"type": "login", "date": "2026-03-02T09:14:07Z", "ip": "203.0.113.9", "user": "u1"}
    (outcome,) = FormatDecoder(load_all()).decode(msgspec.json.encode(record), NOW)
    assert shown(outcome)["reject"] == RejectReason.MISSING_FIELD


def test_auth0s_id_is_found_beside_the_data_wherever_it_stands() -> None:
    data = {"date": "2026-03-02T09:14:07Z", "type": "s", "user_id": "auth0|1", "ip": "203.0.113.9"}
    for record in (
        {"log_id": "a1", "data": data},
        {"detail": {"log_id": "a1", "data": data}},
        {**data, "log_id": "a1"},
    ):
        (outcome,) = FormatDecoder(load_all()).decode(msgspec.json.encode(record), NOW)
        assert shown(outcome)["event"]["event_id"] == "a1"
