"""Queries that a stranger's client sends and the shop refuses, in the platform's own words."""

import pytest

from tests.support.shop import SHOP, TOKEN


async def asked(channels, query, **variables):
    answer = await channels.post(
        f"{SHOP}/graphql.json",
        json={"query": query, "variables": variables},
        headers={"X-Shopify-Access-Token": TOKEN},
    )
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize(
    ("query", "kind", "path"),
    [
        ("{ orders(first: 2) { nodes { nada } } }", "Order", ["query", "orders", "nodes", "nada"]),
        ("query Lista { shop { nada } }", "Shop", ["query Lista", "shop", "nada"]),
        ("{ loja: shop { x: nada } }", "Shop", ["query", "loja", "x"]),
        ("{ shop { ... on Shop { nada } } }", "Shop", ["query", "shop", "... on Shop", "nada"]),
        ("{ shop { ...S } } fragment S on Shop { nada }", "Shop", ["fragment S", "nada"]),
        ("mutation { nada { id } }", "Mutation", ["mutation", "nada"]),
    ],
)  # fmt: skip
async def test_a_field_that_is_not_there_is_named_with_its_type_and_its_path(
    channels, query, kind, path
):
    answer = await asked(channels, query)

    [error] = answer["errors"]
    assert error.pop("locations")[0]["line"] == 1
    assert answer == {"errors": [error]}
    assert error == {
        "message": f"Field 'nada' doesn't exist on type '{kind}'",
        "path": path,
        "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": "nada"},
    }


async def test_an_id_that_is_not_the_platforms_is_an_error_and_an_unknown_one_is_nothing(channels):
    query = "query($id: ID!) { order(id: $id) { id } }"
    wrong = await asked(channels, query, id="6201000000064")
    assert wrong["errors"][0]["message"] == "Invalid global id '6201000000064'"
    assert wrong["data"] == {"order": None}

    nothing = await asked(channels, query, id="gid://shopify/Order/1")
    assert nothing["data"] == {"order": None}
    assert "errors" not in nothing


async def test_any_other_mistake_keeps_its_own_message(channels):
    answer = await asked(channels, "{ orders(first: 2, nada: 3) { nodes { id } } }")
    assert "nada" in answer["errors"][0]["message"]
