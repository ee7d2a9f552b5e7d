"""Every loader on arbitrary bytes, and on fixtures cut and changed: named rejects or a ListError, in bounds."""

from __future__ import annotations

import gzip
import re
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrichers.building.feeds_file import Feed
from enrichers.building.reading import Reading
from enrichers.compiled import merge
from enrichers.feeds.formats import FORMATS
from enrichers.feeds.source import Source, looks_like
from enrichers.feeds.statement import CLASSES, KEPT_REJECTS, KINDS, ListError, Notes
from enrichers.prefixes import is_global, is_too_wide
from tests.enrichers.feeds.conftest import BY_FORMAT, DAY, FIXTURES

TEXT_FORMATS = sorted(BY_FORMAT)
DOCUMENTS = frozenset({"onionoo", "mullvad", "aws", "gcp", "azure"})
REASON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)

Change = Callable[[bytes], bytes]


def survives(name: str, path: Path) -> None:
    """Read to the end; whatever comes out is in the normal form and can be taken and merged."""
    reading = Reading(Feed("fuzz", name, path.name, tuple(sorted(KINDS)), "test", 1, dated=DAY))
    notes = Notes()
    refused: ListError | None = None
    looks_like(path)
    try:
        for statement in FORMATS[name].load(Source(path, DAY), notes):
            assert statement.line >= 1
            assert set(statement.kinds) <= KINDS
            assert 0 <= statement.confidence <= 1
            assert statement.prefix is None or 0 <= statement.prefix[0] < 1 << 128
            assert statement.operator is None or statement.operator.isprintable()
            reading.take(statement)
    except ListError as error:
        refused = error
    assert refused is None or (REASON.fullmatch(refused.check) and str(refused).isprintable())
    assert all(REASON.fullmatch(reason) for reason in notes.reasons)
    assert len(notes.rejects) <= KEPT_REJECTS
    assert all(text.isprintable() for pair in notes.metadata.items() for text in pair)
    for prefix, claim in reading.claims():
        assert claim.network_class in CLASSES
        assert is_global(prefix)
        assert not is_too_wide(prefix)
    merge(reading.claims())


@pytest.mark.parametrize("name", TEXT_FORMATS)
@RELAXED
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_arbitrary_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "feed").write_bytes(content)
    survives(name, tmp_path / "feed")


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A cut, a few overwritten bytes, a piece said twice, an inserted piece: what disks, proxies and people do."""
    where = draw(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=5))
    cut = draw(st.floats(0, 1))
    kind = draw(st.sampled_from(["cut", "overwrite", "insert", "repeat"]))

    def change(content: bytes) -> bytes:
        if kind == "cut":
            return content[: int(cut * len(content))]
        if kind == "repeat":
            return content + content[int(cut * len(content)) :]
        made = bytearray(content)
        for share, piece in where:
            at = int(share * len(made))
            made[at : at + (len(piece) if kind == "overwrite" else 0)] = piece
        return bytes(made)

    return change


@pytest.mark.parametrize("name", TEXT_FORMATS)
@RELAXED
@given(change=changes(), packed=st.booleans())
def test_changed_fixtures(tmp_path: Path, name: str, change: Change, packed: bool) -> None:
    for fixture in BY_FORMAT[name]:
        content = (FIXTURES / fixture).read_bytes()
        (tmp_path / "feed").write_bytes(change(gzip.compress(content)) if packed else change(content))
        survives(name, tmp_path / "feed")


KEYS = (
    *("ip", "network", "tunnels", "type", "operator", "client", "proxies", "location", "country", "as", "number"),
    *("relays", "or_addresses", "exit_addresses", "flags", "countries", "cities", "ipv4_addr_in", "code", "active"),
    *("prefixes", "ip_prefix", "service", "ipv6_prefixes", "values", "properties", "addressPrefixes", "name", "range"),
    *("cidr", "asn", "records", "timestamp", "classes", "lists", "vpn", "residential", "anonymizer_confidence"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ["spur", "ipinfo-json", "spamhaus", "onionoo", "mullvad", "aws", "gcp", "azure"])
@RELAXED
@given(value=JSON)
def test_json_with_the_right_names_and_any_values(tmp_path: Path, name: str, value: object) -> None:
    (tmp_path / "feed").write_bytes(orjson.dumps(value))
    survives(name, tmp_path / "feed")


def test_damaged_mmdb_files_end_in_words(samples: Path) -> None:
    files = sorted((samples / "maxmind-bad").glob("*.mmdb"))
    assert len(files) == 25
    for file in files:
        started = time.process_time()
        survives("mmdb", file)
        assert time.process_time() - started < 10, file.name


@RELAXED
@given(change=changes())
def test_changed_mmdb_files(tmp_path: Path, samples: Path, change: Change) -> None:
    for name in ("maxmind/GeoIP2-Anonymous-IP-Test.mmdb", "maxmind/GeoIP-Anonymous-Plus-Test.mmdb"):
        (tmp_path / "feed").write_bytes(change((samples / name).read_bytes()))
        survives("mmdb", tmp_path / "feed")


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_large_file_of_nonsense_needs_little_memory_and_time(tmp_path: Path, name: str) -> None:
    """One endless line, then many: what is read is let go again (documents are held as a whole, up to a bound)."""
    (tmp_path / "feed").write_bytes(b"[" * (4 << 20) + b"\n" + b'{"a":1},"x",\t|\n' * 20_000)
    started = time.process_time()
    tracemalloc.start()
    try:
        survives(name, tmp_path / "feed")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (16 * (tmp_path / "feed").stat().st_size if name in DOCUMENTS else 24 << 20)
    assert time.process_time() - started < 30
