"""What the validation service reads from the environment."""

from datetime import timedelta

from pydantic import Field

from chassis import settings


class Settings(settings.Settings):
    """Beside the common settings: where the ERP is, and how often it is read.

    `erp_calls_per_minute` is per account and method, `erp_ip_calls_per_minute` is this process's
    part of what the ERP takes from one address. `catalogue_every_s` is in seconds; less than a
    minute is a minute, for the ERP refuses the same read twice in one.
    """

    validation_port: settings.Port = 8421
    erp_url: settings.Url = "https://app.omie.com.br/api/v1/"
    erp_calls_per_minute: int = Field(default=240, gt=0)
    erp_ip_calls_per_minute: int = Field(default=240, gt=0)
    catalogue_every_s: float = Field(default=300, gt=0)

    @property
    def catalogue_max_age(self) -> timedelta:
        """How long an unread catalogue is believed about what the ERP lacks."""
        return timedelta(seconds=3 * max(self.catalogue_every_s, 60))
