"""`proxy_exit_cooccurrence`: who was on an exit in the same half hour, and on how many rare ones."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from streams.detection.entity_state import POPULAR, EntityDesk, EntityState, Member, pair_of
from streams.detection.families.network.crowds import forward
from streams.detection.families.network.places import IPV6
from streams.detection.families.network.relations import related, withdraw
from streams.detection.messages import Link
from streams.detection.windows import DAY, MINUTE, touch

COUSE = "proxy_exit_cooccurrence"
PAIRS = 64
"""Pairs remembered at an exit so as not to repeat themselves the same day; 15 accounts make 105, seldom at once."""
EXITS = 32
LISTS = 8
"""Lists named behind a pair's exits."""
REPEAT = DAY

Exit = list[Any]
"""Lowest rarity, last time together, provider (0 = unknown; its own name on an ordinary line), and whether it is an IPv6 one."""


def rarity_of(accounts: int) -> float:
    """1/log2(1+accounts): 0.63 for two, 0.25 for fifteen."""
    return 1.0 / math.log2(1 + max(1, accounts))


def judge_exit(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """Tell the pairs of accounts that were on this exit within half an hour, while the exit is rare.

    Accounts ever seen here: those kept and those that left. A popular exit falls silent for good; only its number is kept.
    """
    accounts = len(entity.members) + entity.evicted
    forward(entity, link, accounts, desk)
    rarity = rarity_of(accounts)
    if POPULAR in entity.memory:
        entity.members = {}
        return
    if rarity < desk.threshold(COUSE, "floor"):
        entity.members, entity.evicted, entity.memory, entity.hub = {}, accounts, {POPULAR: True}, False
        return
    name = link.data.get("exit")
    if not name:
        return
    span = desk.threshold(COUSE, "minutes") * MINUTE
    own = entity.members[link.account]
    told: dict[str, int] = entity.memory.setdefault("pairs", {})
    for other in sorted(entity.members):
        member = entity.members[other]
        pair = pair_of(link.account, other)
        if other == link.account or not _news(pair, (link.account, own, other, member), link.ts, span, told):
            continue
        data = {"exit": name, "rarity": round(rarity, 4), "network": link.data.get("network") or ""}
        data["provider"] = link.data.get("provider", name)
        if lists := link.data.get("lists"):
            data["lists"] = lists
        desk.links.append(Link("pair", pair, link.account, link.ts, link.ref, link.who, data))
        desk.links.append(Link("pair", pair, other, member.last, member.refs[-1], member.who, data))


def _news(pair: str, both: tuple[str, Member, str, Member], ts: int, span: float, told: dict[str, int]) -> bool:
    """Whether a pair is to be told of: strangers who met, once a day; and those told of as strangers who belong together since.

    Otherwise what was said of them could not be taken back: the pair hears of a declaration only from here.
    """
    met = abs(both[3].last - ts) <= span
    if not met and pair not in told:
        return False
    if related(*both):
        return told.pop(pair, None) is not None
    if not met or ts - told.get(pair, -REPEAT) < REPEAT:
        return False
    touch(told, pair, ts, PAIRS)
    return True


def judge_pair(entity: EntityState, link: Link, desk: EntityDesk) -> None:
    """Add an exit at its lowest rarity, and find for both accounts when there are enough rare ones."""
    limits = desk.catalogue.indicators[COUSE].thresholds
    exits: dict[str, Exit] = entity.memory.setdefault("exits", {})
    name, rarity = link.data["exit"], float(link.data["rarity"])
    held = exits.get(name, [rarity, link.ts])
    version = int(link.data["network"].endswith(IPV6))
    exits[name] = [min(rarity, held[0]), max(link.ts, held[1]), link.data["provider"], version]
    lists: list[str] = entity.memory.get("lists", [])
    if news := set(link.data.get("lists", ())) - set(lists):
        lists = entity.memory["lists"] = sorted({*lists, *news})[-LISTS:]
    before = entity.watermark - limits["days"] * DAY
    for old in [known for known, (_, seen, *_) in exits.items() if seen < before]:
        del exits[old]
    while len(exits) > EXITS:
        del exits[min(exits, key=lambda known: (exits[known][1], known))]
    names = sorted(entity.members)
    if len(names) < 2:
        return
    a, b = names[:2]
    if related(a, entity.members[a], b, entity.members[b]):
        withdraw(entity, COUSE, desk)
        desk.suppressed(entity, link, COUSE, "related")
        return
    rarities = _apart(exits.values())
    total = sum(rarities)
    if len(rarities) < limits["exits"] or total < limits["rarity"]:
        return
    numbers = {
        "exits": len(rarities),
        "rarity": round(total, 2),
        "minutes": int(limits["minutes"]),
        "days": int(limits["days"]),
        "lists": lists,
    }
    refs = list({ref for known in (a, b) for ref in entity.members[known].refs})
    for known in (a, b):
        desk.find(entity, known, COUSE, 1.0, numbers, refs)


def _apart(exits: Iterable[Exit]) -> list[float]:
    """Rarities of exits that are certainly apart: an IPv4 and an IPv6 one of a provider may be one server's, used at the same time."""
    servers: dict[int | str, tuple[list[float], list[float]]] = {}
    for rarity, _, provider, version in exits:
        servers.setdefault(provider, ([], []))[version].append(rarity)
    return [rarity for both in servers.values() for rarity in max(both, key=lambda of: (len(of), sum(of)))]
