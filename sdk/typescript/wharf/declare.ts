/** Says what a connector is and what it needs, with what is usual filled in. */

import type {
  Budget, Description, Endpoint, Field, FieldKind, Lane, LengthLimit, Publishing,
} from "./contract/connector.js";
import type { Method } from "./contract/http.js";

/** Everything of a field but its name and kind; see `wit/v1/connector.wit`. */
export type FieldRules = Partial<Omit<Field, "name" | "kind">>;

/**
 * The fields of a channel. Each method adds one and gives its position, by which items are read:
 *
 *     const fields = new Fields();
 *     const TITLE = fields.text("title", { required: true, source: "name", length: characters(120) });
 */
export class Fields {
  readonly list: Field[] = [];

  /** Plain text. */
  text = (name: string, rules?: FieldRules) => this.add(name, "text", rules);
  /** Text that may hold markup. */
  html = (name: string, rules?: FieldRules) => this.add(name, "html", rules);
  texts = (name: string, rules?: FieldRules) => this.add(name, "texts", rules);
  /** An exact number without a unit. */
  number = (name: string, rules?: FieldRules) => this.add(name, "number", rules);
  /** Whole units that may be sold; travels in the stock lane. */
  quantity = (name: string, rules?: FieldRules) => this.add(name, "quantity", rules, "stock");
  /** The same by location. */
  levels = (name: string, rules?: FieldRules) => this.add(name, "levels", rules, "stock");
  /** An amount with its currency; travels in the price lane. */
  money = (name: string, rules?: FieldRules) => this.add(name, "money", rules, "price");
  /** A number with one of `rules.units`; without any, with whichever the catalog has. */
  measure = (name: string, rules?: FieldRules) => this.add(name, "measure", rules);
  flag = (name: string, rules?: FieldRules) => this.add(name, "flag", rules);
  url = (name: string, rules?: FieldRules) => this.add(name, "url", rules);
  images = (name: string, rules?: FieldRules) => this.add(name, "images", rules);
  gtin = (name: string, rules?: FieldRules) => this.add(name, "gtin", rules);
  /** A day or moment in ISO 8601. */
  date = (name: string, rules?: FieldRules) => this.add(name, "date", rules);
  choice = (name: string, choices: string[], rules?: FieldRules) =>
    this.add(name, "choice", { choices, ...rules });

  private add(name: string, kind: FieldKind, rules: FieldRules = {}, lane: Lane = "content"): number {
    return this.list.push({ ...PLAIN, lane, ...rules, name, kind }) - 1;
  }
}

const PLAIN: Omit<Field, "name" | "kind" | "lane"> = {
  description: "",
  required: false,
  length: null,
  bounds: null,
  maximumValues: null,
  choices: [],
  units: [],
  grammar: null,
  images: null,
  source: null,
};

/** The most Unicode characters that a field takes. */
export function characters(maximum: number, truncate = false): LengthLimit {
  return { maximum, unit: "characters", truncate };
}

/** `url` is the base address without a trailing slash. */
export function endpoint(name: string, url: string, methods: Method[], rest: Partial<Endpoint> = {}): Endpoint {
  return { reach: "fixed", paths: [], headers: [], ...rest, name, url, methods };
}

/** The header of an endpoint whose bodies are JSON. */
export const JSON_BODIES: [string, string] = ["content-type", "application/json"];

/** At most `units` requests in any `perSeconds`, shared by all channels on the operator's account at the vendor. */
export function budget(name: string, units: number, perSeconds: number, rest: Partial<Budget> = {}): Budget {
  return { scope: "account", burst: null, concurrent: null, counts: [], ...rest, name, units, perSeconds };
}

/** Whole upserts by natural key, at most this many operations a call. */
export function publishing(maximumOperations: number, rest: Partial<Publishing> = {}): Publishing {
  return {
    stockAlone: false,
    priceAlone: false,
    maximumRequestBytes: null,
    idempotency: "natural-key",
    wholeGroups: false,
    stockApart: false,
    priceApart: false,
    ...rest,
    maximumOperations,
  };
}

/** What has to be said, and whatever else there is to say. */
export type Declared = Pick<Description, "name" | "version" | "summary" | "fields" | "publishing"> &
  Partial<Description>;

export function description(declared: Declared): Description {
  return {
    categories: null,
    variants: null,
    settingsSchema: '{"type":"object","additionalProperties":false}',
    auth: [],
    endpoints: [],
    budgets: [],
    readsHeaders: [],
    streams: [],
    receiving: null,
    intake: null,
    ...declared,
  };
}
