// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Decimal, Money, Problem, Timestamp } from "./types.js";

export type OrderState = "open" | "paid" | "shipped" | "completed" | "cancelled" | "returned";

export interface Address {
  name: string;
  /** Street and number, in the lines of the label. */
  lines: string[];
  postalCode: string;
  city: string;
  region: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** Who ordered. Personal data: the host keeps it out of logs and recordings. */
export interface Buyer {
  name: string | null;
  email: string | null;
  phone: string | null;
}

export interface OrderLine {
  /** Unique within the order and stable. */
  remoteId: string;
  sku: string | null;
  /** The channel's id of the listing, when the line carries no SKU. */
  listingId: string | null;
  title: string;
  quantity: number;
  /** Units of `quantity` that were cancelled, shipped, or came back. */
  cancelled: number;
  shipped: number;
  returned: number;
  /** For one unit, as the shopper paid it. */
  unitPrice: Money;
  /** Tax for the whole line, contained in or on top of the price as the order says. */
  tax: Money | null;
  discount: Money | null;
}

export interface Order {
  /** Unique within the channel and stable: the same order seen twice is one order. */
  remoteId: string;
  /** What the shopper sees. */
  number: string;
  state: OrderState;
  placedAt: Timestamp;
  changedAt: Timestamp;
  /** Whether prices contain tax. */
  taxIncluded: boolean;
  lines: OrderLine[];
  shipping: Money | null;
  total: Money;
  buyer: Buyer | null;
  shipTo: Address | null;
}

/** Which listing an entry speaks of; at least one is given. */
export interface ListingKey {
  sku: string | null;
  remoteId: string | null;
}

export interface StockLevel {
  key: ListingKey;
  /** The channel's name of the place; empty when it has only one. */
  location: string;
  quantity: number;
  /** When the channel counted, if it says so. An older count never replaces a newer one. */
  observedAt: Timestamp | null;
}

export type ListingState = "draft" | "submitted" | "live" | "suppressed" | "ended";

/** What the channel shows now. */
export interface Listing {
  key: ListingKey;
  state: ListingState;
  /** Where the shopper sees it. */
  url: string | null;
  price: Money | null;
  quantity: number | null;
  problems: Problem[];
  observedAt: Timestamp | null;
}

export type AttributeValue = { tag: "text"; val: string } | { tag: "texts"; val: string[] } | { tag: "number"; val: Decimal } | { tag: "money"; val: Money } | { tag: "flag"; val: boolean };

/** One attribute of a patch. Nothing in `value` clears it; an attribute that is not listed is left alone. */
export interface Attribute {
  code: string;
  /** BCP 47 tag, when the value is one language's. */
  locale: string | null;
  value: AttributeValue | null;
}

export interface Price {
  /** The price list; empty: the default one. */
  priceList: string;
  price: Money;
}

/** What a source says of one product. The host merges it under the operator's rules of precedence. */
export interface ProductPatch {
  sku: string;
  parent: string | null;
  family: string | null;
  attributes: Attribute[];
  prices: Price[];
  /** Addresses of pictures, the main one first. None: left alone. */
  images: string[] | null;
  stock: StockLevel[];
}

/** One node of the channel's own tree. */
export interface Category {
  id: string;
  parent: string | null;
  name: string;
  /** Whether items may be put here. */
  selectable: boolean;
}

/** What one category asks of items, as JSON Schema. */
export interface CategorySchema {
  category: string;
  /** The channel's version of it, or a digest. */
  version: string;
  schema: string;
}

export type Entry =
  | { tag: "order"; val: Order }
  | { tag: "stock"; val: StockLevel }
  | { tag: "listing"; val: Listing }
  | { tag: "product"; val: ProductPatch }
  | { tag: "category"; val: Category }
  | { tag: "schema"; val: CategorySchema }
  /** The channel no longer has it. */
  | { tag: "gone"; val: ListingKey };
