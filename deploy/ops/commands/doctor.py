"""`esteira doctor`: what is wrong here, and how to put it right."""

from typing import Final

import typer

from ops.desk import Json, desk, examples
from ops.exits import Exit

EXAMINES: Final = examples("esteira doctor", "esteira -q doctor      # only what is wrong")


def doctor(context: typer.Context, *, as_json: Json = False) -> None:
    """Look at everything and say how to mend it.

    Kafka and its topics, MongoDB, the disk, clocks, the five services and what waits for them,
    dead letters, and of every store its credentials, channel and ERP account. Exit code 1 if
    anything is wrong.
    """
    at = desk(context)

    async def work() -> Exit:
        sound = True
        async for check in at.doors.examine(at.settings()):
            sound = sound and check.ok
            if at.quiet and check.ok and not as_json:
                continue
            if as_json:
                at.screen.row("check", check.shown())
                continue
            at.screen.out.print(
                f"{'ok   ' if check.ok else 'WRONG'}  {check.name}: {check.seen}",
                markup=False,
                soft_wrap=True,
            )
            if not check.ok:
                at.screen.out.print(f"       {check.fix}", markup=False, soft_wrap=True)
        return Exit.OK if sound else Exit.FAILED

    at.do(work, as_json=as_json)
