/** Items as the host hands them over: views of one flat batch. */

import type { Batch, Item as RawItem, Range, Span } from "./contract/items.js";
import { Decimal, whole } from "./decimal.js";
import { SpannedText } from "./text.js";

/** An exact amount of one currency. */
export interface Money {
  amount: Decimal;
  /** ISO 4217 code in capitals. */
  currency: string;
}

/** A number with its unit's symbol, such as `kg`. */
export interface Measure {
  number: Decimal;
  unit: string;
}

/** Units that may be sold from one place. */
export interface Level {
  location: string;
  quantity: number;
}

/** A picture the channel may fetch. */
export interface Image {
  url: string;
  alt: string | null;
}

/** The cases of a value, as the table of `wit/v1/types.wit` numbers them. */
const CASE = { text: 0, texts: 1, number: 2, quantity: 3, money: 4, measure: 5, flag: 6, levels: 7, images: 8 };

/** The batch of one call. */
export class Items {
  readonly batch: Batch;
  readonly #text: SpannedText;

  constructor(batch: Batch) {
    this.batch = batch;
    this.#text = new SpannedText(batch.text);
  }

  /** The contract promises one item for each operation. */
  at(index: number): Item {
    const item = this.batch.items[index];
    if (!item) throw new RangeError(`The batch has no item ${index}.`);
    return new Item(this, item);
  }

  text(span: Span): string {
    return this.#text.at(span);
  }

  optional(span: Span | null): string | null {
    return span && this.text(span);
  }
}

/** One SKU as the channel should show it. Reads name a field by its position; what nothing fills is `null` or empty. */
export class Item {
  readonly #items: Items;
  readonly #item: RawItem;

  constructor(items: Items, item: RawItem) {
    this.#items = items;
    this.#item = item;
  }

  /** The brand's own stock keeping unit. */
  get sku(): string {
    return this.#items.text(this.#item.sku);
  }

  /** The SKU of the product whose variants belong together, when this item is such a variant. */
  get group(): string | null {
    return this.#items.optional(this.#item.group);
  }

  /** Of a `text`, `html`, `url`, `gtin`, `date` or `choice` field. */
  text(field: number): string | null {
    const value = this.#value(field, CASE.text);
    return value && this.#items.text({ start: value.first, length: value.count });
  }

  texts(field: number): string[] {
    return this.#entries(field, CASE.texts, this.#items.batch.texts).map((span) => this.#items.text(span));
  }

  number(field: number): Decimal | null {
    return this.#amount(field, CASE.number)?.number ?? null;
  }

  /** Whole units that may be sold. */
  quantity(field: number): number | null {
    const value = this.#value(field, CASE.quantity);
    return value && whole(value.count * 2 ** 32 + value.first);
  }

  money(field: number): Money | null {
    const amount = this.#amount(field, CASE.money);
    return amount && { amount: amount.number, currency: amount.unit };
  }

  measure(field: number): Measure | null {
    return this.#amount(field, CASE.measure);
  }

  flag(field: number): boolean | null {
    const value = this.#value(field, CASE.flag);
    return value && value.first !== 0;
  }

  levels(field: number): Level[] {
    return this.#entries(field, CASE.levels, this.#items.batch.levels).map(({ location, quantity }) => ({
      location: this.#items.text(location),
      quantity: whole(quantity),
    }));
  }

  /** The main picture first. */
  images(field: number): Image[] {
    return this.#entries(field, CASE.images, this.#items.batch.images).map(({ url, alt }) => ({
      url: this.#items.text(url),
      alt: this.#items.optional(alt),
    }));
  }

  /** The last two of a value's four numbers, when the field is filled and of this case. */
  #value(field: number, kind: number): Range | null {
    const { first, count } = this.#item.values;
    const values = this.#items.batch.values;
    for (let at = 4 * first; at < 4 * (first + count); at += 4) {
      if (values[at] === field) {
        return values[at + 1] === kind ? { first: values[at + 2] ?? 0, count: values[at + 3] ?? 0 } : null;
      }
    }
    return null;
  }

  #entries<T>(field: number, kind: number, list: T[]): T[] {
    const range = this.#value(field, kind);
    return range ? list.slice(range.first, range.first + range.count) : [];
  }

  #amount(field: number, kind: number): Measure | null {
    const value = this.#value(field, kind);
    const amount = value && this.#items.batch.amounts[value.first];
    return amount ? { number: new Decimal(amount.number), unit: this.#items.text(amount.unit) } : null;
  }
}
