"""One command, begun and ended: settings read, the outside opened, the exit code told."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

import typer

from chassis.patience import Unavailable
from ops import settings
from ops.exits import Exit, Stop
from ops.screen import Screen
from ops.site import Doors, Site

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, shape version 1.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Say exactly what would be done, and do nothing.")
]
OPENING_S = 20.0
"""How long a broker or a database may take to answer at first."""


@dataclass(slots=True)
class Desk:
    """What every command is given: the outside, the flags of `esteira` itself, the screen."""

    doors: Doors
    flags: Mapping[str, str | None] = field(default_factory=dict)
    quiet: bool = False
    screen: Screen = field(default_factory=Screen)

    def settings(self) -> settings.Settings:
        """See ops.settings. Raises Stop."""
        return settings.read(self.flags, os.environ)

    @asynccontextmanager
    async def site(self) -> AsyncIterator[Site]:
        """The outside. Raises Unavailable when it does not answer in time."""
        opening = self.doors.site(self.settings())
        try:
            site = await asyncio.wait_for(opening.__aenter__(), OPENING_S)
        except TimeoutError:
            raise Unavailable(f"no answer within {OPENING_S:.0f} s") from None
        try:
            yield site
        finally:
            await opening.__aexit__(None, None, None)

    def do(self, work: Callable[[], Awaitable[Exit]], *, as_json: bool = False) -> None:
        """Run a command to its end and leave with its code. Raises typer.Exit, always."""
        self.screen = Screen(as_json=as_json, quiet=self.quiet)
        raise typer.Exit(self._run(work))

    def _run(self, work: Callable[[], Awaitable[Exit]]) -> Exit:
        async def awaited() -> Exit:
            return await work()

        try:
            return asyncio.run(awaited())
        except Stop as stop:
            self.screen.complain(str(stop))
            return stop.code
        except Unavailable as away:
            self.screen.complain(f"try again later: {away}")
            return Exit.TRY_LATER
        except KeyboardInterrupt:
            return Exit.INTERRUPTED


def desk(context: typer.Context) -> Desk:
    """The desk of this invocation."""
    found: Desk = context.obj
    return found
