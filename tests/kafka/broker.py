"""A real Apache Kafka for tests: KRaft, one node, started from jars that Maven resolves once into a cache outside of the repository."""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

KAFKA_VERSION = "4.3.1"
CACHE = (
    Path(os.environ.get("PERSONAWATCH_TEST_CACHE", Path.home() / ".cache" / "personawatch")) / f"kafka-{KAFKA_VERSION}"
)

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>personawatch.tests</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
"""

# 64 KiB under a second is enough for tests of a size limit; everything else is as small as one node allows.
SERVER = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{controller}
listeners={listeners},CONTROLLER://{controller}
advertised.listeners={listeners}
listener.security.protocol.map={protocols},CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
num.partitions=4
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.backoff.ms=500
"""

LOGIN = """sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
 user_worker="right";
"""

CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg"

JDK = 17
"""What this Kafka needs; under an older one it ends with an error about class files that tells nobody what to do."""
GET_THEM = "install a JDK 17+ and Maven (Debian: apt-get install openjdk-17-jdk-headless maven)"


def missing() -> str | None:
    """Why a broker cannot be started here, in one line; None when it can."""
    lacks = [f"no {program}" for program in ("java", "mvn") if shutil.which(program) is None]
    if (CACHE / "jars").is_dir():
        lacks = [lack for lack in lacks if lack != "no mvn"]
    if "no java" not in lacks and (found := java_version()) < JDK:
        lacks.append(f"only Java {found or 'of an unknown version'}")
    return f"{' and '.join(lacks)} on this machine; {GET_THEM}" if lacks else None


@cache
def java_version() -> int:
    """Major version of the first `java` on the path, 0 when it does not say: 8 answers `1.8.0_392`, later ones `17.0.9`."""
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0


def _ports() -> Iterator[int]:
    """Every port of this test process in turn.

    A port is taken seconds after it was given, so none may be given twice: each process of a test run has its own. And none may become
    a connection's own end meanwhile, which keeps it for a minute longer: systems choose those from 32768 on.
    """
    process, processes = (
        int(os.environ.get(name, default).removeprefix("gw"))
        for name, default in (("PYTEST_XDIST_WORKER", "0"), ("PYTEST_XDIST_WORKER_COUNT", "1"))
    )
    own = range(10_000 + process, 32_768, processes)
    first = random.SystemRandom().randrange(len(own))  # another test run on this machine begins elsewhere
    return itertools.cycle((*own[first:], *own[:first]))


PORTS = _ports()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, and that are not given again."""
    return list(itertools.islice(filter(_free, PORTS), count))


def _free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("", port))
        except OSError:
            return False
    return True


def jars() -> Path:
    """The folder of Kafka's jars, resolved by Maven on first use."""
    folder = CACHE / "jars"
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = CACHE / f"jars-{uuid.uuid4().hex}"
    with tempfile.TemporaryDirectory() as work:
        pom = Path(work) / "pom.xml"
        pom.write_text(POM)
        subprocess.run(
            [
                "mvn",
                "-q",
                "-B",
                "-f",
                str(pom),
                "dependency:copy-dependencies",
                f"-DoutputDirectory={fresh}",
                "-DincludeScope=runtime",
            ],
            check=True,
            timeout=300,
        )
    try:
        fresh.rename(folder)
    except OSError:  # another test run was quicker
        shutil.rmtree(fresh)
    return folder


class Broker:
    """One Kafka node, its data in a temporary folder."""

    listeners: Mapping[str, str] = {"PLAINTEXT": "PLAINTEXT", "SASL_PLAINTEXT": "SASL_PLAINTEXT"}
    """Name → protocol. PLAINTEXT is always there: for the broker itself and for what tests read and write."""
    compiler = 1
    """How far the JVM compiles. 1 starts with 8 seconds of CPU instead of 14 and is enough for minutes; a benchmark wants 4."""
    users: Sequence[str] = ()
    """SCRAM users, as Kafka's storage tool takes them."""

    def __init__(self) -> None:
        names = (*self.listeners, "CONTROLLER")
        self.addresses = dict(zip(names, (f"127.0.0.1:{port}" for port in free_ports(len(names))), strict=True))
        """Listener → host:port."""
        self.address = self.addresses["PLAINTEXT"]
        self.folder = Path(tempfile.mkdtemp(prefix="personawatch-kafka-"))
        self._config = self.folder / "server.properties"
        server = SERVER.format(
            controller=self.addresses["CONTROLLER"],
            listeners=",".join(f"{name}://{self.addresses[name]}" for name in self.listeners),
            protocols=",".join(f"{name}:{protocol}" for name, protocol in self.listeners.items()),
            data=self.folder / "data",
        )
        self._config.write_text(server + self.security())
        self._process: subprocess.Popen[bytes] | None = None
        scram = [word for user in self.users for word in ("--add-scram", user)]
        self._java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._config), *scram)

    @property
    def sasl_address(self) -> str:
        """Where user name and password are asked for."""
        return self.addresses["SASL_PLAINTEXT"]

    def security(self) -> str:
        """Properties of the listeners."""
        return LOGIN

    def start(self, wait_s: float = 180) -> None:
        """Start and wait until it answers."""
        log = (self.folder / "broker.log").open("ab")
        self._process = subprocess.Popen(
            self._command("kafka.Kafka", str(self._config)), stdout=log, stderr=log, cwd=self.folder
        )
        log.close()
        deadline = time.monotonic() + wait_s
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the broker did not start:\n" + (self.folder / "broker.log").read_text()[-3000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop without warning."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Connections stay open and nothing answers: the worst kind of outage."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """End a pause."""
        self._send(signal.SIGCONT)

    def close(self) -> None:
        """Stop and delete the data."""
        if self._process is not None and self._process.poll() is None:
            self._send(signal.SIGCONT)
            self._end(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient

        try:
            AdminClient({"bootstrap.servers": self.address, "log_level": 0}).list_topics(timeout=1)
        except KafkaException:
            return False
        return True

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(timeout=180)

    def _command(self, main: str, *arguments: str) -> list[str]:
        classpath = f"{jars()}/*"
        # A small heap: tests share two cores with the worker under test.
        flags = ("-Xmx1g", "-XX:+UseSerialGC", f"-XX:TieredStopAtLevel={self.compiler}")
        return ["java", *flags, "-cp", classpath, main, *arguments]

    def _java(self, main: str, *arguments: str) -> None:
        done = subprocess.run(
            self._command(main, *arguments), capture_output=True, check=False, timeout=180, cwd=self.folder
        )
        if done.returncode:
            raise RuntimeError(f"{main} failed:\n{done.stderr.decode()[-3000:]}")
