"""Which loopback port each process listens on, and who already sits there."""

import random
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from typing import Final, Self

from embedded.errors import SetupError

HOST: Final = "127.0.0.1"

_BELOW_EPHEMERAL: Final = range(20_000, 32_000)
"""Linux lends 32768 and above to outgoing connections, which would race with our listeners."""


@dataclass(frozen=True, slots=True)
class Ports:
    """One port per listener; the sandbox has two (`erp` and `channels`)."""

    panel: int = 8400
    capture: int = 8401
    erp: int = 8411
    channels: int = 8412
    validation: int = 8421
    erp_writer: int = 8422
    cancellation: int = 8423
    kafka: int = 19092
    mongodb: int = 27117

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The defaults, with what the environment says instead (`variable`)."""
        chosen = {
            f.name: _port(variable(f.name), environ[variable(f.name)])
            for f in fields(cls)
            if environ.get(variable(f.name))
        }
        return cls(**chosen)

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody uses right now, for a belt beside another one."""
        names = [f.name for f in fields(cls)]
        return cls(**dict(zip(names, free_ports(len(names)), strict=True)))

    def items(self) -> list[tuple[str, int]]:
        """Pairs of listener and port."""
        return [(f.name, getattr(self, f.name)) for f in fields(self)]


def variable(listener: str) -> str:
    """The environment variable that moves a listener."""
    sandbox = "SANDBOX_" if listener in {"erp", "channels"} else ""
    return f"ESTEIRA_{sandbox}{listener.upper()}_PORT"


def refuse_taken(listeners: list[tuple[str, int]]) -> None:
    """Raise SetupError naming every taken port and the variable that changes it."""
    lines = [
        f"Port {port} ({name}) is taken by another program. "
        f"Choose another one: {variable(name)}=<port>"
        for name, port in listeners
        if is_taken(port)
    ]
    if lines:
        raise SetupError("\n".join(lines))


def is_taken(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    with ExitStack() as held:
        found: list[int] = []
        candidates = random.sample(_BELOW_EPHEMERAL, len(_BELOW_EPHEMERAL))
        for port in candidates:
            if len(found) == count:
                break
            probe = held.enter_context(socket.socket())
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            found.append(port)
    return found


def _port(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 2**16:
        return int(text)
    raise SetupError(f"{name}={text} is not a port (1 to 65535)")
