"""What the ERP writer reads from the environment."""

from pydantic import Field

from chassis import settings


class Settings(settings.Settings):
    """The port answers the health routes; the service has no other HTTP.

    `erp_calls_per_minute` is per key and method, `erp_ip_calls_per_minute` for all of this
    process: two thirds of what the ERP takes from one address, which others of us share.
    `erp_settle_s` is how long an unclear call may still be under way at the ERP. With
    `erp_delete_uncancellable` an order that the ERP will not cancel is removed there.
    """

    erp_writer_port: settings.Port = 8422
    erp_url: settings.Url = "https://app.omie.com.br/api/v1/"
    erp_calls_per_minute: int = Field(default=240, gt=0)
    erp_ip_calls_per_minute: int = Field(default=640, gt=0)
    erp_settle_s: float = 61.0
    erp_delete_uncancellable: bool = False
