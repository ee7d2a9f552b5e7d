"""Alerts against expectations: what holds, what does not, and as which file a build server reads it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

import msgspec

from streams.cli.text import safe
from streams.detection.alert import Alert
from streams.detection.scoring import TIERS
from streams.replay.belonging import Belongs, by_id
from streams.replay.expectations import LEAST_TIER, Expectations, Expected
from streams.replay.replayer import standing

NAMED = 5
"""Alerts that a failure names."""


class Ruling(msgspec.Struct, frozen=True):
    """One expectation: whether it holds, with what was found. `warning`: it does not, and that is no failure."""

    title: str
    ok: bool
    expected: str
    found: str
    warning: bool = False

    @property
    def failed(self) -> bool:
        """Whether it counts."""
        return not self.ok and not self.warning

    def line(self) -> str:
        """One line for people."""
        if self.ok:
            return f"ok      {safe(self.title)}"
        word = "warning" if self.warning else "FAILED"
        return f"{word:<8}{safe(self.title)}: expected {self.expected}, found {safe(self.found)}"


def judge(expectations: Expectations, alerts: Sequence[Alert], refused: int, belongs: Belongs = by_id) -> list[Ruling]:
    """Hold a run's alerts, and the number of records that were refused, against the file; in the file's order."""
    left = standing(list(alerts))
    rulings = [_entry(entry, left, belongs) for entry in expectations.expect]
    bounds = expectations.refused
    if bounds is not None:
        rulings.append(Ruling("refused records", bounds.hold(refused), bounds.in_words(), str(refused)))
    if expectations.unexpected != "ignore":
        strangers = [alert for alert in left if _notifies(alert) and not _allowed(alert, expectations.expect, belongs)]
        warning = expectations.unexpected == "warn"
        rulings.append(Ruling("no other alerts", not strangers, "none of review or above", _named(strangers), warning))
    return rulings


def junit(suite: str, rulings: Iterable[Ruling]) -> bytes:
    """JUnit's XML: one test case a ruling. Without times and hosts, so that the same run gives the same bytes."""
    listed = list(rulings)
    root = ET.Element("testsuites")
    failures = str(sum(ruling.failed for ruling in listed))
    about = {"name": suite, "tests": str(len(listed)), "failures": failures, "errors": "0", "skipped": "0"}
    parent = ET.SubElement(root, "testsuite", about)
    for ruling in listed:
        case = ET.SubElement(parent, "testcase", {"classname": suite, "name": safe(ruling.title)})
        text = safe(f"expected {ruling.expected}, found {ruling.found}")
        if ruling.failed:
            ET.SubElement(case, "failure", {"message": text}).text = text
        elif not ruling.ok:
            ET.SubElement(case, "system-out").text = f"warning: {text}"
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _entry(entry: Expected, alerts: Sequence[Alert], belongs: Belongs) -> Ruling:
    matching = [alert for alert in alerts if entry.matches(alert, belongs)]
    return Ruling(entry.title(), entry.hold(len(matching)), entry.in_words(), _named(matching))


def _allowed(alert: Alert, entries: Iterable[Expected], belongs: Belongs) -> bool:
    return any(entry.most() != 0 and entry.matches(alert, belongs) for entry in entries)


def _notifies(alert: Alert) -> bool:
    return TIERS.index(alert.tier) >= TIERS.index(LEAST_TIER)


def _named(alerts: Sequence[Alert]) -> str:
    shown = "; ".join(f"{alert.tier} {alert.score:g} of {_accounts(alert)}" for alert in alerts[:NAMED])
    more = f" and {len(alerts) - NAMED} more" if len(alerts) > NAMED else ""
    return f"{len(alerts)}" + (f" ({shown}{more})" if alerts else "")


def _accounts(alert: Alert) -> str:
    ids = alert.subject.account_ids
    return ids[0] + (f" and {len(ids) - 1} more" if len(ids) > 1 else "")
