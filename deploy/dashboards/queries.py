"""PromQL of declared metrics: a name that `streams/runtime/metrics.py` does not declare fails here, not in front of an empty panel.

Several workers feed one dashboard, so everything is a `sum`, `max` or `min` over them. Rates use Grafana's `$__rate_interval`, which is
never shorter than four scrapes; a fixed range is never under a minute.

What is said of a deployment never includes its shadow, which begins with a month of events and is late by intent. Prometheus knows it as
a job of its own, whose name is the deployment's with `-shadow` behind it.
"""

from __future__ import annotations

from streams.runtime.metrics import BY_NAME

SCOPE = 'job=~"$job"'
OF_SHADOW = 'job=~"$job-shadow"'
JOBS = 'label_values(personawatch_ready{job!~".+-shadow"}, job)'
"""The deployments that a dashboard offers, as Grafana asks for them."""
RATE = "$__rate_interval"
SHOWN = "$__range"
"""From the beginning to the end of what is on the screen."""
PARTITION = "job, topic, partition"


def series(name: str, *where: str, part: str = "") -> str:
    """The selector of a metric. `part` is `bucket`, `sum` or `count` of a histogram; KeyError when nobody declares `name`."""
    metric = BY_NAME[name]
    ending = {"counter": "_total", "gauge": "", "histogram": f"_{part}"}[metric.kind]
    scope = OF_SHADOW if metric.shadow else SCOPE
    return f"personawatch_{name}{ending}{{{','.join((scope, *where))}}}"


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


def partitions(name: str) -> str:
    """A gauge of partitions, each once: while one goes from worker to worker, both tell of it."""
    return over("max", series(name), PARTITION)


def worst_partitions(count: int, name: str) -> str:
    """The partitions in which a gauge was greatest; chosen once for all that is shown, since `topk` alone chooses anew at each step."""
    within = over("max", f"max_over_time({series(name)}[{SHOWN}] @ end())", PARTITION)
    return f"{partitions(name)} and on ({PARTITION}) topk({count}, {within})"


def most(count: int, name: str, by: str) -> str:
    """The rates of what a counter has counted most; chosen once, in the same way."""
    within = over("sum", f"increase({series(name)}[{SHOWN}] @ end())", by)
    return f"{rate(name, by=by)} and on ({by}) topk({count}, {within} > 0)"


def usual(expression: str) -> str:
    """What is compared with the last week, only where there is a week: `increase` over seven days takes one day's counts for all of it."""
    return f"({expression} and on () max(present_over_time({series('ready')}[1d] offset 7d)))"


def daily_mean(name: str, *where: str, by: str = "") -> str:
    """A day's mean growth within the last seven; absent before a deployment has run for so long."""
    return usual(f"{growth(name, '7d', *where, by=by)} / 7")


def until_none(now: str, few: int = 0) -> str:
    """Seconds until `now` is 0 if it goes on falling; 0 while it is at most `few`, absent while it does not fall."""
    return f"({now} > {few}) / (-deriv({now}[{RATE}:]) > 0) or 0 * ({now} <= {few})"


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
