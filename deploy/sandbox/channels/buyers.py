"""Believable Brazilian buyers: names, tax ids with right check digits, addresses whose CEP fits."""

import random
import string
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes, in the parts a Brazilian form asks for; `cep` has its hyphen."""

    street: str
    number: str
    complement: str
    bairro: str
    city: str
    uf: str
    state: str
    cep: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys; `document` is a bare CPF or CNPJ, None when the checkout did not ask for it."""

    first_name: str
    last_name: str
    company: str | None
    document: str | None
    email: str
    phone: str
    address: Address

    @property
    def name(self) -> str:
        """The full name, as printed on the parcel."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class _City:
    name: str
    uf: str
    state: str
    first_cep: int
    last_cep: int
    ddd: str
    bairros: tuple[str, ...]


_CITIES = (
    _City("São Paulo", "SP", "São Paulo", 1001, 5999, "11", ("Pinheiros", "Mooca", "Vila Mariana")),
    _City("Campinas", "SP", "São Paulo", 13010, 13099, "19", ("Cambuí", "Taquaral", "Centro")),
    _City("Rio de Janeiro", "RJ", "Rio de Janeiro", 20010, 22799, "21", ("Tijuca", "Botafogo")),
    _City("Belo Horizonte", "MG", "Minas Gerais", 30110, 31999, "31", ("Savassi", "Serra")),
    _City("Vitória", "ES", "Espírito Santo", 29010, 29090, "27", ("Jardim da Penha", "Centro")),
    _City("Curitiba", "PR", "Paraná", 80010, 82999, "41", ("Batel", "Água Verde", "Portão")),
    _City("Florianópolis", "SC", "Santa Catarina", 88010, 88070, "48", ("Trindade", "Estreito")),
    _City("Porto Alegre", "RS", "Rio Grande do Sul", 90010, 91999, "51", ("Moinhos de Vento",)),
    _City("Brasília", "DF", "Distrito Federal", 70040, 70999, "61", ("Asa Sul", "Asa Norte")),
    _City("Goiânia", "GO", "Goiás", 74010, 74899, "62", ("Setor Bueno", "Setor Oeste")),
    _City("Salvador", "BA", "Bahia", 40010, 41999, "71", ("Barra", "Pituba", "Rio Vermelho")),
    _City("Recife", "PE", "Pernambuco", 50010, 52999, "81", ("Boa Viagem", "Graças")),
    _City("Fortaleza", "CE", "Ceará", 60010, 60899, "85", ("Aldeota", "Meireles")),
    _City("Belém", "PA", "Pará", 66010, 66999, "91", ("Nazaré", "Umarizal")),
    _City("Manaus", "AM", "Amazonas", 69005, 69099, "92", ("Adrianópolis", "Centro")),
)
_FIRST_NAMES = (
    *("Ana", "Beatriz", "Camila", "Daniela", "Fernanda", "Helena", "Júlia", "Letícia", "Mariana"),
    *("André", "Antônio", "Bruno", "Caio", "Davi", "Eduardo", "Felipe", "João", "Luís", "Otávio"),
)
_LAST_NAMES = (
    *("Almeida", "Araújo", "Barbosa", "Cardoso", "da Silva", "de Souza", "dos Santos", "Ferreira"),
    *(
        "Gonçalves",
        "Lima",
        "Magalhães",
        "Nascimento",
        "Oliveira",
        "Pereira",
        "Ribeiro",
        "Sant'Anna",
    ),
)
_STREETS = (
    *("Rua das Acácias", "Rua Quinze de Novembro", "Avenida Brasil", "Rua Sete de Setembro"),
    *(
        "Alameda dos Jacarandás",
        "Travessa do Ouvidor",
        "Rua José Bonifácio",
        "Avenida Getúlio Vargas",
    ),
)
_COMPLEMENTS = ("", "", "", "Apto 42", "Bloco B, Apto 101", "Casa 2", "Sala 805", "Fundos")
_TRADES = (
    "Comércio de Alimentos",
    "Papelaria",
    "Tecnologia",
    "Engenharia",
    "Presentes & Decorações",
)
_REMAINDERS_OF_ZERO = 2  # remainders 0 and 1 give the check digit 0
_LETTERED_CNPJ_CHARACTERS = string.digits + string.ascii_uppercase


def buyer(dice: random.Random, *, company: bool) -> Buyer:
    """Someone new: a person with CPF, or a company with CNPJ."""
    city = dice.choice(_CITIES)
    first, last = dice.choice(_FIRST_NAMES), dice.choice(_LAST_NAMES)
    letters = dice.random() < 1 / 4
    return Buyer(
        first_name=first,
        last_name=last,
        company=f"{dice.choice(_LAST_NAMES)} {dice.choice(_TRADES)} Ltda" if company else None,
        document=cnpj(dice, letters=letters) if company else cpf(dice),
        email=f"{_plain(first)}.{_plain(last)}{dice.randrange(10, 1000)}@example.com",
        phone=f"+55{city.ddd}9{dice.randrange(10**8):08d}",
        address=_address(dice, city),
    )


def cpf(dice: random.Random) -> str:
    """Eleven digits, the last two being the check digits."""
    digits = "".join(str(dice.randrange(10)) for _ in range(9))
    for first_weight in (10, 11):
        digits += _check_digit(digits, range(first_weight, 1, -1))
    return digits


def cnpj(dice: random.Random, *, letters: bool) -> str:
    """Fourteen characters; with `letters`, one of the kind issued since IN RFB 2.229/2024.

    A letter counts as its ASCII code less 48; the check digits stay digits.
    """
    alphabet = _LETTERED_CNPJ_CHARACTERS if letters else string.digits
    root = "".join(dice.choice(alphabet) for _ in range(8)) + "0001"
    for first_weight in (5, 6):
        root += _check_digit(root, [*range(first_weight, 1, -1), *range(9, 1, -1)])
    return root


def _check_digit(characters: str, weights: range | list[int]) -> str:
    remainder = sum((ord(c) - 48) * w for c, w in zip(characters, weights, strict=True)) % 11
    return str(0 if remainder < _REMAINDERS_OF_ZERO else 11 - remainder)


def _address(dice: random.Random, city: _City) -> Address:
    prefix = dice.randrange(city.first_cep, city.last_cep + 1)
    return Address(
        street=dice.choice(_STREETS),
        number=str(dice.randrange(1, 4000)),
        complement=dice.choice(_COMPLEMENTS),
        bairro=dice.choice(city.bairros),
        city=city.name,
        uf=city.uf,
        state=city.state,
        cep=f"{prefix:05d}-{dice.randrange(1000):03d}",
    )


def _plain(name: str) -> str:
    """The name as it fits into an e-mail address."""
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in decomposed if c in string.ascii_lowercase)
