"""A shop's products, as Shopify's GraphQL Admin API lists them.

Source: shopify.dev, Admin GraphQL `Product`, `ProductVariant`. A page asks for 500 points and
costs what it holds; a product with more variants than fit into it is finished by pages of its own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from capture.channels.brazil import clean
from capture.channels.channel import Shop, Throttled, TokenRefused, Unreachable, Unreadable
from capture.channels.part import Part, Text
from capture.channels.shelf import Offer, ShelfPage
from capture.channels.shopify.client import Client
from capture.channels.shopify.details import ACCESS_DENIED, THROTTLED, answer_in
from capture.channels.shopify.payload import Id
from contracts.listings import ListingState, ListingVariation
from contracts.value import Amount
from contracts.wire import describe

_VARIANTS: Final = """
      variants(first: $size, after: $later) {
        nodes { legacyResourceId title sku barcode price }
        pageInfo { hasNextPage endCursor }
      }"""
_PRODUCT: Final = f"""
      id legacyResourceId title handle status createdAt publishedAt {_VARIANTS}"""
PAGE: Final = f"""
query Shelf($after: String, $size: Int!, $later: String) {{
  products(first: 15, after: $after) {{
    nodes {{{_PRODUCT}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""".strip()
ONE: Final = f"""
query ShelfOne($id: ID!, $size: Int!, $later: String) {{
  product(id: $id) {{{_PRODUCT}
  }}
}}""".strip()
REST_OF_ONE: Final = f"""
query ShelfRest($id: ID!, $size: Int!, $later: String) {{
  product(id: $id) {{ id {_VARIANTS} }}
}}""".strip()
_FEW, _MANY = 30, 250
_GID: Final = "gid://shopify/Product/"
_MOST_PAGES: Final = 20
"""Of one product's variants: Shopify allows 2,048 of them."""
_ONLY: Final = "Default Title"
"""What Shopify calls the variant of a product that has nothing to choose."""
_HANDLE: Final = re.compile(r"[\w%-]+")
_STATES: Final = {
    "ACTIVE": ListingState.ACTIVE,
    "DRAFT": ListingState.PAUSED,
    "UNLISTED": ListingState.ACTIVE,
    "ARCHIVED": ListingState.ENDED,
}


def _there(value: Any) -> Any:
    """A list without its nulls; null itself is an empty one."""
    return [node for node in value if node is not None] if isinstance(value, list) else value or []


Nodes = BeforeValidator(_there)


class _Camel(Part):
    model_config = ConfigDict(alias_generator=to_camel)


class _PageInfo(_Camel):
    has_next_page: bool = False
    end_cursor: Text = ""


class _Variant(_Camel):
    legacy_resource_id: Id
    title: Text = ""
    sku: Text = ""
    barcode: Text = ""
    price: Amount | None = None


class _Variants(_Camel):
    nodes: Annotated[tuple[_Variant, ...], Nodes] = ()
    page_info: _PageInfo = _PageInfo()


class _Product(_Camel):
    id: Text = ""
    legacy_resource_id: Id
    title: Text = ""
    handle: Text = ""
    status: Text = ""
    created_at: AwareDatetime | None = None
    published_at: AwareDatetime | None = None
    variants: _Variants = _Variants()


class _Products(_Camel):
    nodes: Annotated[list[Any], Nodes]
    page_info: _PageInfo = _PageInfo()


class _Rest(_Camel):
    variants: _Variants = _Variants()


class _Data(_Camel):
    products: _Products | None = None
    product: Any = None


class _Answer(_Camel):
    data: _Data | None = None


class ShopifyShelf(Client):
    """See Shelf."""

    at_once: int = 1

    async def page(self, shop: Shop, after: str) -> ShelfPage:
        """See Shelf."""
        data = await self._data(shop, "Shelf", PAGE, {"after": after or None, "size": _FEW})
        if data.products is None:
            raise Unreachable("shopify: no products in the answer")
        offers, unreadable = [], 0
        for node in data.products.nodes:
            try:
                product = _Product.model_validate(node)
            except ValidationError:
                unreadable += 1
                continue
            offers.append(_offer(product, shop.domain, await self._variants(shop, product)))
        info = data.products.page_info
        return ShelfPage(tuple(offers), info.end_cursor if info.has_next_page else "", unreadable)

    async def some(self, shop: Shop, listing_ids: Sequence[str]) -> Mapping[str, Offer | None]:
        """See Shelf."""
        found: dict[str, Offer | None] = {}
        for listing_id in listing_ids:
            asked = {"id": f"{_GID}{listing_id}", "size": _FEW}
            data = await self._data(shop, "ShelfOne", ONE, asked)
            if data.product is None:
                found[listing_id] = None
                continue
            try:
                product = _Product.model_validate(data.product)
            except ValidationError:
                continue
            found[listing_id] = _offer(product, shop.domain, await self._variants(shop, product))
        return found

    async def _variants(self, shop: Shop, product: _Product) -> list[_Variant]:
        """All of them; most products have them on the page."""
        page, found = product.variants, list(product.variants.nodes)
        for _ in range(_MOST_PAGES):
            if not page.page_info.has_next_page:
                break
            asked = {"id": product.id, "size": _MANY, "later": page.page_info.end_cursor}
            data = await self._data(shop, "ShelfRest", REST_OF_ONE, asked)
            if data.product is None:
                break
            try:
                page = _Rest.model_validate(data.product).variants
            except ValidationError as error:
                raise Unreadable(describe(error)) from None
            found += page.nodes
        return found

    async def _data(self, shop: Shop, operation: str, query: str, asked: dict[str, Any]) -> _Data:
        response = await self._graphql(shop, operation, query, asked)
        head = answer_in(response.content)
        if THROTTLED in head.codes:
            raise Throttled("shopify: throttled", head.throttled_for_s)
        if ACCESS_DENIED in head.codes:
            raise TokenRefused
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise Unreadable(describe(error)) from None
        if answer.data is None:
            raise Unreachable(f"graphql refused the query: {', '.join(sorted(head.codes))}")
        return answer.data


def _offer(product: _Product, domain: str, variants: Sequence[_Variant]) -> Offer:
    """The product as a listing. Publishing again moves `publishedAt`, so creation counts too."""
    dates = [at for at in (product.created_at, product.published_at) if at]
    on_sale = product.status.upper() == "ACTIVE" and _HANDLE.fullmatch(product.handle)
    return Offer(
        listing_id=product.legacy_resource_id,
        title=clean(product.title),
        state=_STATES.get(product.status.upper(), ListingState.PAUSED),
        published_at=min(dates, default=None),
        url=f"https://{domain}/products/{product.handle}" if on_sale else None,
        variations=tuple(map(_variation, variants)),
    )


def _variation(variant: _Variant) -> ListingVariation:
    name = clean(variant.title)
    return ListingVariation(
        variation_id=variant.legacy_resource_id,
        name="" if name == _ONLY else name,
        sku=clean(variant.sku) or None,
        ean=clean(variant.barcode) or None,
        price=variant.price,
    )
