"""What a tax scenario makes of a line: its CFOP and rates. Pure.

The demo shop sells under Simples Nacional, where nothing is computed; its scenarios of the normal
regime compute ICMS, PIS and COFINS within the price, and that of own production IPI beside it.
Left out of what the law knows: DIFAL, FCP, substitution, reduced bases, freight in the base.
"""

from typing import NamedTuple

from sandbox.erp.store import Doc

SIMPLES: Doc = {
    "icms_sn": {"cod_sit_trib_icms_sn": "102", "origem_icms_sn": "0"},
    "pis_padrao": {"cod_sit_trib_pis": "49"},
    "cofins_padrao": {"cod_sit_trib_cofins": "49"},
}
SOUTH_AND_SOUTHEAST = frozenset({"MG", "PR", "RJ", "RS", "SC", "SP"})
"""The states between which the interstate rate is 12; ES counts with the others (7)."""
WITHIN, NEAR, FAR = 18, 12, 7
"""ICMS in per cent: inside the state (São Paulo's general rate), and by Senate Resolution 22/89."""


class Route(NamedTuple):
    """From which state to which a sale goes."""

    origin: str
    destination: str

    @property
    def stays(self) -> bool:
        """Whether it is a sale inside the state."""
        return self.origin == self.destination


def cfop(scenario: Doc, route: Route) -> str:
    """The CFOP of a resale, to a consumer unless the scenario is for taxpayers."""
    if route.stays:
        return "5.102"
    return "6.102" if scenario.get("regras", {}).get("contribuinte") else "6.108"


def icms_rate(route: Route) -> int:
    """The rate of ICMS under the normal regime, in per cent."""
    if route.stays:
        return WITHIN
    near = {route.origin, route.destination} <= SOUTH_AND_SOUTHEAST
    return NEAR if near or route.origin not in SOUTH_AND_SOUTHEAST else FAR


def block(scenario: Doc, route: Route) -> Doc:
    """`imposto` of a line: situations and rates; amounts follow from the line's total."""
    rules = scenario.get("regras", {})
    if not rules.get("normal"):
        return {name: dict(tags) for name, tags in SIMPLES.items()}
    taxes: Doc = {
        "icms": {
            "cod_sit_trib_icms": "00", "origem_icms": "0", "modalidade_icms": "3",
            "aliq_icms": icms_rate(route),
        },
        "pis_padrao": {"cod_sit_trib_pis": "01", "aliq_pis": rules["pis"]},
        "cofins_padrao": {"cod_sit_trib_cofins": "01", "aliq_cofins": rules["cofins"]},
    }  # fmt: skip
    if rules.get("ipi"):
        taxes["ipi"] = {"cod_sit_trib_ipi": "50", "aliq_ipi": rules["ipi"]}
    return taxes


def told(taxes: Doc, code: str) -> Doc:
    """A line's taxes in the names that `ListarImpostosCenario` has for them."""
    icms, ipi = taxes.get("icms", {}), taxes.get("ipi", {})
    return {
        "cfop": code,
        "cst_icms": icms.get("cod_sit_trib_icms", ""),
        "modalidade_bc_icms": icms.get("modalidade_icms", ""),
        "aliquota_icms": icms.get("aliq_icms", 0),
        "csosn": taxes.get("icms_sn", {}).get("cod_sit_trib_icms_sn", ""),
        "cst_ipi": ipi.get("cod_sit_trib_ipi", ""),
        "aliquota_ipi": ipi.get("aliq_ipi", 0),
        "cst_pis": taxes["pis_padrao"]["cod_sit_trib_pis"],
        "aliquota_pis": taxes["pis_padrao"].get("aliq_pis", 0),
        "cst_cofins": taxes["cofins_padrao"]["cod_sit_trib_cofins"],
        "aliquota_cofins": taxes["cofins_padrao"].get("aliq_cofins", 0),
    }
