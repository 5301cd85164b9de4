//! What the shop takes. The host checks every limit before an item comes here.

use wharf_sdk::Field;

wharf_sdk::fields! {
    TITLE = Field::text("title").about("What the item is called.").required().source("name").characters(120);
    DESCRIPTION = Field::text("description").about("What a shopper should know.").source("description").characters(5_000);
    PRICE = Field::money("price").about("What the item costs, taxes included.").required().source("price");
    QUANTITY = Field::quantity("quantity").about("Units that may be sold; none without it.").source("stock");
    PICTURES = Field::images("pictures").about("The main picture first.").source("images").at_most(8);
}
