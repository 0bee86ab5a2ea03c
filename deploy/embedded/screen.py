"""What `make run` prints: one line per step, then where everything is."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from embedded.site import Site

_PIPED_WIDTH = 120


class Screen:
    """Standard output, for people."""

    def __init__(self) -> None:
        out = Console(highlight=False)
        self._out = out if out.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, line: str) -> None:
        """One step."""
        self._out.print(f"[dim]esteira[/]  {escape(line)}", soft_wrap=True)

    def error(self, text: str) -> None:
        """Why it ends here."""
        self._errors.print(f"[bold red]esteira[/]  {escape(text)}")

    def welcome(self, site: Site, seconds: float) -> None:
        """Addresses and logins."""
        known = site.credentials
        rows = [
            ("Panel", site.url("panel"), f"login {known.panel_user} / {known.panel_password}"),
            ("Panel API", f"{site.url('panel')}/api/v1", f"Bearer {known.panel_token}"),
            ("Webhooks", site.url("capture"), "what channels call"),
            ("Sandbox ERP", site.url("erp"), f"app_key {known.app_key}"),
            ("Sandbox channels", site.url("channels"), "make demo lets them sell"),
            ("Kafka", site.kafka, ""),
            ("MongoDB", site.mongodb, ""),
        ]
        table = Table.grid(padding=(0, 3, 0, 0))
        for what, where, how in rows:
            table.add_row(f"[bold]{what}[/]", escape(where), f"[dim]{escape(how)}[/]")
        self._out.print(Padding(table, (1, 0, 1, 2)))
        self.say(
            f"All of this is in {_short(site.data / 'demo.json')}, logs are in logs/ beside it"
        )
        self.say(f"Ready after {seconds:.0f} s. Ctrl-C stops everything; the data stays")


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
