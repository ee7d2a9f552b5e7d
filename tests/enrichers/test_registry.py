from __future__ import annotations

import socket
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from enrichers.enrich import Enricher
from enrichers.registry import Entry, RegistryError, in_force, load_registry
from enrichers.snapshot import Snapshot


def find(ip: str, asn: int | None = None) -> str | None:
    entry = load_registry().match(socket.inet_pton(socket.AF_INET6 if ":" in ip else socket.AF_INET, ip), asn)
    return entry.id if entry else None


@pytest.mark.parametrize(
    ("ip", "asn", "expected"),
    [
        ("175.45.175.255", None, None),
        ("175.45.176.0", None, "NET-1"),
        ("175.45.179.255", None, "NET-1"),
        ("175.45.180.0", None, None),
        ("192.0.2.1", 131279, "NET-1"),
        ("2001:db8::1", 131279, "NET-1"),
        ("210.52.109.255", 4837, "NET-2"),
        ("210.52.110.0", 4837, None),  # never the parent network
        ("77.94.35.1", None, "NET-3"),
        ("188.43.136.1", 20485, None),  # NET-4 is off
        ("188.43.33.249", 20485, None),
    ],
)
def test_exact_ranges(ip: str, asn: int | None, expected: str | None) -> None:
    assert find(ip, asn) == expected


def test_old_facts_are_weak_and_expire_by_event_date() -> None:
    entries = {entry.id: entry for entry in load_registry().entries}
    for name in ("NET-2", "NET-3"):
        entry = entries[name]
        assert (entry.confidence, entry.as_of.year) == (0.3, 2017)
        assert entry.expires is not None
        assert in_force(entry, entry.expires)
        assert not in_force(entry, date(entry.expires.year + 1, 1, 1))
    assert in_force(entries["NET-1"], date(2100, 1, 1))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "Pacific/Honolulu"])
def test_the_last_day_of_use_ends_at_midnight_utc_wherever_the_worker_is(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        enricher = Enricher(Snapshot(load_registry()))
        midnight = int(datetime(2027, 7, 1, tzinfo=UTC).timestamp() * 1000)
        for ms, expected in ((midnight - 1, "NET-2"), (midnight, None), (midnight - 1, "NET-2")):
            assert enricher.facts("210.52.109.1", None, ms).registry == expected
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_unverified_list_is_off_and_never_scored_facts_are_listed() -> None:
    registry = load_registry()
    net4 = next(entry for entry in registry.entries if entry.id == "NET-4")
    assert (net4.enabled, net4.verify_before_enable) == (False, True)
    assert {rule.id for rule in registry.never_score} == {"NET-6", "NET-7"}
    assert all(entry.source and entry.fact for entry in registry.entries)


FAULTY = """
reviewed = 2026-11-24
[[entries]]
id = "A"
fact = "f"
source = "s"
confidence = 0.8
as_of = 2026-01-01
enabled = true
verify_before_enable = true
prefixes = ["10.0.0.1/8"]
asns = [64500, 20485]
[[entries]]
id = "A"
fact = "f"
source = "s"
confidence = 2
as_of = 2026-01-01
enabled = false
[[never_score]]
id = "NET-6"
fact = "carrier"
asns = [20485]
"""


def test_every_fault_of_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FAULTY)
    with pytest.raises(RegistryError) as caught:
        load_registry(path)
    assert str(caught.value).replace(str(path), "mine.toml").splitlines() == [
        "mine.toml: A: enabled without verified_on; compare it with its source first",
        "mine.toml: A: confidence below 1 needs an expires date",
        "mine.toml: A: AS20485 is never scored (NET-6)",
        "mine.toml: A: 10.0.0.1/8 has host bits set",
        "mine.toml: A: the id is used twice",
        "mine.toml: A: confidence is 2.0, expected above 0 and at most 1",
        "mine.toml: A: has neither prefixes nor asns",
    ]


OVERLAPPING = """
reviewed = 2026-11-24
[[entries]]
id = "OLD"
fact = "f"
source = "s"
confidence = 0.3
as_of = 2017-01-01
expires = 2026-06-30
enabled = true
prefixes = ["192.0.2.0/28"]
[[entries]]
id = "LASTING"
fact = "f"
source = "s"
confidence = 1
as_of = 2026-01-01
enabled = true
prefixes = ["192.0.2.0/24"]
asns = [64500]
"""


def test_an_entry_that_expired_does_not_hide_the_wider_one_around_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OVERLAPPING)
    enricher = Enricher(Snapshot(load_registry(path)))
    for day, expected in ((date(2026, 6, 30), "OLD"), (date(2026, 7, 1), "LASTING"), (date(2026, 6, 30), "OLD")):
        assert enricher.facts("192.0.2.1", None, day).registry == expected
    assert enricher.facts("192.0.2.17", None, date(2026, 6, 30)).registry == "LASTING"


def test_two_enabled_entries_may_not_claim_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OVERLAPPING.replace("/28", "/24"))
    with pytest.raises(RegistryError, match=r"LASTING: 192\.0\.2\.0/24 is enabled in OLD too"):
        load_registry(path)
    path.write_text(OVERLAPPING.replace("/28", "/24").replace("enabled = true", "enabled = false", 1))
    assert load_registry(path).match(bytes([192, 0, 2, 1]), None) is not None


@pytest.mark.parametrize("same", ["192.0.2.7/32", "2001:DB8:0::/32"])
def test_nor_the_same_in_two_spellings(tmp_path: Path, same: str) -> None:
    path = tmp_path / "mine.toml"
    other = "192.0.2.7" if "." in same else "2001:db8::/32"
    path.write_text(OVERLAPPING.replace("192.0.2.0/28", same).replace("192.0.2.0/24", other))
    with pytest.raises(RegistryError, match=r"is enabled in OLD too"):
        load_registry(path)


def test_unknown_keys_and_bad_toml_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    for text in (b"reviewed = 2026-11-24\nentries = []\ncolour = 1", b"reviewed =", b"\xff", b"a = " + b"[" * 5_000):
        path.write_bytes(text)
        with pytest.raises(RegistryError, match=r"mine\.toml: "):
            load_registry(path)


def test_entries_have_the_fields_of_the_catalogue() -> None:
    assert {"id", "prefixes", "asns", "fact", "source", "confidence", "as_of", "expires", "enabled"} <= set(
        Entry.__struct_fields__
    )
