/**
 * Brings items to a shop with a small JSON API. The API is made up: put your channel's own in its place.
 *
 * | operation | request |
 * |---|---|
 * | upsert | `PUT /shops/SHOP/items/SKU` with the whole item |
 * | stock | `PATCH /shops/SHOP/items/SKU` with `quantity` |
 * | delete | `DELETE /shops/SHOP/items/SKU` |
 * | probe | `GET /shops/SHOP` |
 *
 * - `fields`: what the shop takes, with its limits.
 * - `settings`: what an operator sets for a channel.
 * - `answer`: what the shop's responses mean.
 */

import {
  budget, description, endpoint, error, exchange, exported, failureOf, type Item, type ItemConnector, json, JSON_BODIES,
  type Money, percentEncoded, publishing, request,
} from "../wharf/sdk/index.js";
import { settled } from "./answer.js";
import { DESCRIPTION, FIELDS, PICTURES, PRICE, QUANTITY, TITLE } from "./fields.js";
import { type Settings, SETTINGS_SCHEMA } from "./settings.js";

/** Position in the description's endpoints. */
const API = 0;

const shop: ItemConnector<Settings> = {
  describe: () =>
    description({
      name: "connector-name",
      version: "0.1.0",
      summary: "Brings items to the shop.",
      fields: FIELDS,
      settingsSchema: JSON.stringify(SETTINGS_SCHEMA),
      auth: [{ tag: "bearer" }],
      endpoints: [
        endpoint("api", "https://api.shop.example", ["get", "put", "patch", "delete"], {
          paths: ["/shops/"],
          headers: [JSON_BODIES],
        }),
      ],
      budgets: [budget("requests per minute", 600, 60)],
      publishing: publishing(200, { stockAlone: true }),
    }),

  probe: (settings) => request("get", API, `/shops/${settings.shop}`),

  probed({ status }) {
    const failure = failureOf(status);
    if (!failure) return [];
    return [error(failure.code, "The shop cannot be reached with these settings.", { reason: failure.reason })];
  },

  prepare({ action, item }, settings) {
    const target = `/shops/${settings.shop}/items/${percentEncoded(item.sku)}`;
    if (action === "delete") return exchange(request("delete", API, target), { memo: action });
    if (action === "stock") return exchange(json("patch", API, target, stock(item)), { memo: action });
    const price = item.money(PRICE);
    if (!price) return [error("no-price", "The shop takes no item without a price; give it one.", { field: PRICE })];
    return exchange(json("put", API, target, whole(item, price)), { memo: action });
  },

  settle: settled,
};

export const { connector, publisher } = exported(shop);

function whole(item: Item, price: Money) {
  return {
    title: item.text(TITLE),
    // What is undefined has no member.
    description: item.text(DESCRIPTION) ?? undefined,
    price,
    ...stock(item),
    pictures: item.images(PICTURES).map(({ url }) => url),
  };
}

function stock(item: Item) {
  return { quantity: item.quantity(QUANTITY) ?? 0 };
}
