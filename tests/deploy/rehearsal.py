"""Minutes of a deployment to look at: Kafka, two workers, a shadow, Prometheus, people, stories, faults, decisions; then a command.

    python -m tests.deploy.rehearsal 12 node deploy/dashboards/preview/draw.mjs {} docs/dashboards 12

`{}` stands for the address of Prometheus. Needs a JDK, Maven and Debian's package `prometheus`.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.deploy.prometheus import Prometheus, lacks
from tests.deploy.test_dashboards_live import POISON, decisions, without_marathons
from tests.kafka.broker import Broker, missing
from tests.kafka.pipeline import Pipeline, background, send, stories

ROUND_S = 2.0
POISON_EVERY, DECIDE_EVERY = 9, 45
"""Rounds between two dead letters and between two mornings of analysts."""


def play(site: Pipeline, minutes: float) -> None:
    """Ordinary people and stories, spread over the time; now and then a fault or a decision. Each burst has another size."""
    chance = random.Random(7)
    rounds = int(minutes * 60 / ROUND_S)
    told = stories(("S01", "S05a", "S05b", "S09"))
    people = background(400, rounds * 250)
    for number in range(rounds):
        due = time.monotonic() + ROUND_S
        burst = people[number * 250 :][: chance.randint(150, 250)]
        send(site, [*burst, *told[number * len(told) // rounds : (number + 1) * len(told) // rounds]])
        if number % POISON_EVERY == 5:
            send(site, [("login-events", b"x", chance.choice(POISON))])
        if number % DECIDE_EVERY == DECIDE_EVERY - 1:
            send(site, decisions(site))
        time.sleep(max(0.0, due - time.monotonic()))


def main(minutes: float, command: list[str], folder: Path) -> int:
    """Play, then run the command; its exit code."""
    reason = lacks("prometheus") or missing()
    if reason is not None:
        print(reason, file=sys.stderr)
        return 2
    broker = Broker()
    site: Pipeline | None = None
    prometheus: Prometheus | None = None
    try:
        broker.start()
        site = Pipeline(broker.address)
        workers = [site.worker(instance_id=name) for name in ("worker-1", "worker-2")]
        shadow = site.worker(shadow=without_marathons(folder))
        for worker in (*workers, shadow):
            worker.wait_ready()
        prometheus = Prometheus([worker.port for worker in workers], shadows=[shadow.port])
        prometheus.wait_for(f"sum(personawatch_ready) == {len(workers) + 1}")
        print(f"{minutes:g} minutes of load; Prometheus at http://{prometheus.address}", flush=True)
        play(site, minutes)
        filled = [word.replace("{}", f"http://{prometheus.address}") for word in command]
        return subprocess.run(filled, check=False).returncode
    finally:
        if prometheus is not None:
            prometheus.close()
        if site is not None:
            site.close()
        broker.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(main(float(sys.argv[1]), sys.argv[2:], Path(name)))
