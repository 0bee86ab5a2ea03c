"""What `make run` prints: one line per step, then where everything is."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from embedded.site import Site


class Screen:
    """Standard output, for people; plain text where it is not a terminal."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, soft_wrap=True)
        self._errors = Console(highlight=False, soft_wrap=True, stderr=True)

    def say(self, line: str) -> None:
        """One step."""
        self._out.print(f"[dim]esteira[/]  {escape(line)}")

    def error(self, text: str) -> None:
        """Why it ends here."""
        self._errors.print(f"[bold red]esteira[/]  {escape(text)}")

    def welcome(self, site: Site, seconds: float) -> None:
        """Addresses and logins."""
        known = site.credentials
        rows = {
            "Panel": site.url("panel"),
            "  login": f"{known.panel_user} / {known.panel_password}",
            "Panel API": f"{site.url('panel')}/api/v1",
            "  token": known.panel_token,
            "Webhooks": f"{site.url('capture')}/webhooks/",
            "Sandbox ERP": f"{site.url('erp')}/api/v1/",
            "Sandbox channels": site.url("channels"),
            "Kafka": site.kafka,
            "MongoDB": site.mongodb,
        }
        self._out.print()
        for what, where in rows.items():
            self._out.print(f"  [bold]{what:<18}[/]{escape(where)}")
        self._out.print()
        self.say(f"Ready after {seconds:.0f} s. Ctrl-C stops everything, the data stays")
        self.say(
            f"All of this is in {_short(site.data / 'demo.json')}; logs/ beside it has the logs"
        )


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
