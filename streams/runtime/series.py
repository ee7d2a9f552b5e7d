"""The numbers behind the metrics: plain dictionaries, written by the event loop alone and read by it when somebody scrapes.

The Prometheus client's own counters take a lock and look a label up at every step; these are one addition. Stages count by
`(metric, label)` without knowing the declarations, with `/` between the values where a metric has several labels.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, product
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import (
    Metric as Family,
)
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from streams.runtime.metrics import Metric

PREFIX = "personawatch_"
OTHER = "other"

Values = tuple[str, ...]


class Histogram:
    """One series of a histogram. A value can stand for many: a batch is one observation of all its records."""

    __slots__ = ("counts", "total")

    def __init__(self, buckets: int) -> None:
        self.counts = [0.0] * (buckets + 1)
        self.total = 0.0


class Series(Collector):
    """The time series of a set of metrics. A label value beyond what its label allows becomes `other`: nothing grows without end."""

    def __init__(self, page: Sequence[Metric]) -> None:
        self.registry = CollectorRegistry()
        self._page = {metric.name: metric for metric in page}
        self._values: dict[str, dict[Values, float]] = {}
        self._histograms: dict[str, dict[Values, Histogram]] = {}
        self._allowed = {metric.name: [set(label.values()) for label in metric.by] for metric in page}
        self._room = {metric.name: [label.up_to for label in metric.by] for metric in page}
        for metric in page:
            if metric.kind == "histogram":
                self._histograms[metric.name] = {}
            else:
                self._values[metric.name] = {}
            if not metric.shadow and (metric.kind != "gauge" or not metric.by):
                self._start_at_zero(metric)
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def declare(self, name: str, *values: Iterable[str]) -> None:
        """Have the series of these label values (one list for each label) at zero before anything happens."""
        metric = self._page.get(name)
        if metric is None:
            raise ValueError(f"no metric is called {name!r}; known: {', '.join(sorted(self._page))}")
        for combination in product(*values):
            self._zero(metric, self._checked(name, combination))

    def count(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add what a stage counted. A name that nobody declared is visible as such and stops nothing."""
        for (name, label), number in counts.items():
            metric = self._page.get(name)
            if metric is not None and metric.kind == "counter":
                self.add(name, number, *label.split("/", max(0, len(metric.by) - 1)))
            else:
                self.add("undeclared", number, name)

    def add(self, name: str, number: float, *labels: str) -> None:
        """Increase a counter."""
        held = self._values[name]
        # The common case by one look-up: a series that is there has allowed values.
        if labels not in held:
            labels = self._checked(name, labels)
        held[labels] = held.get(labels, 0.0) + number

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        held = self._values[name]
        held[labels if labels in held else self._checked(name, labels)] = value

    def observe(self, name: str, value: float, *labels: str, times: int = 1) -> None:
        """Put a value into a histogram, as often as it was seen."""
        held = self._histograms[name]
        histogram = held.get(labels) or self._zero(self._page[name], self._checked(name, labels))
        assert isinstance(histogram, Histogram)
        histogram.counts[bisect_left(self._page[name].buckets, value)] += times
        histogram.total += value * times

    def forget(self, name: str, *labels: str) -> None:
        """Drop the series of a gauge whose first label values are these; without any, all of them."""
        held = self._values[name]
        for found in [found for found in held if found[: len(labels)] == labels]:
            del held[found]

    def replace(self, name: str, values: Mapping[Values, float]) -> None:
        """Set every series of a gauge, and drop those that are not among `values`: partitions come and go."""
        self.forget(name)
        for labels, value in values.items():
            self.set(name, value, *labels)

    def collect(self) -> Iterator[Family]:
        """Everything, as the Prometheus client wants it."""
        for metric in self._page.values():
            name = PREFIX + metric.name
            if metric.kind == "histogram":
                yield self._collect_histogram(metric, name)
                continue
            kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = kind(name, metric.about, labels=metric.labels)
            for labels, value in self._values[metric.name].items():
                family.add_metric(labels, value)
            yield family

    def describe(self) -> list[Family]:
        """Nothing: the client need not read everything in order to know the names."""
        return []

    def _collect_histogram(self, metric: Metric, name: str) -> Family:
        family = HistogramMetricFamily(name, metric.about, labels=metric.labels)
        limits = [*(str(float(limit)) for limit in metric.buckets), "+Inf"]
        for labels, histogram in self._histograms[metric.name].items():
            family.add_metric(labels, list(zip(limits, accumulate(histogram.counts), strict=True)), histogram.total)
        return family

    def _start_at_zero(self, metric: Metric) -> None:
        for combination in product(*(label.values() for label in metric.by)):
            self._zero(metric, combination)

    def _zero(self, metric: Metric, labels: Values) -> Histogram | float:
        if metric.kind == "histogram":
            return self._histograms[metric.name].setdefault(labels, Histogram(len(metric.buckets)))
        return self._values[metric.name].setdefault(labels, 0.0)

    def _checked(self, name: str, labels: Values) -> Values:
        """The label values, each known or `other`; as many as the metric has."""
        allowed, room = self._allowed[name], self._room[name]
        given = (*labels, *[OTHER] * (len(allowed) - len(labels)))[: len(allowed)]
        checked = []
        for place, value in enumerate(given):
            if value not in allowed[place]:
                if room[place] > 0 and value != OTHER:
                    room[place] -= 1
                    allowed[place].add(value)
                else:
                    checked.append(OTHER)
                    continue
            checked.append(value)
        return tuple(checked)
