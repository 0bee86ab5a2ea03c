"""The `esteira` command, put together."""

from typing import Annotated

import typer

from ops import site
from ops.commands import dead, orders, projections, topics
from ops.commands.doctor import EXAMINES, doctor
from ops.commands.replay import REPLAYS, replay
from ops.desk import Desk
from ops.site import Doors

HELP = """\
Look into the belt, work on records again, rebuild what people see.

\b
Examples:
  esteira doctor
  esteira orders show demo-shopify:1001
  esteira orders find 529.982.247-25
  esteira replay --service panel --store demo-shopify --from 2026-11-20 -n
  esteira dead list --json

\b
Exit codes: 0 ok, 1 failed, 2 usage, 3 partly done, 4 refused by a safety
rule, 5 not found, 75 try later, 130 interrupted.
"""


def app(doors: Doors) -> typer.Typer:
    """The command on this outside."""
    root = typer.Typer(
        name="esteira",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @root.callback(help=HELP)
    def esteira(
        context: typer.Context,
        *,
        kafka: Annotated[str | None, typer.Option(help="Kafka, instead of ESTEIRA_KAFKA.")] = None,
        mongodb: Annotated[
            str | None, typer.Option(help="MongoDB, instead of ESTEIRA_MONGODB.")
        ] = None,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only errors.")] = False,
        no_input: Annotated[
            bool, typer.Option("--no-input", help="Never ask; nothing ever does.")
        ] = False,
    ) -> None:
        del no_input
        if quiet:
            doors.hush()
        context.obj = Desk(doors, {"kafka": kafka, "mongodb": mongodb}, quiet=quiet)

    root.add_typer(orders.app(), name="orders")
    root.add_typer(topics.app(), name="topics")
    root.add_typer(dead.app(), name="dead")
    root.add_typer(projections.app(), name="projections")
    root.command("replay", epilog=REPLAYS)(replay)
    root.command("doctor", epilog=EXAMINES)(doctor)
    return root


def main() -> None:
    """Run the command line."""
    site.log_to_stderr()
    app(site.doors())()


if __name__ == "__main__":
    main()
