"""The ERP's demo catalogue as shops sell it: goods only, some as variations of one product."""

from sandbox.channels.generator import Product, Variation
from sandbox.erp.catalogue import CATALOGUE

_VARIATIONS = {
    "Caneca de cerâmica 350 ml": (
        "Cor",
        {
            "CAN-350-AZ": "Azul",
            "CAN-350-VD": "Verde",
            "CAN-350-BR": "Branca",
            "CAN-350-PT": "Preta",
            "CAN-350-AM": "Amarela",
        },
    ),
    "Vela aromática 180 g": ("Aroma", {"VEL-LAV-180": "Lavanda", "VEL-BAU-180": "Baunilha"}),
    "Vaso de cerâmica": ("Tamanho", {"VAS-CER-P": "P", "VAS-CER-G": "G"}),
}
"""What the ERP keeps as products of their own: by title, what one chooses and the choices' SKUs."""
_TITLES = {sku: title for title, (_, choices) in _VARIATIONS.items() for sku in choices}


def on_sale() -> tuple[Product, ...]:
    """What every demo shop sells; what the ERP has no NCM for is none of its goods."""
    return tuple(
        Product(
            listed.sku,
            _TITLES.get(listed.sku, listed.description),
            listed.price,
            active=listed.active,
            variation=_variation(listed.sku),
        )
        for listed in CATALOGUE
        if listed.ncm
    )


def _variation(sku: str) -> Variation | None:
    title = _TITLES.get(sku)
    if title is None:
        return None
    option, choices = _VARIATIONS[title]
    return Variation(option, choices[sku])
