"""Kafka's jars: which ones (a pinned list with their SHA-256), where they are, how they come.

jgo resolves `ENDPOINT` once, when the list is renewed (`python -m embedded.jars`, part of
`make lock`). A run takes exactly what the list says: what is not there yet is fetched by jgo, and
nothing reaches the class path unverified. So no run depends on what a repository answers today.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from jgo.maven import Artifact, MavenContext, PythonResolver
from jgo.parse import Endpoint
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from embedded.errors import SetupError

_COORDINATES: Final = (
    "org.apache.kafka:kafka_2.13:4.3.0",
    # Named, or the BOM of log4j brings 3.9.1 in and the broker dies with NoSuchMethodError.
    "org.apache.kafka:kafka-clients:4.3.0",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.1",
)
ENDPOINT: Final = "+".join(_COORDINATES)
PINNED: Final = Path(__file__).with_name("kafka.jars.sha256")

_IN_PARALLEL: Final = 6
_TIMEOUT_S: Final = 60
_USE_YOUR_OWN: Final = "or use a Kafka of your own: ESTEIRA_KAFKA=<host:port>"

_Bar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A jar's place inside a Maven repository, and the digest it must have."""

    path: PurePosixPath
    sha256: str

    def artifact(self, maven: MavenContext) -> Artifact:
        """The jar as jgo knows it: a Maven path spells group, artifact and version."""
        *group, name, version, _ = self.path.parts
        return maven.project(".".join(group), name).at_version(version).artifact()


def fetch(pins: Sequence[Pin], repository: Path) -> None:
    """Bring jars into `repository`, a progress bar for each; raises SetupError."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, transient=True) as files:
        maven = MavenContext(
            resolver=PythonResolver(progress_callback=_bar(files)),
            repo_cache=repository,
            timeout=_TIMEOUT_S,
        )
        files.console.print(f"Fetching Apache Kafka (jars: {len(pins)})")
        with ThreadPoolExecutor(_IN_PARALLEL) as threads:
            try:
                list(threads.map(lambda pin: pin.artifact(maven).resolve(), pins))
            except (OSError, RuntimeError) as failed:
                threads.shutdown(cancel_futures=True)
                raise SetupError(
                    f"Kafka's jars could not be fetched ({failed}). Try again, {_USE_YOUR_OWN}"
                ) from failed


def class_path(
    repository: Path,
    pinned: Path = PINNED,
    fetch: Callable[[Sequence[Pin], Path], None] = fetch,
) -> str:
    """The pinned jars as Java's class path, fetched where missing or damaged, all verified.

    Raises SetupError when a jar cannot be fetched, or is not what the list says.
    """
    pins = parse(pinned.read_text(encoding="ascii"))
    if any(fault(pin, repository) for pin in pins):
        with _alone_in(repository):
            wanted = [pin for pin in pins if fault(pin, repository)]
            for pin in wanted:
                (repository / pin.path).unlink(missing_ok=True)
            fetch(wanted, repository)
    faults = [found for pin in pins if (found := fault(pin, repository))]
    if faults:
        raise SetupError(
            f"These jars are not the ones that {pinned.name} pins, so Kafka is not started:\n  "
            + "\n  ".join(faults)
            + f"\nLook who serves them, {_USE_YOUR_OWN}"
        )
    return os.pathsep.join(str(repository / pin.path) for pin in pins)


def parse(text: str) -> tuple[Pin, ...]:
    """Read a list as `sha256sum` writes it; the class path keeps its order."""
    pairs = (line.split(maxsplit=1) for line in text.splitlines())
    return tuple(Pin(PurePosixPath(path), digest) for digest, path in pairs)


def render(pins: Sequence[Pin]) -> str:
    """Write a list that `parse` and `sha256sum --check` read."""
    return "".join(f"{pin.sha256}  {pin.path}\n" for pin in pins)


def fault(pin: Pin, repository: Path) -> str | None:
    """What is wrong with a jar, or None."""
    jar = repository / pin.path
    if not jar.exists():
        return f"{pin.path}: missing"
    if (found := _digest(jar)) != pin.sha256:
        return f"{pin.path}: SHA-256 is {found}, pinned is {pin.sha256}"
    return None


def resolve(repository: Path) -> tuple[Pin, ...]:
    """Ask jgo which jars `ENDPOINT` needs, fetch them, and give them with their digests."""
    maven = MavenContext(resolver=PythonResolver(), repo_cache=repository, timeout=_TIMEOUT_S)
    wanted = [maven.create_dependency(c) for c in Endpoint.parse(ENDPOINT).coordinates]
    named, brought = maven.resolver.resolve(wanted)
    needed = [*named, *(d for d in brought if d.scope in {"compile", "runtime"})]
    jars = [Path(dependency.artifact.resolve()) for dependency in needed]
    return tuple(Pin(PurePosixPath(jar.relative_to(repository)), _digest(jar)) for jar in jars)


def cache() -> Path:
    """Where the jars of every checkout of this user are kept."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "esteira" / "maven"


def _bar(files: Progress) -> _Bar:
    @contextmanager
    def bar(name: str, size: int) -> Iterator[Callable[[int], None]]:
        task = files.add_task(name, total=size)
        yield lambda count: files.advance(task, count)
        files.remove_task(task)

    return bar


@contextmanager
def _alone_in(repository: Path) -> Iterator[None]:
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(jar: Path) -> str:
    with jar.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


if __name__ == "__main__":
    PINNED.write_text(render(resolve(cache())), encoding="ascii")
    print(f"Pinned {len(parse(PINNED.read_text(encoding='ascii')))} jars in {PINNED.name}")
