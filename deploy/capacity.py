"""How much of everything a load needs: `python -m deploy.capacity` prints the tables of CAPACITY.md, and a test compares them.

First what was measured, then what we plan with, then arithmetic. Measure again on your machines (`make bench`), put your figures here.
"""

from __future__ import annotations

from typing import NamedTuple

# Measured on two shared virtual cores, Python 3.11, background traffic of `make bench`; the slow end of what repeated runs gave.
CORE_US = 105.0  # CPU of all four stages for one event, the states of 200,000 accounts decoded
RUNTIME_US = 35.0  # the same for shell, Faust, clients and compression: a whole worker's less the stages'
DECODE_US = 53.0  # CPU to decode one account's state that is not hot
RECOVERED_A_SECOND = 98_000  # states read from changelogs by one worker
ENRICHED_BYTES = 760
LINKS_AN_EVENT, LINK_BYTES = 0.41, 175
STATES_AN_ACCOUNT = 1 + 3.7  # itself, and the addresses, devices, … that it is seen with
# Bytes of a state: encoded with its key, held encoded by the worker, held decoded as well. An account's grows to about this.
ACCOUNT_BYTES, ACCOUNT_HELD, ACCOUNT_HOT = 1_000, 1_600, 8_900
ENTITY_BYTES, ENTITY_HELD, ENTITY_HOT = 350, 700, 2_300

# Planned: what one worker may use. A worker is one process and uses one core; the rest of a second is for peaks and reading up.
BUSY = 0.6
MEMORY = 8 << 30
PROCESS, TABLES, HOT = (
    1 << 29,
    1 << 29,
    2 << 30,
)  # code and buffers; private copies of tables, twice in a swap; decoded states
GROWTH = 0.8  # of what is left for states
CHANGELOG_DIRT = 2.0  # a compacted topic holds up to as much again that is not compacted yet
ENRICHED_DAYS = 30

RATES = (1_000, 10_000, 100_000)
ACCOUNTS = (1_000_000, 10_000_000, 100_000_000)


class Plan(NamedTuple):
    """What one load needs."""

    workers: int
    """One more than needed, so that one may be away."""
    partitions: int
    memory: float
    """Of all workers, bytes."""
    hot_states: int
    """PERSONAWATCH_HOT_STATES: per partition, while one worker is away."""
    changelogs: float
    """On disk, bytes, one copy."""
    enriched: float
    """On disk, bytes, one copy, uncompressed."""
    written: float
    """By the workers, bytes a second, one copy, uncompressed."""
    recovery_s: float
    """A worker that starts with nothing."""


def accounts_a_worker() -> float:
    """How many accounts' states fit into one worker's memory."""
    entities = STATES_AN_ACCOUNT - 1
    return (MEMORY - PROCESS - TABLES - HOT) * GROWTH / (ACCOUNT_HELD + entities * ENTITY_HELD)


def held_accounts(accounts: float, workers: int) -> float:
    """Of how many accounts each worker holds the states: its share and, where there are others, as many copies of theirs."""
    return accounts / workers * min(2, workers)


def hot_accounts() -> float:
    """How many accounts one worker can hold decoded: the setting bounds both stages alike."""
    return HOT / (ACCOUNT_HOT + ENTITY_HOT)


def event_us(accounts: float) -> float:
    """CPU of one event on a worker with so many accounts, all equally active (the worst case for what is hot)."""
    return CORE_US + RUNTIME_US + DECODE_US * (1 - min(1.0, hot_accounts() / accounts))


def plan(rate: int, accounts: int) -> Plan:
    """The smallest number of workers that has the CPU and the memory, and what follows from it."""
    needed = 1
    while (
        held_accounts(accounts, needed) > accounts_a_worker()
        or rate / needed * event_us(accounts / needed) / 1e6 > BUSY
    ):
        needed += 1
    workers = needed + 1
    partitions = 8
    while partitions < 2 * workers:  # they cannot be added later; this leaves room to double, and evens shares out
        partitions *= 2
    entities = STATES_AN_ACCOUNT - 1
    changed = (
        ACCOUNT_BYTES + LINKS_AN_EVENT * ENTITY_BYTES
    )  # at most: several events of one account within a flush count once
    return Plan(
        workers,
        partitions,
        workers * MEMORY,
        int(hot_accounts() / -(-partitions // needed)) // 1000 * 1000,
        accounts * (ACCOUNT_BYTES + entities * ENTITY_BYTES) * CHANGELOG_DIRT,
        rate * ENRICHED_BYTES * 86_400 * ENRICHED_DAYS,
        rate * (ENRICHED_BYTES + LINKS_AN_EVENT * LINK_BYTES + changed),
        accounts / needed * STATES_AN_ACCOUNT * CHANGELOG_DIRT / RECOVERED_A_SECOND,
    )


def worker_table() -> list[str]:
    """What one worker can carry."""
    every_hot, full = event_us(hot_accounts()), event_us(accounts_a_worker())
    return [
        "| One worker | |",
        "|---|---|",
        f"| memory | {size(MEMORY)} |",
        f"| accounts held, at most, copies of other workers' included | {accounts_a_worker() / 1e6:.1f} M |",
        f"| of its own decoded, at most | {hot_accounts() / 1e3:.0f} k |",
        f"| CPU of an event, every account decoded | {every_hot:.0f} µs |",
        f"| events/s then, {BUSY:.0%} busy | {BUSY * 1e6 / every_hot:,.0f} |",
        f"| CPU of an event, memory full of equally active accounts | {full:.0f} µs |",
        f"| events/s then, {BUSY:.0%} busy | {BUSY * 1e6 / full:,.0f} |",
    ]


def plan_table() -> list[str]:
    """What each load needs."""
    lines = [
        "| Events/s | Accounts | Workers | Partitions | Memory, all | `HOT_STATES` | Changelogs | Enriched | Written a second | Recovery |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rate in RATES:
        for accounts in ACCOUNTS:
            it = plan(rate, accounts)
            lines.append(
                f"| {rate // 1000} k | {accounts // 1_000_000} M | {it.workers} | {it.partitions} | {size(it.memory)} "
                f"| {it.hot_states} | {size(it.changelogs)} | {size(it.enriched)} | {size(it.written)} | {it.recovery_s:.0f} s |"
            )
    return lines


def size(number: float) -> str:
    """Bytes for people: two digits or three."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if number < 1024 or unit == "TiB":
            break
        number /= 1024
    return f"{number:.1f} {unit}" if number < 10 and number != int(number) else f"{number:.0f} {unit}"


if __name__ == "__main__":
    print("\n".join([*worker_table(), "", *plan_table()]))
