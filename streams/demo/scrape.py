"""The worker's own answers: is it ready and if not why, and its counters."""

from __future__ import annotations

import http.client
import json

PREFIX = "personawatch_"


def ready(port: int) -> str:
    """Why the worker isn't ready, in a few words; empty when it is."""
    try:
        answer = json.loads(_get(port, "/ready"))
    except (OSError, ValueError, http.client.HTTPException):
        return "starting"
    return "" if answer.get("ready") else str(answer.get("reason", "not ready"))


def metrics(port: int) -> str | None:
    """The text of /metrics; None when the worker does not answer just now."""
    try:
        return _get(port, "/metrics").decode()
    except (OSError, http.client.HTTPException):
        return None


def numbers(text: str) -> dict[tuple[str, str], float]:
    """(metric without prefix and `_total`, value of its label) → number; histograms are left out."""
    from prometheus_client.parser import text_string_to_metric_families

    found: dict[tuple[str, str], float] = {}
    for family in text_string_to_metric_families(text):
        if family.type in ("counter", "gauge"):
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    label = next(iter(sample.labels.values()), "")
                    found[family.name.removeprefix(PREFIX), label] = sample.value
    return found


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
