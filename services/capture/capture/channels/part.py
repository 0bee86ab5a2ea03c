"""What all channels' documents have in common as pydantic reads them. Pure."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text that may be null, which is an empty one."""


class Part(BaseModel):
    """A piece of a channel's JSON. Errors hide the input: it may be a buyer's."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )
