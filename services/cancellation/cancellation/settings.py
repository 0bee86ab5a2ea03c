"""What the cancellation service reads from the environment."""

from chassis import settings


class Settings(settings.Settings):
    """The port answers the health routes; the service has no other HTTP."""

    cancellation_port: settings.Port = 8423
