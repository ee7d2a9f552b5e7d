"""`python -m tests.bench`: run the parts, print the report."""

from __future__ import annotations

import argparse
import sys

from streams.runtime.collector import settle
from tests.bench.report import Line, machine, render
from tests.kafka.broker import missing


def main() -> int:
    """Run what was asked for; exit code 0 when it ran, whatever the figures say."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure the pipeline; ratios are to a baseline of the same run."
    )
    parser.add_argument(
        "--parts",
        default="abcdefg",
        help="which parts: a alone, b core, c Kafka, d recovery (with c), e latency, f inputs, g replay",
    )
    parser.add_argument("--events", type=int, default=3_000_000, help="events of parts b, c and g (default 3,000,000)")
    parser.add_argument("--accounts", type=int, default=200_000, help="accounts they belong to (default 200,000)")
    parser.add_argument("--baseline", type=int, default=200_000, help="events that stock Faust gets (default 200,000)")
    parser.add_argument("--seconds", type=int, default=60, help="length of part e (default 60)")
    asked = parser.parse_args()
    parts = set(asked.parts)
    print(machine(), flush=True)
    lines: list[Line] = []
    from tests.bench import in_process

    settle()
    if "a" in parts:
        lines += _told(in_process.alone(asked.accounts))
    if "b" in parts:
        lines += _told(in_process.whole_core(asked.events, asked.accounts))
    if parts & set("cde"):
        reason = missing()
        if reason:
            print(f"parts c, d and e left out: {reason}", file=sys.stderr)
            return 1
        from tests.bench import on_kafka

        if parts & set("cd"):
            lines += _told(on_kafka.throughput_and_recovery(asked.events, asked.accounts, asked.baseline))
        if "e" in parts:
            lines += _told(on_kafka.latency(asked.seconds))
    if "f" in parts:
        from tests.bench.inputs import inputs

        lines += _told(inputs())
    if "g" in parts:
        from tests.bench.replays import replay

        lines += _told(replay(asked.events, asked.accounts))
    print("\n" + render(lines))
    return 0


def _told(lines: list[Line]) -> list[Line]:
    """Show each part as it is done: the whole takes long."""
    print(render(lines), flush=True)
    return lines


if __name__ == "__main__":
    sys.exit(main())
