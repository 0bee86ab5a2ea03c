"""What a process has counted, answered at `/metrics` in Prometheus' text.

Whoever counts adds to a plain dictionary; names, labels and text are made when somebody asks.
Labels are words of ours: no store, no order, nobody's data.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH: Final = "/metrics"
_PASSED_ON: Final = ("forwarded", "x-forwarded-for")
"""What a proxy adds to a request: who comes by one is a stranger."""

Values = Mapping[tuple[str, ...], float]
"""A figure for every combination of labels."""
Read = Callable[[], Values]


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    about: str
    labels: Sequence[str]
    read: Read
    kind: type[CounterMetricFamily | GaugeMetricFamily]

    def metric(self) -> Metric:
        family = self.kind(self.name, self.about, labels=self.labels)
        for values, figure in self.read().items():
            family.add_metric(values, figure)
        return family


@dataclass(slots=True, eq=False)
class Metrics(Collector):
    """The figures of one process, and those that the system keeps of it."""

    _figures: list[_Figure] = field(default_factory=list)
    _registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        """Have the figures asked for."""
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def counted(self, name: str, about: str, labels: Sequence[str], read: Read) -> None:
        """Something that only grows; its `name` ends in `_total`."""
        self._figures.append(_Figure(name, about, labels, read, CounterMetricFamily))

    def measured(self, name: str, about: str, labels: Sequence[str], read: Read) -> None:
        """Something that goes up and down."""
        self._figures.append(_Figure(name, about, labels, read, GaugeMetricFamily))

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        return (figure.metric() for figure in self._figures)

    def route(self) -> Route:
        """The page. Whoever comes through a proxy finds none: the port may be open to the world."""

        async def page(request: Request) -> Response:
            if any(name in request.headers for name in _PASSED_ON):
                return Response(status_code=404)
            encode, kind = choose_encoder(request.headers.get("accept", ""))
            return Response(encode(self._registry), headers={"content-type": kind})

        return Route(PATH, page)
