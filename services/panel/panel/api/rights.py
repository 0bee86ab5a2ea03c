"""What a route of the API needs of whoever calls it. A route that does not say so is not served."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request

from panel.access import Access, Permission, Role
from panel.commands import Refused, Why

INSTALLATION: Final = Access("api", admin=True, everywhere=Role.MANAGER)
"""Whoever has the installation's own token: everything, under the name `api`."""

log = structlog.get_logger()


def caller(request: Request) -> Access:
    """What whoever calls may do, as the guard found out."""
    found: Access = request.scope["access"]
    return found


Caller = Annotated[Access, Depends(caller)]


class Needs:
    """Lets through who holds one of these permissions, in the store that the address names.

    What is of a store that the caller has no role in does not exist.
    """

    def __init__(self, *any_of: Permission) -> None:
        self.any_of = any_of

    def __call__(self, request: Request) -> None:
        """Raises Refused, HTTPException."""
        access, places = caller(request), request.path_params
        store_id = places.get("store_id", places.get("order_id", "").partition(":")[0]) or None
        if store_id is not None and not access.knows(store_id):
            log.warning("foreign_store_refused", store_id=store_id)
            raise Refused(Why.UNKNOWN if "order_id" in places else Why.UNKNOWN_STORE)
        if not any(access.may(permission, store_id) for permission in self.any_of):
            raise HTTPException(403)


def needs(*any_of: Permission) -> Any:
    """For a route's `dependencies`: one of these permissions."""
    return Depends(Needs(*any_of))


def needed(route: APIRoute) -> tuple[Permission, ...]:
    """The permissions of which a route needs one; none where it does not say so."""
    found = (each.dependency for each in route.dependencies)
    return next((each.any_of for each in found if isinstance(each, Needs)), ())


def check(routes: Iterable[Any]) -> None:
    """Raises ValueError where a route does not say what it needs."""
    for route in routes:
        if isinstance(route, APIRoute) and not needed(route):
            raise ValueError(f"{route.path} does not say what it needs")
