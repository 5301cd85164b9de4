/**
 * Brings items to a shop with a small JSON API. The API is made up: put your channel's own in its place.
 *
 * | operation | request |
 * |---|---|
 * | upsert | `PUT /shops/SHOP/items/SKU` with the whole item |
 * | stock | `PATCH /shops/SHOP/items/SKU` with `quantity` |
 * | delete | `DELETE /shops/SHOP/items/SKU` |
 * | probe | `GET /shops/SHOP` |
 */

import {
  accepted, budget, characters, description, endpoint, error, exchange, exported, failed, failureOf, Fields, type Item,
  type ItemConnector, json, JSON_BODIES, percentEncoded, publishing, request, retry,
} from "../wharf/index.js";

const fields = new Fields();
const TITLE = fields.text("title", {
  description: "What the item is called.",
  required: true,
  source: "name",
  length: characters(120),
});
const PRICE = fields.money("price", {
  description: "What the item costs, taxes included.",
  required: true,
  source: "price",
});
const QUANTITY = fields.quantity("quantity", {
  description: "Units that may be sold; none without it.",
  source: "stock",
});
const PICTURES = fields.images("pictures", {
  description: "The main picture first.",
  source: "images",
  maximumValues: 8,
});

/** Position in the description's endpoints. */
const API = 0;

/** What the operator sets for one channel. */
interface Settings {
  shop: string;
}

const SETTINGS_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "TypeScript shop",
  type: "object",
  required: ["shop"],
  additionalProperties: false,
  properties: {
    shop: { type: "string", pattern: "^[a-z0-9-]{1,40}$", description: "The shop's name in the address of its API." },
  },
};

const shop: ItemConnector<Settings> = {
  describe: () =>
    description({
      name: "typescript-shop",
      version: "0.1.0",
      summary: "Brings items to the shop.",
      fields: fields.list,
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

  probed: ({ status }) => {
    const failure = failureOf(status);
    return failure ? [error(failure.code, "The shop cannot be reached with these settings.", { reason: failure.reason })] : [];
  },

  prepare({ action, item }, settings) {
    const target = `/shops/${settings.shop}/items/${percentEncoded(item.sku)}`;
    switch (action) {
      case "delete":
        return exchange(request("delete", API, target), { memo: action });
      case "stock":
        return exchange(json("patch", API, target, { quantity: item.quantity(QUANTITY) ?? 0 }), { memo: action });
      default: {
        const price = item.money(PRICE);
        if (!price) return [error("no-price", "The shop takes no item without a price; give it one.", { field: PRICE })];
        return exchange(json("put", API, target, { ...content(item), price }), { memo: action });
      }
    }
  },

  settle(answer) {
    const failure = failureOf(answer.status);
    if (failure?.reason === "missing") {
      // A deleted item is not there, which is what was asked for.
      if (answer.memo === "delete") return accepted();
      // For this reason the host sends the whole item next.
      if (answer.memo === "stock") return retry(error("not-found", "The shop does not have the item.", { reason: "missing" }));
    }
    if (failure) return failed(answer.status, `The shop did not take it: ${member(answer.json(), "error") ?? "no reason given"}`);
    if (answer.memo === "delete" && answer.response.body.length === 0) return accepted();
    const remoteId = member(answer.json(), "id");
    if (remoteId !== null) return accepted({ remoteId });
    const message = "The answer is none of the shop's; check the endpoint's address.";
    return retry(error("unreadable-answer", message, { reason: "contract" }));
  },
};

export const { connector, publisher } = exported(shop);

function content(item: Item) {
  return {
    title: item.text(TITLE),
    quantity: item.quantity(QUANTITY) ?? 0,
    pictures: item.images(PICTURES).map(({ url }) => url),
  };
}

/** The text under this name, if the value is an object that has one. */
function member(value: unknown, name: string): string | null {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : null;
  return typeof found === "string" ? found : null;
}
