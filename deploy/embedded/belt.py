"""The whole belt on one machine: servers, topics, sandbox and services, started and stopped."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from embedded import credentials, member, mongo, private, topics
from embedded.kafka import Kafka
from embedded.member import Member
from embedded.mongo import Mongo
from embedded.ports import HOST, Ports, refuse_taken
from embedded.processes import SANDBOX, SERVICES, Process, Program, log_of
from embedded.site import Site

SERVICES_STOP_WITHIN_S: Final = 6
"""Stopping all of it takes at most this and three times `member.STOPS_WITHIN_S`: 15 s."""


def _silent(_: str) -> None:
    pass


class Belt:
    """A belt in a data folder. `kafka` and `mongodb` are addresses of servers that are not ours.

    Members go by name: `kafka`, `mongodb` (where ours), `sandbox`, `capture`, `validation`,
    `erp-writer`, `cancellation`, `panel`. `overrides` are variables for all processes. Calls
    block until what they promise is true, and may come from any thread. As a context manager it
    starts on entry and stops at the end.
    """

    def __init__(
        self,
        data: Path,
        ports: Ports | None = None,
        *,
        kafka: str | None = None,
        mongodb: str | None = None,
        overrides: Mapping[str, str] | None = None,
        sandbox: Program = SANDBOX,
        services: Sequence[Program] = SERVICES,
        say: Callable[[str], None] = _silent,
    ) -> None:
        self.data = data.resolve()
        self.ports = ports or Ports.free()
        self.site = Site(
            data=self.data,
            ports=self.ports,
            kafka=kafka or f"{HOST}:{self.ports.kafka}",
            mongodb=mongodb or mongo.url(self.ports.mongodb),
            secret_key=credentials.secret_key(self.data),
            credentials=credentials.of(self.data),
            overrides=overrides or {},
        )
        self._say = say
        self._servers: list[Member] = []
        if not mongodb:
            self._servers.append(
                Mongo(self.data / "mongo", self.ports.mongodb, log_of(self.data, "mongodb"))
            )
        if not kafka:
            self._servers.append(
                Kafka(self.data / "kafka", self.ports.kafka, log_of(self.data, "kafka"))
            )
        self._sandbox = Process(sandbox, self.site)
        self._services = [Process(service, self.site) for service in services]

    @property
    def members(self) -> dict[str, Member]:
        """Everything that runs, by name, in the order of starting."""
        everything: list[Member] = [*self._servers, self._sandbox, *self._services]
        return {each.child.name: each for each in everything}

    def start(self) -> None:
        """Start everything and return when all of it takes work; on a failure nothing is left.

        Raises SetupError for a taken port or a missing runtime, StartFailed for a process that
        did not come up.
        """
        refuse_taken(self._listeners())
        try:
            self._say("Starting MongoDB and Kafka" if self._servers else "Using your servers")
            member.start(self._servers)
            self._create_topics()
            self._say("Starting the sandbox and the services")
            private.write(self.site.seed_file, json.dumps(self.site.seed(), indent=2) + "\n")
            member.start([self._sandbox, *self._services])
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the services, the sandbox, Kafka and MongoDB, in this order, within 15 s."""
        if not any(each.child.running for each in self.members.values()):
            return
        self._say("Stopping")
        member.stop(self._services, SERVICES_STOP_WITHIN_S)
        member.stop([self._sandbox])
        for server in reversed(self._servers):
            member.stop([server])
        self._say(f"Stopped; the data stays in {self.data}")

    def kill(self, name: str) -> None:
        """Send SIGKILL to a member; return when it is gone."""
        self.members[name].child.kill()

    def restart(self, name: str) -> None:
        """Stop a member if it runs, start it, and wait until it takes work."""
        member.restart(self.members[name])

    def wait(self, name: str, patience: float = 60) -> None:
        """Return when a member takes work; raise StartFailed otherwise."""
        self.members[name].wait(patience)

    def log(self, name: str) -> str:
        """All that a member has logged since the belt started."""
        return self.members[name].child.log.read_text(encoding="utf-8", errors="replace")

    def _listeners(self) -> list[tuple[str, int]]:
        """The ports that are ours to open."""
        ours = {"kafka", "mongodb"} & self.members.keys()
        theirs = {"kafka", "mongodb"} - ours
        return [(name, port) for name, port in self.ports.items() if name not in theirs]

    def _create_topics(self) -> None:
        outcome = topics.create(self.site.kafka)
        if outcome.created:
            self._say(f"Created {len(outcome.created)} topics")
        for difference in outcome.differences:
            self._say(f"Left as it is: {difference}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
