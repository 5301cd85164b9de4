/** What the shop takes. The host checks every limit before an item comes here. */

import { characters, Fields } from "../wharf/sdk/index.js";

const fields = new Fields();

export const TITLE = fields.text("title", {
  description: "What the item is called.",
  required: true,
  source: "name",
  length: characters(120),
});

export const DESCRIPTION = fields.text("description", {
  description: "What a shopper should know.",
  source: "description",
  length: characters(5_000),
});

export const PRICE = fields.money("price", {
  description: "What the item costs, taxes included.",
  required: true,
  source: "price",
});

export const QUANTITY = fields.quantity("quantity", {
  description: "Units that may be sold; none without it.",
  source: "stock",
});

export const PICTURES = fields.images("pictures", {
  description: "The main picture first.",
  source: "images",
  maximumValues: 8,
});

export const FIELDS = fields.list;
