"""Structured logs, set up once: JSON lines on stdout, identifiers and never people."""

import logging
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from decimal import Decimal
from typing import Any, Final

import orjson
import structlog

Event = MutableMapping[str, Any]

PERSONAL = frozenset(
    {
        "name", "document", "cpf", "cnpj", "email", "phone", "address", "recipient", "street",
        "cep", "buyer", "authorization", "app_secret", "token", "password", "secret", "body",
    }
)  # fmt: skip
"""Keys whose values never reach a log line, whoever logs them."""
HIDDEN = "***"


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Blank every personal or secret field, however deep."""
    for key, value in event.items():
        event[key] = HIDDEN if key in PERSONAL else _redacted(value)
    return event


def _redacted(value: Any) -> Any:
    if isinstance(value, str | int):  # nearly all are; to ask for a Mapping first costs thrice
        return value
    if isinstance(value, Mapping):
        return {k: HIDDEN if k in PERSONAL else _redacted(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(each) for each in value]
    return value


def _error_type(_logger: Any, _method: str, event: Event) -> Event:
    """Say which error and where it was raised; its text might quote somebody's data."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = raised_at(error)
    return event


def raised_at(error: BaseException) -> str:
    """The innermost place an error came from, as `file:line function`."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}"


def _json(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=_as_text)


def _json_text(event: Any, **_: Any) -> str:
    return _json(event).decode()


def _as_text(value: Any) -> str:
    """A number as it is; of anything else only the type, for its text might be an order's."""
    return str(value) if isinstance(value, Decimal) else type(value).__name__


REPEATS_EVERY_S: Final = 10.0
"""How often at most the Kafka client says the same."""


class Repeats(logging.Filter):
    """Lets the same words of the Kafka client through once in `REPEATS_EVERY_S`.

    While no broker answers, every consumer says so many times a second: a service with nine of
    them would write 500 lines a second for as long as that lasts.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is to be written."""
        if not record.name.startswith("aiokafka"):
            return True
        now, words = self._now(), record.getMessage()
        self._said = {said: at for said, at in self._said.items() if now - at < REPEATS_EVERY_S}
        if words in self._said:
            return False
        self._said[words] = now
        return True


def set_up(service: str, level: str = "INFO") -> None:
    """Configure structlog and the libraries' loggers for this process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _error_type,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(Repeats(time.monotonic))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json_text),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
