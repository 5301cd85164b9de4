"""Brings items to a shop with a small JSON API. The API is made up: put your channel's own in its place.

| operation | request |
|---|---|
| upsert | `PUT /shops/SHOP/items/SKU` with the whole item |
| stock | `PATCH /shops/SHOP/items/SKU` with `quantity` |
| delete | `DELETE /shops/SHOP/items/SKU` |
| probe | `GET /shops/SHOP` |
"""

import json
from typing import Any, TypedDict
from urllib.parse import quote

from wharf import (
    JSON_BODIES,
    Action,
    Answer,
    AuthScheme_Bearer,
    Context,
    Description,
    Exchange,
    Fields,
    Item,
    ItemConnector,
    Method,
    Operation,
    Problem,
    Reason,
    Request,
    Settlement,
    accepted,
    budget,
    characters,
    description,
    endpoint,
    error,
    exchange,
    exported,
    failed,
    failure_of,
    json_request,
    plain,
    publishing,
    request,
    retry,
)

FIELDS = Fields()
TITLE = FIELDS.text(
    "title", description="What the item is called.", required=True, source="name", length=characters(120)
)
PRICE = FIELDS.money("price", description="What the item costs, taxes included.", required=True, source="price")
QUANTITY = FIELDS.quantity("quantity", description="Units that may be sold; none without it.", source="stock")
PICTURES = FIELDS.images("pictures", description="The main picture first.", source="images", maximum_values=8)

API = 0
"""Position in the description's endpoints."""

SETTINGS_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Python shop",
    "type": "object",
    "required": ["shop"],
    "additionalProperties": False,
    "properties": {
        "shop": {
            "type": "string",
            "pattern": "^[a-z0-9-]{1,40}$",
            "description": "The shop's name in the address of its API.",
        }
    },
}


class Settings(TypedDict):
    """What the operator sets for one channel."""

    shop: str


class Shop(ItemConnector[Settings]):
    def describe(self) -> Description:
        methods = [Method.GET, Method.PUT, Method.PATCH, Method.DELETE]
        api = endpoint("api", "https://api.shop.example", methods, paths=["/shops/"], headers=[JSON_BODIES])
        return description(
            name="python-shop",
            version="0.1.0",
            summary="Brings items to the shop.",
            fields=FIELDS.list,
            settings_schema=json.dumps(SETTINGS_SCHEMA),
            auth=[AuthScheme_Bearer()],
            endpoints=[api],
            budgets=[budget("requests per minute", 600, 60)],
            publishing=publishing(200, stock_alone=True),
        )

    def probe(self, settings: Settings, context: Context) -> Request:
        return request(Method.GET, API, f"/shops/{settings['shop']}")

    def probed(self, answer: Answer, settings: Settings, context: Context) -> list[Problem]:
        failure = failure_of(answer.status)
        if failure is None:
            return []
        return [error(failure.code, "The shop cannot be reached with these settings.", reason=failure.reason)]

    def prepare(self, operation: Operation, settings: Settings, context: Context) -> Exchange | list[Problem]:
        item = operation.item
        target = f"/shops/{settings['shop']}/items/{quote(item.sku, safe='')}"
        match operation.action:
            case Action.DELETE:
                sent = request(Method.DELETE, API, target)
            case Action.STOCK:
                sent = json_request(Method.PATCH, API, target, {"quantity": item.quantity(QUANTITY) or 0})
            case _:
                price = item.money(PRICE)
                if price is None:
                    return [error("no-price", "The shop takes no item without a price; give it one.", field=PRICE)]
                amount = {"amount": plain(price.amount), "currency": price.currency}
                sent = json_request(Method.PUT, API, target, {**content(item), "price": amount})
        return exchange(sent, memo=operation.action.name)

    def settle(self, answer: Answer, settings: Settings, context: Context) -> Settlement:
        failure = failure_of(answer.status)
        if failure is not None and failure.reason is Reason.MISSING:
            if answer.memo == Action.DELETE.name:
                # It is not there, which is what was asked for.
                return accepted()
            if answer.memo == Action.STOCK.name:
                # For this reason the host sends the whole item next.
                return retry(error("not-found", "The shop does not have the item.", reason=Reason.MISSING))
        if failure is not None:
            words = member(answer.json(), "error") or "no reason given"
            return failed(answer.status, f"The shop did not take it: {words}")
        if answer.memo == Action.DELETE.name and not answer.body:
            return accepted()
        remote_id = member(answer.json(), "id")
        if remote_id is not None:
            return accepted(remote_id=remote_id)
        message = "The answer is none of the shop's; check the endpoint's address."
        return retry(error("unreadable-answer", message, reason=Reason.CONTRACT))


Connector, Publisher = exported(Shop())


def content(item: Item) -> dict[str, Any]:
    return {
        "title": item.text(TITLE),
        "quantity": item.quantity(QUANTITY) or 0,
        "pictures": [picture.url for picture in item.images(PICTURES)],
    }


def member(value: Any, name: str) -> str | None:
    """The text under this name, if the value is an object that has one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
