"""Part a, what writing costs: one batch of enriched events and one of accounts' states in each compression that a worker may use."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from aiokafka import codec

from tests.bench.report import Line

BATCH = 500
"""Records of a batch: about what a busy worker sends to one partition at once."""
REPEATS = 20
CODECS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": codec.zstd_encode,
    "lz4": codec.lz4_encode,
    "snappy": codec.snappy_encode,
    "gzip": codec.gzip_encode,
}
"""As aiokafka's producer calls them, at its levels."""


def compression(values: dict[str, Sequence[bytes]], base_s: float) -> Iterator[Line]:
    """Time and gain of each compression for each kind of value; ratios are to `base_s`, what decoding an event takes."""
    for kind, records in values.items():
        batch = b"".join(records[:BATCH])
        for name, encode in CODECS.items():
            started = time.process_time()
            for _ in range(REPEATS):
                packed = encode(batch)
            spent = (time.process_time() - started) / REPEATS / len(records[:BATCH])
            what = f"{name}, {kind}, {len(batch) / len(packed):.1f} times smaller"
            yield Line("a", what, 1e6 * spent, "µs/record", f"{spent / base_s:.1f}×")
