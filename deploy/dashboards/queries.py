"""PromQL of declared metrics: a name that `streams/runtime/metrics.py` does not declare fails here, not in front of an empty panel.

Several workers feed one dashboard, so everything is a `sum`, `max` or `min` over them. Rates use Grafana's `$__rate_interval`, which is
never shorter than four scrapes; a fixed range is never under a minute.
"""

from __future__ import annotations

from streams.runtime.metrics import BY_NAME

SCOPE = 'job=~"$job"'
RATE = "$__rate_interval"


def series(name: str, *where: str, part: str = "") -> str:
    """The selector of a metric. `part` is `bucket`, `sum` or `count` of a histogram; KeyError when nobody declares `name`."""
    metric = BY_NAME[name]
    ending = {"counter": "_total", "gauge": "", "histogram": f"_{part}"}[metric.kind]
    return f"personawatch_{name}{ending}{{{','.join((SCOPE, *where))}}}"


def over(how: str, expression: str, by: str = "") -> str:
    """`sum by (stage) (…)`, or `sum(…)` without labels to keep."""
    return f"{how} by ({by}) ({expression})" if by else f"{how}({expression})"


def gauge(how: str, name: str, *where: str, by: str = "") -> str:
    """A gauge over all workers."""
    return over(how, series(name, *where), by)


def rate(name: str, *where: str, by: str = "", part: str = "") -> str:
    """How much a counter grows in a second, over all workers."""
    return over("sum", f"rate({series(name, *where, part=part)}[{RATE}])", by)


def growth(name: str, window: str, *where: str, by: str = "", part: str = "") -> str:
    """How much a counter has grown within `window`, over all workers."""
    return over("sum", f"increase({series(name, *where, part=part)}[{window}])", by)


def shrinking(name: str, by: str = "") -> str:
    """How much a gauge falls in a second, over all workers; absent while it does not fall."""
    return f"(-{over('sum', f'deriv({series(name)}[{RATE}])', by)} > 0)"


def until_none(name: str, by: str = "", few: int = 0) -> str:
    """Seconds until a gauge is 0 if it goes on falling as now; 0 while it is at most `few`, absent while it does not fall."""
    now = gauge("sum", name, by=by)
    return f"({now} > {few}) / {shrinking(name, by)} or 0 * ({now} <= {few})"


def quantile(share: float, name: str, by: str = "") -> str:
    """The value that `share` of a histogram's observations do not exceed; absent, not NaN, where there are none."""
    kept = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, {rate(name, by=kept, part='bucket')}) >= 0"


def counted(expression: str) -> str:
    """Nothing counted is 0 while a worker is watched, and nothing at all when none is: a panel then says N/A."""
    return f"{expression} or 0 * {gauge('max', 'ready')}"


def share(part: str, whole: str) -> str:
    """A part of something, absent instead of 0/0 where there is nothing to take a part of."""
    return f"{part} / ({whole} > 0)"
