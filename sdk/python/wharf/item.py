"""Items as the host hands them over: views of one flat batch."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from wit_world.imports import items as contract

# The cases of a value, as the table of `wit/v1/types.wit` numbers them.
_TEXT, _TEXTS, _NUMBER, _QUANTITY, _MONEY, _MEASURE, _FLAG, _LEVELS, _IMAGES = range(9)

_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class Money:
    """An exact amount of one currency, an ISO 4217 code in capitals."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Measure:
    """A number with its unit's symbol, such as `kg`."""

    number: Decimal
    unit: str


@dataclass(frozen=True)
class Level:
    """Units that may be sold from one place."""

    location: str
    quantity: int


@dataclass(frozen=True)
class Image:
    """A picture the channel may fetch."""

    url: str
    alt: str | None


def plain(number: Decimal) -> str:
    """Without an exponent and with all places: `12.90`."""
    return format(number, "f")


class Items:
    """The batch of one call."""

    def __init__(self, batch: contract.Batch) -> None:
        self.batch = batch
        # Spans count in bytes of UTF-8.
        self._text = batch.text.encode()

    def at(self, index: int) -> "Item":
        return Item(self, self.batch.items[index])

    def text(self, span: contract.Span) -> str:
        # A span that cuts a character would be the host's fault, and no reason to trap.
        return self._text[span.start : span.start + span.length].decode(errors="replace")

    def optional(self, span: contract.Span | None) -> str | None:
        return None if span is None else self.text(span)


class Item:
    """One SKU as the channel should show it. Reads name a field by its position; what nothing fills is `None` or empty."""

    def __init__(self, items: Items, item: contract.Item) -> None:
        self._items = items
        self._item = item

    @property
    def sku(self) -> str:
        """The brand's own stock keeping unit."""
        return self._items.text(self._item.sku)

    @property
    def group(self) -> str | None:
        """The SKU of the product whose variants belong together, when this item is such a variant."""
        return self._items.optional(self._item.group)

    def text(self, field: int) -> str | None:
        """Of a `text`, `html`, `url`, `gtin`, `date` or `choice` field."""
        value = self._value(field, _TEXT)
        return None if value is None else self._items.text(contract.Span(*value))

    def texts(self, field: int) -> list[str]:
        return [self._items.text(span) for span in self._entries(field, _TEXTS, self._items.batch.texts)]

    def number(self, field: int) -> Decimal | None:
        amount = self._amount(field, _NUMBER)
        return None if amount is None else amount.number

    def quantity(self, field: int) -> int | None:
        """Whole units that may be sold."""
        value = self._value(field, _QUANTITY)
        return None if value is None else value[1] << 32 | value[0]

    def money(self, field: int) -> Money | None:
        amount = self._amount(field, _MONEY)
        return None if amount is None else Money(amount.number, amount.unit)

    def measure(self, field: int) -> Measure | None:
        return self._amount(field, _MEASURE)

    def flag(self, field: int) -> bool | None:
        value = self._value(field, _FLAG)
        return None if value is None else value[0] != 0

    def levels(self, field: int) -> list[Level]:
        levels = self._entries(field, _LEVELS, self._items.batch.levels)
        return [Level(self._items.text(level.location), level.quantity) for level in levels]

    def images(self, field: int) -> list[Image]:
        """The main picture first."""
        images = self._entries(field, _IMAGES, self._items.batch.images)
        return [Image(self._items.text(image.url), self._items.optional(image.alt)) for image in images]

    def _value(self, field: int, case: int) -> tuple[int, int] | None:
        """The last two of a value's four numbers, when the field is filled and of this case."""
        values = self._items.batch.values
        first = 4 * self._item.values.first
        for at in range(first, first + 4 * self._item.values.count, 4):
            if values[at] == field:
                return (values[at + 2], values[at + 3]) if values[at + 1] == case else None
        return None

    def _entries(self, field: int, case: int, entries: list[_Entry]) -> list[_Entry]:
        first, count = self._value(field, case) or (0, 0)
        return entries[first : first + count]

    def _amount(self, field: int, case: int) -> Measure | None:
        value = self._value(field, case)
        if value is None:
            return None
        amount = self._items.batch.amounts[value[0]]
        # At most 19 digits, within the 28 to which `scaleb` would round.
        number = Decimal(amount.number.coefficient).scaleb(amount.number.exponent)
        return Measure(number, self._items.text(amount.unit))
