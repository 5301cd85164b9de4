"""Brings items to a shop with a small JSON API. The API is made up: put your channel's own in its place.

| operation | request |
|---|---|
| upsert | `PUT /shops/SHOP/items/SKU` with the whole item |
| stock | `PATCH /shops/SHOP/items/SKU` with `quantity` |
| delete | `DELETE /shops/SHOP/items/SKU` |
| probe | `GET /shops/SHOP` |

- `fields`: what the shop takes, with its limits.
- `settings`: what an operator sets for a channel.
- `answer`: what the shop's responses mean.
"""

import json
from typing import Any
from urllib.parse import quote

from wharf import (
    JSON_BODIES,
    Action,
    Answer,
    AuthScheme_Bearer,
    Context,
    Description,
    Exchange,
    Item,
    ItemConnector,
    Method,
    Money,
    Operation,
    Problem,
    Request,
    Settlement,
    budget,
    description,
    endpoint,
    error,
    exchange,
    exported,
    failure_of,
    json_request,
    plain,
    publishing,
    request,
)

from answer import settled
from fields import DESCRIPTION, FIELDS, PICTURES, PRICE, QUANTITY, TITLE
from settings import SETTINGS_SCHEMA, Settings

API = 0
"""Position in the description's endpoints."""


class Shop(ItemConnector[Settings]):
    def describe(self) -> Description:
        methods = [Method.GET, Method.PUT, Method.PATCH, Method.DELETE]
        api = endpoint("api", "https://api.shop.example", methods, paths=["/shops/"], headers=[JSON_BODIES])
        return description(
            name="connector-name",
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
                sent = json_request(Method.PATCH, API, target, stock(item))
            case _:
                price = item.money(PRICE)
                if price is None:
                    return [error("no-price", "The shop takes no item without a price; give it one.", field=PRICE)]
                sent = json_request(Method.PUT, API, target, whole(item, price))
        return exchange(sent, memo=operation.action.name)

    def settle(self, answer: Answer, settings: Settings, context: Context) -> Settlement:
        return settled(answer)


Connector, Publisher = exported(Shop())


def whole(item: Item, price: Money) -> dict[str, Any]:
    text = item.text(DESCRIPTION)
    return {
        "title": item.text(TITLE),
        **({} if text is None else {"description": text}),
        "price": {"amount": plain(price.amount), "currency": price.currency},
        **stock(item),
        "pictures": [picture.url for picture in item.images(PICTURES)],
    }


def stock(item: Item) -> dict[str, int]:
    return {"quantity": item.quantity(QUANTITY) or 0}
