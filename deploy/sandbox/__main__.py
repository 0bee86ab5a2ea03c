"""One process for the whole sandbox: the ERP on one port, the channels on another."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Sequence

from starlette.applications import Starlette

from sandbox.assortment import on_sale
from sandbox.channels.app import create_app as create_channels
from sandbox.channels.clock import SandboxClock
from sandbox.erp.app import create_app as create_erp
from sandbox.erp.seed import seed_company
from sandbox.server import Server, server_of
from sandbox.settings import Settings


def main() -> None:
    """Serve until told to stop; exits with 1 and says so where a port is taken."""
    settings = Settings()
    with contextlib.ExitStack() as sockets:
        listening = [
            sockets.enter_context(_listening(settings.host, port, variable))
            for port, variable in (
                (settings.erp_port, "ESTEIRA_SANDBOX_ERP_PORT"),
                (settings.channels_port, "ESTEIRA_SANDBOX_CHANNELS_PORT"),
            )
        ]
        servers = [server_of(_erp(settings)), server_of(_channels(settings))]
        gc.freeze()  # what is there stays: looking for cycles in it is time lost
        gc.set_threshold(100_000, 20, 100)
        with asyncio.Runner(loop_factory=servers[0].config.get_loop_factory()) as runner:
            runner.run(_serve(servers, listening))


def _listening(host: str, port: int, variable: str) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as taken:
        sys.exit(f"Port {port} cannot be used ({taken.strerror}); choose another with {variable}.")


def _erp(settings: Settings) -> Starlette:
    app = create_erp(settings.data, url=f"http://{settings.host}:{settings.erp_port}")
    if account := settings.seed.erp:
        seed_company(app.state.companies, account.app_key, account.app_secret)
    return app


def _channels(settings: Settings) -> Starlette:
    return create_channels(settings.data, SandboxClock(), on_sale(), settings.seed.stores)


async def _serve(servers: Sequence[Server], listening: Sequence[socket.socket]) -> None:
    """Run all servers until SIGTERM or SIGINT, or until one of them ends."""

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as running:
        for server, at in zip(servers, listening, strict=True):
            task = running.create_task(server.serve(sockets=[at]))
            task.add_done_callback(lambda _: stop())


if __name__ == "__main__":
    main()
