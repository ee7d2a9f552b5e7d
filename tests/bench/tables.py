"""`python -m tests.bench.tables`: how long compiling 300,000 prefixes of three lists takes, and how much memory."""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TextIO

from enrichers.building.build import build
from streams.runtime import memory
from tests.bench.report import Line, machine, render

PREFIXES = 300_000
TODAY = date(2026, 11, 25)

FEEDS = """
[[feeds]]
name = "relay"
format = "geofeed"
path = "relay.csv"
kinds = ["relay", "geo"]
licence = "synthetic"
max_age_days = 7
dated = 2026-11-24

[[feeds]]
name = "vpn"
format = "addresses"
path = "vpn.txt"
kinds = ["vpn"]
licence = "synthetic"
max_age_days = 7
dated = 2026-11-24

[[feeds]]
name = "clouds"
format = "iptoasn"
path = "asn.tsv"
kinds = ["asn"]
licence = "synthetic"
max_age_days = 7
dated = 2026-11-24

[feeds.asn_kinds]
64500 = "hosting"
"""


def measure(prefixes: int = PREFIXES) -> list[Line]:
    """Build in a process of its own, so that the peak is the build's; seconds are without making the lists."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_build, args=(prefixes, send))
    child.start()
    send.close()
    try:
        seconds, before, peak, size, entries = receive.recv()
    except EOFError:
        raise RuntimeError("the build ended without an answer; its own words are above") from None
    finally:
        child.join()
    return [
        Line("tables", f"build, {entries:,} prefixes", seconds, "s", goal="under 60 s"),
        Line("tables", "memory at its peak", peak / 1e6, "MB", f"{before / 1e6:.0f} MB before"),
        Line("tables", "networks.mmdb", size / 2**20, "MB"),
    ]


def _build(prefixes: int, answer: multiprocessing.connection.Connection) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_lists(folder, prefixes)
        before = memory.peak()
        started = time.perf_counter()
        manifest = build(folder / "feeds.toml", folder / "tables", TODAY)
        seconds = time.perf_counter() - started
        peak = memory.peak()
        read = sum(feed.prefixes for feed in manifest.feeds)
        answer.send((seconds, before, peak, (folder / "tables" / "networks.mmdb").stat().st_size, read))


def write_lists(folder: Path, prefixes: int, seed: int = 7) -> None:
    """Write lists with the shape of real ones: 80 % a relay's (mostly IPv6 /64), 10 % VPN, 10 % owners of ranges."""
    chance = random.Random(seed)
    (folder / "feeds.toml").write_text(FEEDS)
    with (folder / "relay.csv").open("w") as relay, (folder / "vpn.txt").open("w") as vpn:
        _write_relay(relay, prefixes * 8 // 10, chance)
        for _ in range(prefixes // 10):
            vpn.write(f"{IPv4Address(0x2000_0000 + chance.randrange(1 << 29) >> 8 << 8)}/24\n")
    with (folder / "asn.tsv").open("w") as owners:
        for n in range(prefixes // 10):
            first = 0x4000_0000 + (n << 12)
            asn = 64500 if n % 10 == 0 else 64501 + n % 4000
            owners.write(f"{IPv4Address(first)}\t{IPv4Address(first + 0xFFF)}\t{asn}\tZZ\tEXAMPLE-{asn}\n")


def _write_relay(file: TextIO, count: int, chance: random.Random) -> None:
    """Runs of 50 to 400 neighbours in one place, as a relay's egress list has them."""
    left = count
    while left > 0:
        run = min(chance.randint(50, 400), left)
        left -= run
        place = (
            f"{chance.choice(['US', 'DE', 'JP', 'BR'])},{chance.choice(['', 'XX-1'])},City {chance.randrange(3000)},"
        )
        v4 = chance.random() < 0.15
        start = (
            0x1700_0000 + (chance.randrange(1 << 22) << 2) if v4 else (0x2A02_26F7 << 32) + chance.randrange(1 << 32)
        )
        for n in range(run):
            # neighbours are rarely all in the list: every third is somebody else's
            step = n + n // 2
            text = f"{IPv4Address(start + 2 * step)}/31" if v4 else f"{IPv6Address(start + step << 64)}/64"
            file.write(f"{text},{place}\n")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tables", description="Measure a build of the tables.")
    parser.add_argument("--prefixes", type=int, default=PREFIXES, help=f"default {PREFIXES:,}")
    print(machine(), flush=True)
    print(render(measure(parser.parse_args().prefixes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
