"""What the panel reads from the environment."""

from pydantic import Field, SecretStr

from chassis import settings


class Settings(settings.Settings):
    """Beside the common settings: the panel's port, a built-in login, and the API's token.

    `panel_user` and `panel_password` make an administrator who is in no database, for a demo;
    without both there is none, and it has no second factor. The API answers users' tokens;
    `panel_token` is the installation's own, which may everything. A session ends after
    `panel_idle_minutes` without a request. `panel_url` is how people reach the panel: the links
    that the command line prints begin with it. `erp_calls_per_minute` and
    `erp_ip_calls_per_minute` are the panel's own small part of what the ERP takes from one address:
    lists for its forms, and where orders stand. `{shop}` becomes a store's domain.

    A channel's `client_id` and `client_secret` are those of our application there: without both no
    merchant of it can be asked to let us in. They come back to
    `{panel_url}/conectar/{channel}/retorno`, which must be registered with the application.
    """

    panel_port: settings.Port = 8400
    panel_url: settings.Url = "http://127.0.0.1:8400"
    panel_user: str = ""
    panel_password: SecretStr = SecretStr("")
    panel_token: SecretStr | None = None
    panel_idle_minutes: int = Field(default=30, ge=5, le=720)
    erp_url: settings.Url = "https://app.omie.com.br/api/v1/"
    erp_calls_per_minute: int = Field(default=60, gt=0)
    erp_ip_calls_per_minute: int = Field(default=80, gt=0)
    shopify_url: settings.ShopUrl = "https://{shop}"
    shopify_client_id: str = ""
    shopify_client_secret: SecretStr = SecretStr("")
    nuvemshop_url: settings.Url = "https://api.nuvemshop.com.br"
    nuvemshop_auth_url: settings.Url = "https://www.tiendanube.com"
    nuvemshop_client_id: str = ""
    nuvemshop_client_secret: SecretStr = SecretStr("")
    mercadolivre_url: settings.Url = "https://api.mercadolibre.com"
    mercadolivre_auth_url: settings.Url = "https://auth.mercadolivre.com.br"
    mercadolivre_client_id: str = ""
    mercadolivre_client_secret: SecretStr = SecretStr("")
