"""Says what a connector is and what it needs, with what is usual filled in."""

from typing import Any

from wit_world.exports.connector import (
    Budget,
    BudgetScope,
    Description,
    Endpoint,
    Field,
    FieldKind,
    Idempotency,
    Lane,
    LengthLimit,
    LengthUnit,
    Publishing,
    Reach,
)
from wit_world.imports.http import Method


class Fields:
    """The fields of a channel. Each method adds one and gives its position, by which items are read.

    `rules` are the other members of `Field`, see `wit/v1/connector.wit`:

        fields = Fields()
        TITLE = fields.text("title", required=True, source="name", length=characters(120))
    """

    def __init__(self) -> None:
        self.list: list[Field] = []

    def text(self, name: str, **rules: Any) -> int:
        """Plain text."""
        return self._add(name, FieldKind.TEXT, rules)

    def html(self, name: str, **rules: Any) -> int:
        """Text that may hold markup."""
        return self._add(name, FieldKind.HTML, rules)

    def texts(self, name: str, **rules: Any) -> int:
        return self._add(name, FieldKind.TEXTS, rules)

    def number(self, name: str, **rules: Any) -> int:
        """An exact number without a unit."""
        return self._add(name, FieldKind.NUMBER, rules)

    def quantity(self, name: str, **rules: Any) -> int:
        """Whole units that may be sold; travels in the stock lane."""
        return self._add(name, FieldKind.QUANTITY, rules, Lane.STOCK)

    def levels(self, name: str, **rules: Any) -> int:
        """The same by location."""
        return self._add(name, FieldKind.LEVELS, rules, Lane.STOCK)

    def money(self, name: str, **rules: Any) -> int:
        """An amount with its currency; travels in the price lane."""
        return self._add(name, FieldKind.MONEY, rules, Lane.PRICE)

    def measure(self, name: str, **rules: Any) -> int:
        """A number with one of `units`; without any, with whichever the catalog has."""
        return self._add(name, FieldKind.MEASURE, rules)

    def flag(self, name: str, **rules: Any) -> int:
        return self._add(name, FieldKind.FLAG, rules)

    def url(self, name: str, **rules: Any) -> int:
        return self._add(name, FieldKind.URL, rules)

    def images(self, name: str, **rules: Any) -> int:
        return self._add(name, FieldKind.IMAGES, rules)

    def gtin(self, name: str, **rules: Any) -> int:
        return self._add(name, FieldKind.GTIN, rules)

    def date(self, name: str, **rules: Any) -> int:
        """A day or moment in ISO 8601."""
        return self._add(name, FieldKind.DATE, rules)

    def choice(self, name: str, choices: list[str], **rules: Any) -> int:
        return self._add(name, FieldKind.CHOICE, {"choices": choices, **rules})

    def _add(self, name: str, kind: FieldKind, rules: dict[str, Any], lane: Lane = Lane.CONTENT) -> int:
        usual: dict[str, Any] = {
            "description": "",
            "lane": lane,
            "required": False,
            "length": None,
            "bounds": None,
            "maximum_values": None,
            "choices": [],
            "units": [],
            "grammar": None,
            "images": None,
            "source": None,
        }
        self.list.append(Field(name=name, kind=kind, **{**usual, **rules}))
        return len(self.list) - 1


def characters(maximum: int, truncate: bool = False) -> LengthLimit:
    """The most Unicode characters that a field takes."""
    return LengthLimit(maximum, LengthUnit.CHARACTERS, truncate)


JSON_BODIES = ("content-type", "application/json")
"""The header of an endpoint whose bodies are JSON."""


def endpoint(
    name: str,
    url: str,
    methods: list[Method],
    *,
    paths: list[str] | None = None,
    headers: list[tuple[str, str]] | None = None,
    reach: Reach = Reach.FIXED,
) -> Endpoint:
    """`url` is the base address without a trailing slash."""
    return Endpoint(name, url, reach, methods, paths or [], headers or [])


def budget(name: str, units: int, per_seconds: int, **rest: Any) -> Budget:
    """At most `units` requests in any `per_seconds`, shared by all channels on the operator's account at the vendor."""
    usual: dict[str, Any] = {"scope": BudgetScope.ACCOUNT, "burst": None, "concurrent": None, "counts": []}
    return Budget(name=name, units=units, per_seconds=per_seconds, **{**usual, **rest})


def publishing(maximum_operations: int, **rest: Any) -> Publishing:
    """Whole upserts by natural key, at most this many operations a call."""
    usual: dict[str, Any] = {
        "stock_alone": False,
        "price_alone": False,
        "maximum_request_bytes": None,
        "idempotency": Idempotency.NATURAL_KEY,
        "whole_groups": False,
        "stock_apart": False,
        "price_apart": False,
    }
    return Publishing(maximum_operations=maximum_operations, **{**usual, **rest})


def description(*, name: str, version: str, summary: str, publishing: Publishing, **rest: Any) -> Description:
    """`rest` are the other members of `Description`, see `wit/v1/connector.wit`."""
    usual: dict[str, Any] = {
        "fields": [],
        "categories": None,
        "variants": None,
        "settings_schema": '{"type":"object","additionalProperties":false}',
        "auth": [],
        "endpoints": [],
        "budgets": [],
        "reads_headers": [],
        "streams": [],
        "receiving": None,
        "intake": None,
    }
    own = {"name": name, "version": version, "summary": summary, "publishing": publishing}
    return Description(**{**usual, **rest, **own})
