// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Decimal } from "./types.js";

/** A stretch of `batch.text`, in bytes of its UTF-8 form; always whole characters. */
export interface Span {
  start: number;
  length: number;
}

/** Consecutive entries of one of the batch's lists. */
export interface Range {
  first: number;
  count: number;
}

/** An exact number; of money or of something measured, with what it counts. */
export interface Amount {
  number: Decimal;
  /** ISO 4217 code in capitals, or the unit's symbol, such as `kg`; empty for a plain number. */
  unit: Span;
}

/** A picture the channel may fetch. */
export interface Image {
  /** Absolute `http` or `https` address. */
  url: Span;
  /** What the picture shows, in the channel's locale. */
  alt: Span | null;
}

/** Units that may be sold from one place, never negative. */
export interface Level {
  /** The operator's name of the place. */
  location: Span;
  quantity: number;
}

/** One SKU as one channel should show it: scoped, mapped, translated, priced, with stock allocated. */
export interface Item {
  /** The brand's own stock keeping unit; unique within the channel and stable over time. */
  sku: Span;
  /** The SKU of the product whose variants belong together, when this item is such a variant. */
  group: Span | null;
  /**
   * Which of the batch's values fill its fields, ascending by field; each field at most once, an empty field not
   * at all.
   */
  values: Range;
}

/** The items of one call. */
export interface Batch {
  /** Every text, end to end. */
  text: string;
  texts: Span[];
  images: Image[];
  levels: Level[];
  amounts: Amount[];
  /**
   * Four numbers for each value: the field's index in `description.fields`, which case it is, and two more. The
   * case always fits the field's declared kind:
   *
   * | case | fields | third and fourth number |
   * |---|---|---|
   * | 0 | `text`, `html`, `url`, `gtin`, `date` (ISO 8601), `choice` | the span: start, length |
   * | 1 | `texts`, in the catalog's order | the range of `texts`: first, count |
   * | 2 | `number` | the entry of `amounts`, 0 |
   * | 3 | `quantity`: units that may be sold, never negative | the lower and the upper 32 bits |
   * | 4 | `money` | the entry of `amounts`, 0 |
   * | 5 | `measure` | the entry of `amounts`, 0 |
   * | 6 | `flag` | 1 or 0, 0 |
   * | 7 | `levels`, units by location | the range of `levels`: first, count |
   * | 8 | `images`, the main picture first | the range of `images`: first, count |
   */
  values: number[];
  items: Item[];
}
