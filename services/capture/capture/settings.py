"""What the capture service reads from the environment."""

from pydantic import Field

from chassis import settings

MIB = 1024 * 1024


class Settings(settings.Settings):
    """`capture_port` takes the webhooks and answers the health routes.

    `shopify_url` is where a shop's API is: `{shop}` stands for its domain; `nuvemshop_url`
    and `mercadolivre_url` are those APIs' roots. `contact`, an e-mail or a site, tells channels
    whom to ask about our calls.
    Every store's listings are read each `listings_every_s`.
    Stores are swept every `sweep_every_s` seconds; 0 leaves all to the webhooks.
    `webhook_url` is how channels reach this service: the addresses that are registered with them
    begin with it. Without it none is registered, and none is missed.
    A webhook larger than `webhook_max_bytes` is refused; the limit leaves room for it in the
    inbox's largest record.
    """

    capture_port: settings.Port = 8401
    shopify_url: settings.ShopUrl = "https://{shop}"
    nuvemshop_url: settings.Url = "https://api.nuvemshop.com.br"
    mercadolivre_url: settings.Url = "https://api.mercadolibre.com"
    sweep_every_s: float = Field(default=300, ge=0)
    webhook_url: str = Field(
        default="",
        pattern=r"^(?:https?://[^\s{}]+)?$",
        description="an http or https address, or nothing",
    )
    contact: str = Field(
        default="",
        max_length=200,
        pattern=r"^[!-~]*$",
        description="an e-mail or a site: 200 plain characters at most, without blanks",
    )
    webhook_max_bytes: int = Field(default=2 * MIB, gt=0, le=3 * MIB)
    listings_every_s: float = Field(default=900, ge=1)
