from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from enrichers.compiled import Row, write_networks
from enrichers.demo import DemoNetworks
from enrichers.enrich import Enricher, combine
from enrichers.facts import ANONYMIZERS, Facts, ListEntry
from enrichers.registry import load_registry
from enrichers.shapes.networks import Kind
from enrichers.snapshot import Snapshot, load_snapshot
from enrichers.tables import Table

TODAY = date(2026, 11, 24)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
DEMO = DemoNetworks()


def test_everything_about_one_address(enricher: Enricher) -> None:
    facts = enricher.facts(DEMO.vpn("ASTRILL", "US", 3), CHROME, TODAY)
    assert facts == Facts(
        ip="2001:db8:4a00:4::1",
        address_kind="public",
        network="2001:db8:4a00::/48",
        shared_key="2001:db8:4a00:4::/64",
        country="US",
        region="New York",
        city="New York",
        latitude=40.71,
        longitude=-74.01,
        radius_km=20.0,
        geo_tz="America/New_York",
        geo_prefix="2001:db8:4a00::/41",
        asn=4200004010,
        organisation="Example Transit One",
        classes=("vpn",),
        operator="ASTRILL",
        lists=(ListEntry("vpn", "demo", "2026-11-01", 1.0),),
        agent="chrome/windows/desktop",
        tables=enricher.snapshot.id,
    )


def test_without_tables_everything_is_unknown_not_clean() -> None:
    enricher = Enricher(Snapshot(load_registry()))
    facts = enricher.facts("192.0.2.1", None, TODAY)
    assert facts == Facts(
        ip="192.0.2.1",
        address_kind="public",
        network="192.0.2.0/24",
        shared_key="192.0.2.1",
        tables=enricher.snapshot.id,
    )
    assert [enricher.counts[role, "missing"] for role in ("geo", "asn", "networks")] == [1, 1, 1]
    assert enricher.facts("175.45.176.9", None, TODAY).registry == "NET-1"


def test_a_miss_is_unknown_and_counted(enricher: Enricher) -> None:
    facts = enricher.facts("9.9.9.9", None, TODAY)
    assert (facts.country, facts.asn, facts.classes, facts.geo_prefix) == (None, None, (), None)
    assert [enricher.counts[role, "miss"] for role in ("geo", "asn", "networks")] == [1, 1, 1]
    assert enricher.counts["address", "public"] == 1


@pytest.mark.parametrize("text", ["10.1.2.3", "100.64.0.1", "127.0.0.1", "fe80::1", "::1"])
def test_private_addresses_link_nothing(enricher: Enricher, text: str) -> None:
    facts = enricher.facts(text, CHROME, TODAY)
    assert facts == Facts(address_kind="private", agent="chrome/windows/desktop", tables=enricher.snapshot.id)


@pytest.mark.parametrize("text", [None, "", "unknown", "134744072", "0x8.8.8.8", "1.2.3", "\udc80", "\0", "a" * 9999])
def test_what_is_no_address(enricher: Enricher, text: str | None) -> None:
    assert enricher.facts(text, None, TODAY) == Facts(tables=enricher.snapshot.id)


