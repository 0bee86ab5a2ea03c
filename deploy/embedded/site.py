"""One belt's addresses and secrets, and what each of its processes is told about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from embedded.credentials import Credentials
from embedded.ports import HOST, Ports, variable

SHOP_DOMAIN: Final = "demo-shopify.myshopify.com"
NUVEMSHOP_STORE: Final = "817495"
MERCADOLIVRE_SELLER: Final = "428991637"
SHOPIFY_APP: Final = "c2b5d0e7f1a94436"
NUVEMSHOP_APP: Final = "6142"
MERCADOLIVRE_APP: Final = "7312904455018236"


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything is. `overrides` are variables that win over the ones made here."""

    data: Path
    ports: Ports
    kafka: str
    mongodb: str
    secret_key: str
    credentials: Credentials
    overrides: Mapping[str, str] = field(default_factory=dict)

    def url(self, listener: str) -> str:
        """The root of an HTTP listener (a field of Ports)."""
        return f"http://{HOST}:{getattr(self.ports, listener)}"

    @property
    def seed_file(self) -> Path:
        """What the sandbox is to be, as JSON (`seed`)."""
        return self.data / "sandbox" / "seed.json"

    def environment(self, name: str) -> dict[str, str]:
        """The variables of a process: addresses for all, each secret for who needs it."""
        told = {variable(listener): str(port) for listener, port in self.ports.items()}
        told |= {
            "ESTEIRA_DATA": str(self.data),
            "ESTEIRA_KAFKA": self.kafka,
            "ESTEIRA_MONGODB": self.mongodb,
            "ESTEIRA_PANEL_URL": self.url("panel"),
            "ESTEIRA_CAPTURE_URL": self.url("capture"),
            "ESTEIRA_VALIDATION_URL": self.url("validation"),
            "ESTEIRA_ERP_WRITER_URL": self.url("erp_writer"),
            "ESTEIRA_CANCELLATION_URL": self.url("cancellation"),
            "ESTEIRA_WEBHOOK_URL": self.url("capture"),
            "ESTEIRA_ERP_URL": f"{self.url('erp')}/api/v1/",
            "ESTEIRA_SHOPIFY_URL": f"{self.url('channels')}/shopify/{{shop}}",
            "ESTEIRA_NUVEMSHOP_URL": f"{self.url('channels')}/nuvemshop",
            "ESTEIRA_NUVEMSHOP_AUTH_URL": f"{self.url('channels')}/nuvemshop",
            "ESTEIRA_MERCADOLIVRE_URL": f"{self.url('channels')}/mercadolivre",
            "ESTEIRA_MERCADOLIVRE_AUTH_URL": f"{self.url('channels')}/mercadolivre",
        }
        if name == "sandbox":
            told["ESTEIRA_SANDBOX_DATA"] = str(self.data / "sandbox")
            told["ESTEIRA_SANDBOX_SEED"] = str(self.seed_file)
        else:
            told["ESTEIRA_SECRET_KEY"] = self.secret_key
            # The only process of its service: killed, it comes back to its partitions at once.
            told["ESTEIRA_INSTANCE"] = "1"
        if name == "panel":
            told["ESTEIRA_PANEL_USER"] = self.credentials.panel_user
            told["ESTEIRA_PANEL_PASSWORD"] = self.credentials.panel_password
            told["ESTEIRA_PANEL_TOKEN"] = self.credentials.panel_token
            told |= self._apps()
        return told | dict(self.overrides)

    def seed(self) -> dict[str, Any]:
        """The sandbox's ERP account, the stores it sells for, and shops that wait to be connected.

        Those let our app in when somebody connects them in the panel, and sell nothing before.
        """
        return {"erp": self._erp(), "stores": [*self.stores(), *self._waiting()]}

    def card(self) -> dict[str, Any]:
        """`demo.json`: all that a person or a program needs to use the belt."""
        return {
            "panel_url": self.url("panel"),
            "panel": {
                "user": self.credentials.panel_user,
                "password": self.credentials.panel_password,
                "token": self.credentials.panel_token,
            },
            "capture_url": self.url("capture"),
            "validation_url": self.url("validation"),
            "erp_writer_url": self.url("erp_writer"),
            "cancellation_url": self.url("cancellation"),
            "erp_url": self.url("erp"),
            "erp": self._erp(),
            "channels_url": self.url("channels"),
            "kafka": self.kafka,
            "mongodb": self.mongodb,
            "stores": self.stores(),
        }

    def stores(self) -> list[dict[str, str]]:
        """The demo's stores, one at each channel; `make demo` sells at the first."""
        known = self.credentials
        return [
            self._store(
                "shopify",
                name="Loja demonstração (Shopify)",
                shop_domain=SHOP_DOMAIN,
                access_token=known.access_token,
                client_id=SHOPIFY_APP,
                webhook_secret=known.webhook_secret,
            ),
            self._store(
                "nuvemshop",
                name="Loja demonstração (Nuvemshop)",
                shop_domain=NUVEMSHOP_STORE,
                access_token=known.nuvemshop_token,
                client_id=NUVEMSHOP_APP,
                webhook_secret=known.nuvemshop_secret,
            ),
            self._store(
                "mercadolivre",
                name="Loja demonstração (Mercado Livre)",
                # An app's notifications come to one address, whoever the seller is.
                webhook_url=f"{self.url('capture')}/webhooks/mercadolivre",
                shop_domain=MERCADOLIVRE_SELLER,
                access_token=known.mercadolivre_token,
                refresh_token=known.mercadolivre_refresh_token,
                client_id=MERCADOLIVRE_APP,
                webhook_secret=known.mercadolivre_secret,
            ),
        ]

    def _store(self, channel: str, **known: str) -> dict[str, str]:
        store_id = f"demo-{channel}"
        own_address = f"{self.url('capture')}/webhooks/{channel}/{store_id}"
        known = {"webhook_url": own_address, "redirect_url": self._redirect(channel)} | known
        return {"id": store_id, "channel": channel} | known

    def _waiting(self) -> list[dict[str, str]]:
        """Another shop at each channel, for people to connect; the app is the same."""
        domains = {
            "shopify": "minha-loja.myshopify.com",
            "nuvemshop": "5120443",
            "mercadolivre": "1190345527",
        }
        shops = []
        for demo in self.stores():
            channel = demo["channel"]
            shop = {"id": f"minha-{channel}", "channel": channel, "shop_domain": domains[channel]}
            app = {n: demo[n] for n in ("client_id", "webhook_secret", "redirect_url")}
            # Where the app's webhooks go whose address is the app's; others are registered.
            address = demo["webhook_url"] if channel == "mercadolivre" else ""
            shops.append(shop | app | {"webhook_url": address})
        return shops

    def _apps(self) -> dict[str, str]:
        """Our application at each channel."""
        told: dict[str, str] = {}
        for demo in self.stores():
            name = f"ESTEIRA_{demo['channel'].upper()}_CLIENT"
            told |= {f"{name}_ID": demo["client_id"], f"{name}_SECRET": demo["webhook_secret"]}
        return told

    def _redirect(self, channel: str) -> str:
        """Where the channel sends merchants back who let the app in."""
        return f"{self.url('panel')}/conectar/{channel}/retorno"

    def _erp(self) -> dict[str, str]:
        return {"app_key": self.credentials.app_key, "app_secret": self.credentials.app_secret}
