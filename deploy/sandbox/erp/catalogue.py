"""What the demo shop sells: presents and kitchenware, some of it as kits, some no longer sold."""

from decimal import Decimal
from typing import NamedTuple

from sandbox.erp.store import Doc


class Listed(NamedTuple):
    """One line of the catalogue."""

    sku: str
    description: str
    price: Decimal
    ncm: str
    family: str
    weight: Decimal
    flags: str

    @property
    def active(self) -> bool:
        """Whether it is still sold."""
        return "inactive" not in self.flags


_LINES = """
CAN-350-AZ | Caneca de cerâmica 350 ml azul | 64.90 | 6912.00.00 | Canecas | 0.38 | till
CAN-350-VD | Caneca de cerâmica 350 ml verde | 64.90 | 6912.00.00 | Canecas | 0.38 | till
CAN-350-BR | Caneca de cerâmica 350 ml branca | 59.90 | 6912.00.00 | Canecas | 0.38 | till
CAN-350-PT | Caneca de cerâmica 350 ml preta | 59.90 | 6912.00.00 | Canecas | 0.38 | till
CAN-500-RS | Caneca de cerâmica 500 ml rosa | 79.90 | 6912.00.00 | Canecas | 0.52 | till
CAN-ESM-VM | Caneca esmaltada vermelha 300 ml | 49.90 | 7323.94.00 | Canecas | 0.18 |
CAN-TRM-450 | Caneca térmica inox 450 ml | 119.90 | 9617.00.10 | Canecas | 0.41 | till
XIC-CAF-06 | Jogo de 6 xícaras de café com pires | 149.90 | 6911.10.10 | Canecas | 1.35 |
COP-VID-300 | Copo de vidro canelado 300 ml | 18.50 | 7013.37.00 | Copos | 0.29 | till
COP-VID-JG6 | Jogo de 6 copos de vidro 300 ml | 96.00 | 7013.37.00 | Copos | 1.80 |
TAC-VIN-02 | Par de taças de vinho 450 ml | 89.90 | 7013.28.00 | Copos | 0.62 |
GAR-INX-750 | Garrafa térmica inox 750 ml | 159.90 | 9617.00.10 | Garrafas | 0.55 | till
GAR-VID-1L | Garrafa de vidro com tampa 1 l | 39.90 | 7013.49.00 | Garrafas | 0.70 |
JAR-BAR-2L | Jarra de barro 2 l | 74.00 | 6912.00.00 | Garrafas | 1.90 |
FIL-CAF-103 | Filtro de papel para café nº 103 com 30 | 7.90 | 4823.20.99 | Café | 0.08 | till
COA-PAN-M | Coador de pano médio | 12.90 | 6307.90.90 | Café | 0.04 | till
CAF-ESP-250 | Café especial em grãos 250 g | 42.00 | 0901.21.00 | Café | 0.27 | till
CAF-MOI-500 | Café moído torra média 500 g | 38.50 | 0901.21.00 | Café | 0.53 | till
MOE-MAN-INX | Moedor manual de café inox | 139.00 | 8210.00.10 | Café | 0.46 |
PRE-FRA-600 | Prensa francesa 600 ml | 129.90 | 7013.49.00 | Café | 0.64 |
SUP-COA-MAD | Suporte de madeira para coador | 58.00 | 4419.90.00 | Café | 0.33 |
TAB-CAR-RET | Tábua de carne retangular em teca | 98.00 | 4419.11.00 | Cozinha | 1.10 |
TAB-QUE-RED | Tábua de queijo redonda | 84.90 | 4419.11.00 | Cozinha | 0.92 |
FAC-CHF-08 | Faca do chef 8 polegadas | 119.00 | 8211.92.10 | Cozinha | 0.24 |
PAN-FER-24 | Panela de ferro 24 cm | 289.00 | 7323.92.00 | Cozinha | 4.60 |
FRI-CER-20 | Frigideira cerâmica 20 cm | 109.90 | 7615.10.00 | Cozinha | 0.78 |
POT-HER-03 | Conjunto de 3 potes herméticos | 69.90 | 3924.10.00 | Cozinha | 0.51 | till
COL-PAU-JG4 | Jogo de 4 colheres de pau | 34.90 | 4419.90.00 | Cozinha | 0.22 | till
AVE-JEA-AZ | Avental jeans azul | 89.90 | 6211.42.00 | Têxtil | 0.31 |
AVE-LIN-CR | Avental de linho cru | 119.90 | 6211.49.00 | Têxtil | 0.29 |
PAN-PRA-03 | Kit de 3 panos de prato bordados | 45.00 | 6302.91.00 | Têxtil | 0.19 | till
TOA-MES-180 | Toalha de mesa 1,80 m xadrez | 129.00 | 6302.51.00 | Têxtil | 0.62 |
GUA-ALG-04 | Conjunto de 4 guardanapos de algodão | 54.90 | 6302.51.00 | Têxtil | 0.17 |
ALM-45-FOL | Almofada 45 cm folhagem | 79.90 | 9404.90.00 | Decoração | 0.58 |
MAN-SOF-CZ | Manta para sofá cinza | 169.90 | 6301.30.00 | Decoração | 1.05 |
VEL-LAV-180 | Vela aromática lavanda 180 g | 48.90 | 3406.00.00 | Decoração | 0.34 | till
VEL-BAU-180 | Vela aromática baunilha 180 g | 48.90 | 3406.00.00 | Decoração | 0.34 | till
DIF-BAM-250 | Difusor de varetas bambu 250 ml | 72.00 | 3307.49.00 | Decoração | 0.44 |
VAS-CER-P | Vaso de cerâmica pequeno | 39.90 | 6913.90.00 | Decoração | 0.47 |
VAS-CER-G | Vaso de cerâmica grande | 119.90 | 6913.90.00 | Decoração | 2.30 |
QUA-BOT-A4 | Quadro botânico A4 | 64.00 | 4911.91.00 | Decoração | 0.55 |
CAD-PON-A5 | Caderno pontilhado A5 | 36.90 | 4820.20.00 | Papelaria | 0.28 | till
AGE-2027-SE | Agenda 2027 semanal | 59.90 | 4820.10.00 | Papelaria | 0.35 | till
CAN-NAN-06 | Conjunto de 6 canetas nanquim | 68.00 | 9608.20.00 | Papelaria | 0.09 | till
EMB-PRE-M | Embalagem para presente média | 9.90 | 4819.20.00 | Papelaria | 0.06 |
CAR-PRE-100 | Vale-presente de R$ 100 | 100.00 |  | Papelaria | 0 |
CAN-350-AM | Caneca de cerâmica 350 ml amarela | 64.90 | 6912.00.00 | Canecas | 0.38 | inactive
AGE-2025-SE | Agenda 2025 semanal | 29.90 | 4820.10.00 | Papelaria | 0.35 | inactive
LUM-MES-RT | Luminária de mesa retrô | 249.00 | 9405.21.00 | Decoração | 1.70 | inactive
KIT-CAFE-2 | Kit café para dois | 199.90 | 6912.00.00 | Kits | 1.20 | kit
KIT-PRES-VEL | Kit presente com velas e cartão | 109.90 | 3406.00.00 | Kits | 0.80 | kit
"""


