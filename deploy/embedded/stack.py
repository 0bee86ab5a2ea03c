"""The embedded Kafka and MongoDB together, for tests and benchmarks that need no more."""

from pathlib import Path
from typing import Self

from embedded import member
from embedded.kafka import Kafka
from embedded.mongo import Mongo
from embedded.ports import free_ports


class Stack:
    """Both servers, their data under `data/kafka` and `data/mongo`, their logs in `data/logs`.

    Calls block until what they promise is true, and may come from any thread. A port of None
    means a free one. As a context manager it starts on entry and stops at the end.
    """

    def __init__(
        self, data: Path, kafka_port: int | None = None, mongo_port: int | None = None
    ) -> None:
        free = free_ports(2)
        self.kafka = Kafka(data / "kafka", kafka_port or free[0], data / "logs" / "kafka.log")
        self.mongo = Mongo(data / "mongo", mongo_port or free[1], data / "logs" / "mongodb.log")

    @property
    def kafka_address(self) -> str:
        """The bootstrap server: `host:port`."""
        return self.kafka.address

    @property
    def mongo_url(self) -> str:
        """The connection string."""
        return self.mongo.url

    def start(self) -> None:
        """Start both side by side; return when Kafka answers and MongoDB is primary."""
        try:
            member.start((self.mongo, self.kafka))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both cleanly, Kafka first; what lingers is killed."""
        member.stop([self.kafka])
        member.stop([self.mongo])

    def kill_kafka(self) -> None:
        """Send SIGKILL to the broker; return when it is gone."""
        self.kafka.child.kill()

    def restart_kafka(self) -> None:
        """Stop the broker if it runs, start it, and wait until it answers."""
        member.restart(self.kafka)

    def kill_mongo(self) -> None:
        """Send SIGKILL to the database; return when it is gone."""
        self.mongo.child.kill()

    def restart_mongo(self) -> None:
        """Stop the database if it runs, start it, and wait until it takes writes."""
        member.restart(self.mongo)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
