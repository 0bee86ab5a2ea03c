"""The ground every contract stands on: frozen values, exact amounts, zoned times."""

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Amount = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=15)]
"""Money in the order's currency, exact; a string such as `"199.90"` in JSON, never a float."""

Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""A whole number that fits into 64 bits, as databases and the ERP keep them."""

Instant = AwareDatetime
"""A moment with its zone. Writers put UTC."""

ZERO = Decimal(0)


class Value(BaseModel):
    """A fact that never changes. Readers ignore the fields they do not know.

    Validation errors hide the input: it may be a buyer's.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
