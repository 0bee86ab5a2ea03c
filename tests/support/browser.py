"""An operator in front of the panel: a real chromium, looked at and listened to.

Screenshots go to `.esteira/screenshots`, one per look and width.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, Playwright

from chassis.clock import utc_now
from panel import totp

ROOT: Final = Path(__file__).resolve().parents[2]
SCREENSHOTS: Final = ROOT / ".esteira" / "screenshots"
AXE: Final = ROOT / "tests" / "browser" / "vendor" / "axe.min.js"
WIDE: Final = (1280, 800)
NARROW: Final = (360, 740)
PATIENCE_MS: Final = 15_000
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
OVERFLOW: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS: Final = """axe.run(document, {resultTypes: ['violations']}).then(found =>
  found.violations.map(one => one.id + ': ' + one.nodes.map(n => n.target.join(' ')).join(', ')))"""


def chromium() -> str:
    """Where chromium is; fails with how to install it."""
    wanted = os.environ.get("ESTEIRA_CHROMIUM")
    found = wanted or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail(
            "The tests in a browser need chromium. Debian, Ubuntu: apt-get install chromium; "
            "elsewhere name it in ESTEIRA_CHROMIUM. Without it: make quick",
            pytrace=False,
        )
    return found


async def launched(playwright: Playwright) -> Browser:
    """A chromium without a window."""
    return await playwright.chromium.launch(
        executable_path=chromium(), args=["--no-sandbox", "--force-prefers-reduced-motion"]
    )


@dataclass
class Operator:
    """Somebody at a browser of their own; what the browser complains about is kept."""

    browser: Browser
    url: str
    script: bool = True
    complaints: list[str] = field(default_factory=list)
    _pages: list[Page] = field(default_factory=list)

    @property
    def page(self) -> Page:
        """The page they look at."""
        return self._pages[-1]

    async def sit_down(self) -> "Operator":
        """Open a fresh browser, without any cookie."""
        width, height = WIDE
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            locale="pt-BR",
            base_url=self.url,
            java_script_enabled=self.script,
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        self._pages.append(page)
        return self

    def _hear(self, message: Any) -> None:
        """A refusal (404, 422) is a page of ours that the test looks at itself."""
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.complaints.append(message.text)

    async def log_in(
        self, who: Mapping[str, str], at: str = "/entrar", code: Callable[[], str] | None = None
    ) -> None:
        """Type user and password, and a code where one is asked for."""
        await self.page.goto(at)
        await self.page.get_by_label("Usuário").fill(who["user"])
        await self.page.get_by_label("Senha").fill(who["password"])
        await self.page.get_by_role("button", name="Entrar").click()
        if code is not None:
            await self.page.get_by_label("Código do aplicativo").fill(code())
            await self.page.get_by_role("button", name="Entrar").click()
        await self.page.wait_for_url(lambda url: "/entrar" not in url)

    async def sets_up_an_app(self) -> str:
        """Type the first code of the key that the page shows; gives the key."""
        shown = await self.page.locator("#chave-visivel").text_content()
        key = (shown or "").replace(" ", "")
        code = totp.code(key, totp.step_of(utc_now()))
        await self.page.get_by_label("Código que o aplicativo mostra").fill(code)
        await self.page.get_by_role("button", name="Ligar a verificação").click()
        return key

    async def goes(self, *names: str) -> None:
        """Follow links by what they are called."""
        for name in names:
            await self.page.get_by_role("link", name=name).first.click()
            await self.page.wait_for_load_state()

    async def looks(self, name: str, widths: Sequence[tuple[int, int]] = (WIDE, NARROW)) -> None:
        """Take a screenshot at each width: nothing sticks out, and axe finds nothing."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for width, height in widths:
            await self.page.set_viewport_size({"width": width, "height": height})
            shot = SCREENSHOTS / f"{name}-{width}.png"
            await self.page.screenshot(path=shot, full_page=True)
            assert await self.page.evaluate(OVERFLOW) <= 0, f"{name} scrolls sideways at {width}"
            await self.page.evaluate(AXE.read_text("utf-8"))
            assert await self.page.evaluate(VIOLATIONS) == [], f"{name} at {width}"
        width, height = WIDE
        await self.page.set_viewport_size({"width": width, "height": height})
