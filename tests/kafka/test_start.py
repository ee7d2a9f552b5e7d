"""How a worker starts, refuses to start and says whether it is ready."""

from __future__ import annotations

import re
import sys
import time
from typing import Any

from confluent_kafka import ConsumerGroupState
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from tests.kafka.broker import Broker
from tests.kafka.conftest import Deploy
from tests.kafka.worker import Deployment, WorkerProcess, command, events, wait_until

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
        assert worker.wait_ended() == 78
        assert "refused our user name or password (PERSONAWATCH_SASL_USER, PERSONAWATCH_SASL_PASSWORD)" in worker.log()
        assert "Traceback" not in worker.log()
    finally:
        worker.close()


def test_missing_topics_are_named(deploy: Deploy) -> None:
    site = deploy()
    worker = site.worker(topic_prefix="nobody-made-", create_topics="false")
    assert worker.wait_ended() == 78
    assert "topic nobody-made-links: not found, expected 4 partitions, cleanup.policy=delete" in worker.log()


def test_ready_says_why_not_until_it_is(deploy: Deploy) -> None:
    site = deploy()
    site.produce("platform-events", events(3_000, keys=3_000))
    first = site.worker()
    site.wait_drained()
    first.kill()
    found: list[tuple[str, int]] = []
    for _ in range(8):
        # Ten records a request, so that reading the states back lasts for some questions.
        worker = site.worker(signed_off="sanctioned_locale_setting", max_poll_records="10")
        while (answer := worker.ready())[0] != 200:
            assert worker.process.poll() is None, worker.log()
            if answer[0]:
                found.append((answer[1]["reason"], answer[1].get("remaining", 0)))
            time.sleep(0.005)
        if "recovering" in dict(found):
            break
        worker.kill()  # it was ready between two questions
    reasons = {reason for reason, _ in found}
    assert {"recovering"} <= reasons <= {"starting", "unassigned", "recovering"}
    assert 0 < max(remaining for _, remaining in found) <= 3_000
    wait_until(lambda: "personawatch_ready 1.0" in worker.metrics(), worker.log)
    assert re.search(r"runs with a fairness sign-off\s.*indicators=sanctioned_locale_setting", worker.log())


def in_group(site: Deployment) -> int:
    """Members of the worker's group, once they have shared out the partitions."""
    admin, name = AdminClient({"bootstrap.servers": site.address, "log_level": 0}), site.settings.app_id
    group = admin.describe_consumer_groups([name])[name].result(20)
    return len(group.members) if group.state is ConsumerGroupState.STABLE else 0


def test_of_more_workers_than_partitions_one_is_unassigned(deploy: Deploy) -> None:
    site = deploy(partitions="1")
    workers = [site.worker(instance_id="a")]
    workers[0].wait_ready()
    workers.append(site.worker(instance_id="b"))
    wait_until(lambda: in_group(site) == 2, lambda: "\n".join(worker.log() for worker in workers))
    # The broker knows it before they do, and the second one may still be starting.
    answers = [(200, {"ready": True}), (503, {"ready": False, "reason": "unassigned"})]
    wait_until(
        lambda: sorted((worker.ready() for worker in workers), key=lambda answer: answer[0]) == answers,
        lambda: f"{[worker.ready() for worker in workers]}\n{workers[0].log()}",
    )
    [idle] = [worker for worker in workers if worker.ready()[0] != 200]
    assert "personawatch_ready 0.0" in idle.metrics()
    site.produce("platform-events", events(10))
    site.wait_drained()


class Hasty(WorkerProcess):
    """A worker whose Kafka client takes six seconds in which nobody came to read for five minutes, after which it leaves the group."""

    command = (
        sys.executable,
        "-c",
        (
            "import sys; from aiokafka.consumer.subscription_state import SubscriptionState as Book;"
            " idle = Book.fetcher_idle_time.fget; Book.fetcher_idle_time = property(lambda book: 50 * idle(book));"
            " from tests.kafka.worker import main; sys.exit(main())"
        ),
    )


def test_a_spare_worker_takes_over_also_after_five_idle_minutes(deploy: Deploy) -> None:
    site = deploy(partitions="1")
    site.worker_class = Hasty
    site.produce("platform-events", events(100))
    workers = []
    for members, name in enumerate(("works", "copies", "spare"), 1):
        workers.append(site.worker(instance_id=name))
        if members == 1:
            workers[0].wait_ready()
        wait_until(lambda: in_group(site) == members, workers[-1].log)  # noqa: B023 (called before the next turn)
    *others, spare = workers
    time.sleep(2 * 6 + site.settings.session_timeout_s)  # it would have left, and the group have given it up
    assert spare.counted("assigned_partitions") == spare.counted("state_keys") == 0
    for worker in others:
        worker.kill()
    site.produce("platform-events", events(100, start=100))
    site.wait_drained()
    site.assert_exact()


def test_a_changelog_that_the_broker_stamps_is_refused_and_large_segments_are_told_of(deploy: Deploy) -> None:
    site = deploy()
    name = site.settings.changelog("accounts")
    admin = AdminClient({"bootstrap.servers": site.address})

    def wait_told(setting: str, value: str, code: int, said: str) -> None:
        """A changed setting is known only some moments after it was made."""
        change = ConfigEntry(setting, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[change])
        for done in admin.incremental_alter_configs([resource]).values():
            done.result(10)
        ended: list[Any] = []

        def told() -> bool:
            ended[:] = [command(site.environment, "topics", "create")]
            return ended[0].returncode == code and said in (ended[0].stdout + ended[0].stderr).decode()

        wait_until(told, lambda: str(ended))

    wait_told("segment.bytes", "1073741824", 0, f"topic {name}: found segment.bytes=1073741824, better 67108864")
    stamped = f"topic {name}: found message.timestamp.type=LogAppendTime, expected CreateTime"
    wait_told("message.timestamp.type", "LogAppendTime", 78, stamped)