class Broken:
    """A reader whose file was damaged after the checks."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def get_with_prefix_len(self, ip: str) -> tuple[object, int]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer, 24


@pytest.mark.parametrize(
    "answer",
    [
        UnicodeDecodeError("utf-8", b"", 0, 1, "x"),
        RecursionError(),
        "text",
        7,
        {"classes": 3},
        {"classes": "vpn"},
        {"classes": [3, b"vpn", ["vpn"], None, ""]},
        {"tunnels": 3},
        {"location": {"x": object()}},
    ],
)
def test_a_damaged_table_is_unknown(answer: object) -> None:
    def table(role: str, ip_version: int = 6) -> Table:
        return Table(role, "broken", 0, "0" * 64, ip_version, Broken(answer))  # type: ignore[arg-type]

    enricher = Enricher(Snapshot(load_registry(), table("geo"), table("asn"), (table("networks"), table("networks"))))
    facts = enricher.facts("192.0.2.1", CHROME, TODAY)
    assert (facts.ip, facts.country, facts.asn, facts.classes) == ("192.0.2.1", None, None, ())
    older = Enricher(Snapshot(load_registry(), table("geo", 4)))
    older.facts("2001:db8::1", None, TODAY)
    assert older.counts["geo", "miss"] == 1  # IPv6 is never asked of an IPv4 table


@pytest.mark.parametrize(
    ("ip", "classes", "operator"),
    [
        (DEMO.home("PT", 1), (), None),
        (DEMO.mobile("A", 1), ("mobile",), None),
        (DEMO.hosting("B", 1), ("hosting",), None),
        (DEMO.vpn("EXAMPLE_VPN", "C", 1), ("vpn",), "EXAMPLE_VPN"),
        (DEMO.residential_proxy("D", 1), ("residential_proxy",), "EXAMPLE_PROXY"),
        (DEMO.relay(1, 1), ("relay",), "EXAMPLE_RELAY"),
        (DEMO.relay(2, 1), ("relay",), "EXAMPLE_RELAY"),
        (DEMO.relay(3, 1), ("relay",), "EXAMPLE_RELAY"),
        (DEMO.corporate("H", 1), ("corporate",), "EXAMPLE_SASE"),
        (DEMO.office("DE", 1), ("office",), None),
        (DEMO.satellite("RU", 1), ("satellite",), None),
        (DEMO.tor("DE", 1), ("tor",), None),
        (DEMO.ipv4("office", 7), ("office",), None),
    ],
)
def test_precedence_on_the_demo(enricher: Enricher, ip: str, classes: tuple[str, ...], operator: str | None) -> None:
    facts = enricher.facts(ip, None, TODAY)
    assert (facts.classes, facts.operator) == (classes, operator)
    assert {entry.network_class for entry in facts.lists} == set(classes)
    assert (not ANONYMIZERS.isdisjoint(classes)) == bool({"vpn", "hosting", "tor"} & set(classes))


def test_relay_and_corporate_cancel_vpn_and_hosting_but_not_proxies() -> None:
    named = Kind(frozenset({"vpn", "hosting", "residential_proxy"}), "ASTRILL", (ListEntry("vpn", "a"),))
    assert combine([named]).operator == "ASTRILL"
    for outranking in ("relay", "corporate"):
        both = combine([named, Kind(frozenset({outranking}), "GATE", (ListEntry(outranking, "b"),))])
        assert both == Kind(frozenset({outranking, "residential_proxy"}), "GATE", (ListEntry(outranking, "b"),))
        assert combine([named, Kind(frozenset({outranking}))]).operator is None


def test_a_vpn_tag_inside_a_relay_prefix_names_no_operator(tmp_path: Path) -> None:
    rows = [
        Row("192.0.2.0/24", "relay", "r", operator="GATE"),
        Row("192.0.2.0/28", "vpn", "v", operator="ASTRILL"),
        Row("198.51.100.0/24", "hosting", "h"),
        Row("198.51.100.0/28", "vpn", "v", operator="ASTRILL"),
    ]
    write_networks(rows, tmp_path / "n.mmdb", 1_790_000_000, "test")
    enricher = Enricher(load_snapshot({"networks": tmp_path / "n.mmdb"}, tmp_path / "p"))
    assert enricher.facts("192.0.2.3", None, TODAY).operator == "GATE"
    assert enricher.facts("192.0.2.3", None, TODAY).classes == ("relay",)
    inside, outside = (enricher.facts(f"198.51.100.{n}", None, TODAY) for n in (3, 77))
    assert (inside.classes, inside.operator) == (("hosting", "vpn"), "ASTRILL")
    assert (outside.classes, outside.operator) == (("hosting",), None)


def test_several_networks_tables_are_joined(demo_paths: dict[str, Path], tmp_path: Path) -> None:
    write_networks([Row("2001:db8:3000::/40", "vpn", "mine", operator="X")], tmp_path / "n.mmdb", 1_790_000_000, "test")
    snapshot = load_snapshot({"networks": [demo_paths["networks"], tmp_path / "n.mmdb"]}, tmp_path / "p")
    facts = Enricher(snapshot).facts(DEMO.hosting("PT", 0), None, TODAY)
    assert (facts.classes, facts.operator) == (("hosting", "vpn"), "X")
    assert [entry.source for entry in facts.lists] == ["demo", "mine"]


def test_registry_facts_expire_by_the_events_own_date(enricher: Enricher) -> None:
    late = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp() * 1000)
    for _ in range(2):
        assert enricher.facts("210.52.109.1", None, TODAY).registry_confidence == 0.3
        assert enricher.facts("210.52.109.1", None, late).registry is None
        assert enricher.facts("210.52.109.1", None, 10**30).registry is None
    assert enricher.facts(DEMO.dprk(0), None, late).registry == "NET-1"


@pytest.mark.parametrize("lru_size", [4, 1_000])
def test_kept_texts_say_what_the_facts_say_on_every_day(demo_snapshot: Snapshot, lru_size: int) -> None:
    writing, asking = Enricher(demo_snapshot, lru_size=lru_size), Enricher(demo_snapshot)
    addresses = ["210.52.109.1", DEMO.dprk(0), DEMO.home("PT", 1), "10.0.0.1", "no address", None]
    for _ in range(2):
        for ip in addresses:
            for day in (TODAY, date(2030, 1, 1), TODAY):
                for agent in (None, CHROME):
                    text = writing.facts_json(ip, agent, day)
                    assert msgspec.json.decode(text, type=Facts) == asking.facts(ip, agent, day)
    assert writing.not_public == {"private": 12, "none": 12}, "each event, kept text or not"


def test_facts_are_shared_between_events(enricher: Enricher) -> None:
    ip = DEMO.home("PT", 1)
    first = enricher.facts(ip, CHROME, TODAY)
    assert enricher.facts(ip, CHROME, TODAY) is first
    assert enricher.facts(ip, "curl/8", TODAY).agent == "script/other/script"
    assert enricher.counts["geo", "hit"] == 1


@pytest.mark.parametrize("ip", ["192.0.2.1", "10.0.0.1", "1" * 9_000, None])
def test_what_strangers_make_long_is_not_kept_at_its_length(enricher: Enricher, ip: str | None) -> None:
    first = enricher.facts(ip, CHROME + "x" * 9_000, TODAY)
    text = enricher.facts_json(ip, CHROME + "x" * 9_000, TODAY)
    for number in range(3):
        agent = f"{CHROME}{'x' * 9_000}{number}"
        longer = f"{ip}{number}" if ip and len(ip) > 99 else ip
        assert enricher.facts(longer, agent, TODAY) is first
        assert enricher.facts_json(longer, agent, TODAY) is text
    assert (first.agent, first.address_kind) == ("chrome/windows/desktop", enricher.facts(ip, None, TODAY).address_kind)


def test_a_replaced_snapshot_answers_at_once(enricher: Enricher) -> None:
    ip = DEMO.home("PT", 1)
    assert enricher.facts(ip, None, TODAY).country == "PT"
    enricher.snapshot = Snapshot(load_registry())
    facts = enricher.facts(ip, None, TODAY)
    assert (facts.country, facts.tables) == (None, enricher.snapshot.id)


def test_a_small_cache_changes_no_answer(demo_snapshot: Snapshot) -> None:
    small, large = Enricher(demo_snapshot, lru_size=4), Enricher(demo_snapshot)
    for n in (0, 1, 2, 0, 3, 4, 0, 5, 1, 0):
        ip = DEMO.home("PT", n)
        assert small.facts(ip, CHROME, TODAY) == large.facts(ip, CHROME, TODAY)
    assert large.counts["geo", "hit"] == 6
    assert 6 < small.counts["geo", "hit"] < 10  # address 0 was used all the time and stayed