def _listed(line: str) -> Listed:
    sku, description, price, ncm, family, weight, flags = (part.strip() for part in line.split("|"))
    return Listed(sku, description, Decimal(price), ncm, family, Decimal(weight), flags)


CATALOGUE = tuple(_listed(line) for line in _LINES.split("\n") if line)
KITS = {
    "KIT-CAFE-2": (("CAN-350-AZ", 2), ("CAF-ESP-250", 1), ("COA-PAN-M", 1)),
    "KIT-PRES-VEL": (("VEL-LAV-180", 1), ("VEL-BAU-180", 1), ("EMB-PRE-M", 1)),
}
OVERSOLD = "PAN-FER-24"
"""Of this one more was sold than there was: stock may be negative."""
CODED = {"CAN-350-AZ": "LOJA-0001", "CAN-350-VD": "LOJA-0002", "GAR-INX-750": "LOJA-0012"}
"""Integration codes: most products were typed in the ERP and have none."""


def gtin(number: int) -> str:
    """A GTIN-13 of a Brazilian prefix, with its check digit."""
    digits = f"789{number:09d}"
    summed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-summed % 10)


def as_records() -> list[Doc]:
    """The catalogue as product records, kits last and without their components' ids."""
    families = list(dict.fromkeys(listed.family for listed in CATALOGUE))
    return [
        {
            "codigo": listed.sku,
            "codigo_produto_integracao": CODED.get(listed.sku, ""),
            "descricao": listed.description,
            "unidade": "UN",
            "ncm": listed.ncm,
            "ean": gtin(61_000_000 + place),
            "valor_unitario": listed.price,
            "codigo_familia": families.index(listed.family) + 1,
            "descricao_familia": listed.family,
            "tipoItem": "00",
            "peso_liq": listed.weight,
            "peso_bruto": listed.weight,
            "inativo": "N" if listed.active else "S",
            "recomendacoes_fiscais": {"cupom_fiscal": "S" if "till" in listed.flags else "N"},
        }
        for place, listed in enumerate(CATALOGUE, 1)
    ]
