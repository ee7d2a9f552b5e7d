"""How a worker starts, refuses to start and says whether it is ready."""

from __future__ import annotations

import re

from tests.kafka.broker import Broker
from tests.kafka.conftest import Deploy
from tests.kafka.worker import WorkerProcess, events

SASL = {
    "PERSONAWATCH_SECURITY": "SASL_PLAINTEXT",
    "PERSONAWATCH_SASL_MECHANISM": "PLAIN",
    "PERSONAWATCH_SASL_USER": "worker",
}


def test_password_is_used(deploy: Deploy, broker: Broker) -> None:
    site = deploy()
    site.environment |= SASL | {
        "PERSONAWATCH_BROKERS": broker.sasl_address,
        "PERSONAWATCH_SASL_PASSWORD": "right",
    }
    site.produce("login-events", events(100))
    worker = site.worker()
    worker.wait_ready()
    site.wait_drained()
    site.assert_exact()


def test_wrong_password_is_said_clearly(broker: Broker) -> None:
    worker = WorkerProcess(SASL | {"PERSONAWATCH_BROKERS": broker.sasl_address, "PERSONAWATCH_SASL_PASSWORD": "wrong"})
    try:
        assert worker.process.wait(20) == 78
        assert "refused our user name or password (PERSONAWATCH_SASL_USER, PERSONAWATCH_SASL_PASSWORD)" in worker.log()
        assert "Traceback" not in worker.log()
    finally:
        worker.close()


def test_missing_topics_are_named(deploy: Deploy) -> None:
    site = deploy()
    worker = site.worker(topic_prefix="nobody-made-", create_topics="false")
    assert worker.process.wait(30) == 78
    assert "topic nobody-made-links: not found, expected 4 partitions, cleanup.policy=delete" in worker.log()


def test_ready_says_why_not_until_it_is(deploy: Deploy) -> None:
    site = deploy()
    worker = site.worker(signed_off="sanctioned_locale_setting")
    reasons: list[str] = []
    while (answer := worker.ready())[0] != 200:
        if answer[0] and (not reasons or reasons[-1] != answer[1]["reason"]):
            reasons.append(answer[1]["reason"])
    assert set(reasons) <= {"starting", "unassigned", "recovering"}
    assert reasons
    assert "personawatch_ready 1.0" in worker.metrics()
    assert re.search(r"runs with a fairness sign-off\s.*indicators=sanctioned_locale_setting", worker.log())


def test_two_workers_share_and_one_of_many_is_unassigned(deploy: Deploy) -> None:
    site = deploy(partitions="1")
    first = site.worker(instance_id="a")
    first.wait_ready()
    second = site.worker(instance_id="b")
    try:
        second.wait_ready(8)
    except AssertionError:
        assert second.ready()[1]["reason"] in ("unassigned", "recovering")
