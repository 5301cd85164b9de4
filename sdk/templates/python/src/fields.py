"""What the shop takes. The host checks every limit before an item comes here."""

from wharf import Fields, characters

FIELDS = Fields()

TITLE = FIELDS.text(
    "title", description="What the item is called.", required=True, source="name", length=characters(120)
)
DESCRIPTION = FIELDS.text(
    "description", description="What a shopper should know.", source="description", length=characters(5_000)
)
PRICE = FIELDS.money("price", description="What the item costs, taxes included.", required=True, source="price")
QUANTITY = FIELDS.quantity("quantity", description="Units that may be sold; none without it.", source="stock")
PICTURES = FIELDS.images("pictures", description="The main picture first.", source="images", maximum_values=8)
