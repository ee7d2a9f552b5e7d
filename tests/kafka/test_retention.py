"""What the broker no longer has: a loss is counted and told, and a topic that was cut off is not read on."""

from __future__ import annotations

import re
import signal
import time

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.runtime.consumer_thread import FETCH_WAIT_MS
from tests.kafka.conftest import Deploy
from tests.kafka.worker import Deployment, WorkerProcess, events, wait_until

TOPIC = "login-events"


def delete(site: Deployment, before: int) -> None:
    """Have the broker delete the first records of the input, as its retention would."""
    admin = AdminClient({"bootstrap.servers": site.address})
    place = TopicPartition(site.prefix + TOPIC, 0, before)
    admin.delete_records([place])[place].result(10)


def committed(site: Deployment, place: TopicPartition) -> bool:
    """Commit an offset in the group's name; whether it was accepted."""
    group = site.settings.app_id
    admin = AdminClient({"bootstrap.servers": site.address})
    answer = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [place])])[group].result(10)
    return all(partition.error is None for partition in answer.topic_partitions)


def lost(site: Deployment, worker: WorkerProcess) -> int:
    """What the worker counts as lost of the input."""
    found = re.search(rf'personawatch_lost_records_total{{topic="{site.prefix}{TOPIC}"}} ([\d.e+]+)', worker.metrics())
    assert found is not None
    return int(float(found[1]))


def told(site: Deployment, records: int) -> str:
    """The log line about it."""
    return rf"records were deleted before they were read\s.*partition=0 records={records} topic={site.prefix}{TOPIC}"


def test_what_was_deleted_while_no_worker_ran_is_counted(deploy: Deploy) -> None:
    site = deploy(partitions="1")
    site.produce(TOPIC, events(300))
    worker = site.worker()
    site.wait_drained()
    worker.wait_ready()
    assert lost(site, worker) == 0
    assert worker.stop() == 0

    site.produce(TOPIC, events(200, start=300))
    delete(site, before=370)
    worker = site.worker()
    worker.wait_ready()
    site.wait_drained()
    assert lost(site, worker) == 70
    assert re.search(told(site, 70), worker.log()), worker.log()


def test_what_was_deleted_under_a_worker_that_hung_is_counted(deploy: Deploy) -> None:
    site = deploy(partitions="1", session_timeout_s="30")
    site.produce(TOPIC, events(300))
    worker = site.worker()
    worker.wait_ready()
    site.wait_drained()
    worker.process.send_signal(signal.SIGSTOP)
    # A request that was on its way is answered, so that nothing new is in the answer; also by a broker that has to wait for its turn.
    time.sleep(60 * FETCH_WAIT_MS / 1000)
    site.produce(TOPIC, events(200, start=300))
    delete(site, before=450)
    worker.process.send_signal(signal.SIGCONT)
    wait_until(lambda: lost(site, worker) > 0, worker.log)
    site.wait_drained()
    assert lost(site, worker) == 150
    assert re.search(told(site, 150), worker.log()), worker.log()


def test_a_topic_that_was_cut_off_stops_the_worker(deploy: Deploy) -> None:
    site = deploy(partitions="1")
    site.produce(TOPIC, events(300))
    worker = site.worker()
    site.wait_drained()
    assert worker.stop() == 0

    name = site.prefix + TOPIC
    # The group can be changed when it has forgotten its member: a static one stays for a session.
    wait_until(lambda: committed(site, TopicPartition(name, 0, 1000)), worker.log)
    worker = site.worker()
    assert worker.wait_ended() == 70
    assert f"{name}/0 ends at 300 and the group has committed 1000: cut off, or an older copy" in worker.log()
    assert "expected the topic as it was, or a new PERSONAWATCH_APP_ID" in worker.log()
    assert "Traceback" not in worker.log()
