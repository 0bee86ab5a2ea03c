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


def examples(*lines: str) -> str:
    """How a command is used, as the end of its help; the mark keeps the lines as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


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
        """The outside."""
        async with self.doors.site(self.settings()) as site:
            yield site

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
            at = self.settings()
            self.screen.complain(f"try again later: {away}")
            self.screen.say(f"kafka is sought at {at.kafka}, mongodb at {at.mongodb_hosts}")
            return Exit.TRY_LATER
        except KeyboardInterrupt:
            return Exit.INTERRUPTED


def desk(context: typer.Context) -> Desk:
    """The desk of this invocation."""
    found: Desk = context.obj
    return found
