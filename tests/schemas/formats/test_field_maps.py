"""What a map can say, on small maps of the test's own, and that a wrong one is refused with all of its faults."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.decoder import Decoded
from schemas.formats.compiler import compile_map
from schemas.formats.decoder import FormatDecoder
from schemas.formats.field_map import FieldMap
from schemas.formats.model import MapError, read_map
from schemas.formats.packaged import load_map
from schemas.formats.times import moment_of
from schemas.reasons import Reject, RejectReason
from tests.schemas.formats.producers import MINIMAL, NOW, own_map, read
from tests.schemas.records import login


def event(field_map: FieldMap, **record: Any) -> Any:
    outcome = read(field_map, **record)
    assert isinstance(outcome, Decoded), outcome
    return outcome.event


def reject(field_map: FieldMap, **record: Any) -> Reject:
    outcome = read(field_map, **record)
    assert isinstance(outcome, Reject), outcome
    return outcome


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b", "x"),
        ("'a.b'", "dotted"),
        ("list[].b", "first"),
        ("list[1].b", "second"),
        ("list[-1].b", "second"),
        ("list[b=second].c", "by key"),
        ("list[7].b", None),
        ("list[b=none].c", None),
        ("a.b.c.d", None),
        ("list.b", None),
        ("/a.b", "x"),
    ],
)
def test_paths(path: str, value: str | None) -> None:
    record = {"a": {"b": "x"}, "a.b": "dotted", "list": [{"b": "first"}, {"b": "second", "c": "by key"}]}
    assert event(own_map(f'user_agent = "{path}"'), **record).user_agent == value


def test_the_first_alternative_with_a_value_counts() -> None:
    field_map = own_map('device_id = [{ path = ["a", "b"], except = ["unknown", 0] }, "c"]')
    assert event(field_map, a="", b="B", c="C").device_id == "B"
    assert event(field_map, a=None, b="Unknown", c="C").device_id == "C"
    assert event(field_map, a=0, c="C").device_id == "C"
    assert event(field_map, a=7).device_id == "7"


def test_all_elements_are_those_that_have_a_value() -> None:
    toml = (
        MINIMAL.replace("login.succeeded", "profile.updated") + 'occurred_at = "at"\nchanged_fields = "changes[*].name"'
    )
    field_map = compile_map(read_map(toml.encode(), "own.toml"))
    assert event(field_map, changes=[{"name": "email"}, {}, {"name": "phone"}]).changed_fields == ("email", "phone")
    assert event(field_map, changes=[{}]).changed_fields == ()


def test_constants_joins_digests_and_words() -> None:
    field_map = own_map(
        'ja4.constant = "t13"\nsession_id.join = ["realm", "n"]\ndevice_id.digest = ["x", "y"]\n'
        'mfa = { path = "factor", words = { "Text Message" = "sms", 3 = "totp" } }'
    )
    first = event(field_map, realm="r", n=7, x="1", y=None, factor="text message ")
    assert (first.ja4, first.session_id, first.mfa) == ("t13", "r:7", "sms")
    assert first.device_id.startswith("own-")
    again, other = event(field_map, x="1"), event(field_map, y="1", factor=3)
    assert (again.device_id == first.device_id, other.device_id == first.device_id, other.mfa) == (True, False, "totp")
    bare = event(field_map, realm="r", factor="pigeon")
    assert (bare.session_id, bare.device_id, bare.mfa) == (None, None, None)


TIMES: list[tuple[str, Any, str]] = [
    ('path = "at", unit = "s"', 1772442847, "2026-03-02T09:14:07+00:00"),
    ('path = "at", unit = "ms"', 1772442847250, "2026-03-02T09:14:07.250000+00:00"),
    ('path = "at", unit = "us"', 1772442847250001, "2026-03-02T09:14:07.250001+00:00"),
    ('path = "at", unit = "ns"', 1772442847250001999, "2026-03-02T09:14:07.250001+00:00"),
    ('path = "at", unit = "s"', 1772442847.25, "2026-03-02T09:14:07.250000+00:00"),
    ('path = "at", unit = "ms"', "1772442847250", "2026-03-02T09:14:07.250000+00:00"),
    ('path = "at", unit = "auto"', 100_000_000, "1973-03-03T09:46:40+00:00"),
    *(('path = "at", unit = "auto"', 1772442847 * 10**digits, "2026-03-02T09:14:07+00:00") for digits in (0, 3, 6, 9)),
    ('path = "at", zone = "UTC"', "2026-03-02 09:14:07.250000000", "2026-03-02T09:14:07.250000+00:00"),
    ('path = "at", zone = "UTC"', "2026-03-02T11:14:07+02:00", "2026-03-02T11:14:07+02:00"),
    ('path = "at", zone = "+05:30"', "2026-03-02T09:14:07", "2026-03-02T09:14:07+05:30"),
    ('path = "at", zone = "Europe/Berlin"', "2026-07-02 09:14:07", "2026-07-02T09:14:07+02:00"),
    ('path = "at", zone = "Europe/Berlin"', "2026-03-02 09:14:07,250", "2026-03-02T09:14:07.250000+01:00"),
    ('path = "at", zone = "Europe/Berlin"', "2026-03-02T09:14", "2026-03-02T09:14:00+01:00"),
    ('path = "at"', "2026-03-02 09:14:07 UTC", "2026-03-02T09:14:07+00:00"),
]


@pytest.mark.parametrize(("source", "at", "expected"), TIMES)
def test_times(source: str, at: Any, expected: str) -> None:
    assert event(own_map("", time=f"occurred_at = {{ {source} }}"), at=at).occurred_at.isoformat() == expected


@pytest.mark.parametrize(("first", "per_second"), [(10**8, 1), (10**11, 10**3), (10**14, 10**6), (10**17, 10**9)])
def test_a_number_tells_its_unit_by_its_size_from_1973_to_5138(first: int, per_second: int) -> None:
    assert moment_of(first, "auto").timestamp() * per_second == first
    if per_second < 10**9:
        assert moment_of(first * 1_000 - 1, "auto").year == 5138


@pytest.mark.parametrize(
    ("source", "at", "reason"),
    [
        ('path = "at"', "2026-03-02T09:14:07", RejectReason.NO_TIME_ZONE),
        ('path = "at"', 1772442847, RejectReason.WRONG_TYPE),
        ('path = "at"', {"seconds": 1}, RejectReason.WRONG_TYPE),
        ('path = "at", unit = "ms"', True, RejectReason.WRONG_TYPE),
        ('path = "at", unit = "s"', 1772442847250001999, RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "s"', 1e300, RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "s"', 10**400, RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "auto"', -(10**400), RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "s"', -5, RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "auto"', 0, RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "auto"', 20260302, RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "auto"', "20260302", RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", unit = "auto"', -1772442847, RejectReason.IMPOSSIBLE_DATE),
        ('path = "at", zone = "UTC"', "yesterday", RejectReason.NOT_A_TIME),
        ('path = "at", zone = "Europe/Berlin"', "2026-02-30 00:00:00", RejectReason.NO_TIME_ZONE),
        ('path = "at", zone = "Europe/Berlin"', "2026-03-02 09:14:07+05", RejectReason.NOT_A_TIME),
        ('path = "at", zone = "Europe/Berlin"', "2026-03-02T09:14:07 +05:00", RejectReason.NOT_A_TIME),
        ('path = "at", zone = "Europe/Berlin"', "2026-03-02", RejectReason.NOT_A_TIME),
        ('path = "at", zone = "UTC"', "2026-03-02", RejectReason.NOT_A_TIME),
        ('path = "at", unit = "ms"', 1_890_000_000_000, RejectReason.FUTURE_DATED),
        ('path = "at", unit = "ms"', None, RejectReason.MISSING_FIELD),
    ],
)
def test_times_that_are_none(source: str, at: Any, reason: RejectReason) -> None:
    assert reject(own_map("", time=f"occurred_at = {{ {source} }}"), at=at).reason is reason


@pytest.mark.parametrize(
    ("record", "reason", "says"),
    [
        ({"who": ["a"]}, RejectReason.BAD_ID, "own: account_id"),
        ({"who": "x" * 300}, RejectReason.ID_TOO_LONG, "found 300"),
        ({"who": 10**300}, RejectReason.ID_TOO_LONG, "account_id"),
        ({"who": True}, RejectReason.BAD_ID, "account_id"),
        ({"who": None}, RejectReason.MISSING_FIELD, "absent: account_id (nothing at who)"),
        ({"agent": 5}, RejectReason.WRONG_TYPE, "user_agent"),
        ({"tz": 99_999}, RejectReason.OUT_OF_RANGE, "tz_offset_min"),
    ],
)
def test_our_own_checks_hold(record: dict[str, Any], reason: RejectReason, says: str) -> None:
    found = reject(own_map('user_agent = "agent"\ntz_offset_min = "tz"'), **record)
    assert found.reason is reason
    assert says in found.detail
    assert found.raw.startswith(b'{"id":"e1"')


def test_an_element_is_put_back_where_its_path_led_in_whichever_case() -> None:
    toml = f'lower_case_too = true\nsplit = ["Data.Events"]\n{MINIMAL}occurred_at = "at"'
    decoder = FormatDecoder([], only=compile_map(read_map(toml.encode(), "own.toml")))
    for record in (
        {"Data": None, "data": {"Events": [{"id": 7}, {"id": 8}]}},
        {"DATA": 1, "data": {"events": [{}, {}]}},
    ):
        outcomes = decoder.decode(msgspec.json.encode(record), NOW)
        assert [outcome.reason for outcome in outcomes if isinstance(outcome, Reject)] == [
            RejectReason.MISSING_FIELD
        ] * 2
        assert [len(decoder.decode(outcome.raw, NOW)) for outcome in outcomes if isinstance(outcome, Reject)] == [1, 1]


def test_where_a_format_is_set_our_own_is_foreign() -> None:
    """A topic of logs that others write must not take an event that looks like ours."""
    (outcome,) = FormatDecoder([], only=own_map("")).decode(login(id="e1"), NOW)
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.detail[:4]) == (RejectReason.MISSING_FIELD, "own:")


def test_an_event_over_the_limit_is_refused_even_in_a_record_below_its_own() -> None:
    assert reject(own_map('user_agent = "agent"'), agent="x" * 70_000).reason is RejectReason.TOO_LARGE
    assert event(own_map('user_agent = "agent"'), agent="x", other="x" * 70_000).user_agent == "x"


WRONG = """
name = "Wrong Name"
about = "for a test"
split = ["a[].b"]
detect = [[]]
[type]
path = "kind"
words = { a = "login", b = "login.suceeded", c = "remote_tool.seen" }
[fields]
event_id = "id"
account_id = { path = "who", constant = "x" }
occurred_at = { path = "at", zone = "Mars/Olympus" }
ip = { path = "ip", trusted = ["10.0.0.0/99"], trusted_hops = 1 }
colour = "colour"
user_agent = "a..b"
"""


def test_every_fault_of_a_map_is_said_at_once() -> None:
    with pytest.raises(MapError) as caught:
        compile_map(read_map(WRONG.encode(), "wrong.toml"), file="wrong.toml")
    said = "\n".join(caught.value.faults)
    for what in (
        "name: found 'Wrong Name'",
        "detect: found [], expected sets of paths",
        "split: found 'a[].b', expected keys with dots",
        "type `login` needs an [outcome]",
        "no event type 'login.suceeded'; did you mean login.succeeded?",
        "remote_tool.seen needs a source for kind",
        "fields.account_id: expected exactly one of path, constant, join, digest",
        "fields.occurred_at: 'Mars/Olympus' is no time zone",
        "fields.ip: '10.0.0.0/99' is no network",
        "fields.colour: no type of this map has such a field",
        "fields.user_agent: path 'a..b' cannot be read from '.b' on",
    ):
        assert what in said
    assert all(fault.startswith("wrong.toml: ") for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("name = ", "not TOML"),
        ('name = "x"', "missing required field `about`"),
        ('name = "x"\nabuot = "y"', "unknown field `abuot`"),
    ],
)
def test_a_file_that_is_no_map(toml: str, says: str) -> None:
    with pytest.raises(MapError, match=says) as caught:
        read_map(toml.encode(), "own.toml")
    assert str(caught.value).startswith("own.toml: ")


@pytest.mark.parametrize("name", ["oktta", "/no/such/map.toml", "native"])
def test_no_such_map(name: str) -> None:
    with pytest.raises(MapError, match=name):
        load_map(name)
