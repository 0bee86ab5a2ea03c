"""The buyer's tax data, as the platform keeps it apart from the order: only the fields we read.

Source: developers.mercadolivre.com.br, "Faturamento", 2026-06.
"""

from capture.channels.part import Part, Text


class Identification(Part):
    """A tax id and its kind."""

    type: Text = ""
    number: Text = ""


class Inscriptions(Part):
    """Registrations with the states."""

    state_registration: Text = ""


class BuyerTaxes(Part):
    """How the buyer stands to ICMS."""

    inscriptions: Inscriptions | None = None


class BillingState(Part):
    """The state by its full name; the code, as in `BR-SP`, is not always there."""

    code: Text = ""
    name: Text = ""


class BillingAddress(Part):
    """The address to bill to."""

    street_name: Text = ""
    street_number: Text = ""
    comment: Text = ""
    neighborhood: Text = ""
    city_name: Text = ""
    state: BillingState | None = None
    zip_code: Text = ""
    country_id: Text = ""


class Attributes(Part):
    """`cust_type` is CO for a person, BU for a company."""

    cust_type: Text = ""


class BillingInfo(Part):
    """The buyer's name, document and address for the invoice; any of it may come late."""

    name: Text = ""
    last_name: Text = ""
    identification: Identification | None = None
    taxes: BuyerTaxes | None = None
    address: BillingAddress | None = None
    attributes: Attributes | None = None


class BilledBuyer(Part):
    """The buyer in the answer about billing."""

    billing_info: BillingInfo | None = None


class Billing(Part):
    """The whole answer about billing."""

    buyer: BilledBuyer | None = None
