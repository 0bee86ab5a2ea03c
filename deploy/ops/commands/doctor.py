"""`esteira doctor`: what is wrong here, and how to put it right."""

import typer

from ops.desk import Json, desk
from ops.exits import Exit


def doctor(context: typer.Context, *, as_json: Json = False) -> None:
    """Look at broker, topics, database, clocks, credentials, the ERP and capture."""
    at = desk(context)

    async def work() -> Exit:
        sound = True
        async for check in at.doors.examine(at.settings()):
            sound = sound and check.ok
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
