"""A finding's own numbers, read in the unit of each threshold."""

from __future__ import annotations

from typing import Any

import pytest

from streams.detection.catalogue.load import load
from streams.explain.found import _FOUND, found_with
from streams.explain.limits import LIMITS


@pytest.mark.parametrize(
    ("indicator", "name", "numbers", "expected"),
    [
        ("vps_hosting_egress", "minutes", {"hours": 1.5}, 90),
        ("vps_hosting_egress", "share", {"percent": 80}, 0.8),
        ("claimed_location_mismatch", "share_min", {"elsewhere": 7, "sessions": 10}, 0.7),
        ("claimed_location_mismatch", "share_min", {"elsewhere": 7}, None),
        ("multi_ip_multi_country_window", "countries_day", {"countries": 5, "span": "a day"}, 5),
        ("multi_ip_multi_country_window", "countries_week", {"countries": 5, "span": "a day"}, None),
        ("multi_ip_multi_country_window", "networks", {"countries": 5, "span": "a day"}, None),
        ("impossible_travel", "km_min", {"km": 9000}, None),
        ("payout_name_mismatch", "least_match", {"match": "poor"}, None),
        ("no_such_indicator", "x", {}, None),
    ],
)
def test_read(indicator: str, name: str, numbers: dict[str, Any], expected: float | None) -> None:
    assert found_with(indicator, name, numbers) == pytest.approx(expected)


def test_only_thresholds_that_are_told_are_read() -> None:
    thresholds = {key for key in _FOUND if key[1]}
    assert thresholds <= set(LIMITS)
    assert {indicator for indicator, _ in _FOUND} <= set(load().indicators)
