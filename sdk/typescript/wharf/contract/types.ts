// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

/** An exact number: `coefficient * 10^exponent`. 12.90 is `{ coefficient: 1290, exponent: -2 }`. */
export interface Decimal {
  coefficient: number;
  /** From -28 to 18. */
  exponent: number;
}

/** An exact amount of one currency. */
export interface Money {
  amount: Decimal;
  /** ISO 4217 code in capitals, such as `EUR`. */
  currency: string;
}

/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export type Timestamp = number;

/** What a call may depend on beside its items. The same context and items give the same bytes. */
export interface Context {
  /**
   * The channel's settings as a JSON object that satisfies `description.settings-schema`. A property that
   * the schema marks `"writeOnly": true` is a secret and is not in it; see `signing`.
   */
  settings: string;
  /** BCP 47 tag of the channel's language, such as `de-DE`. */
  locale: string;
  /** ISO 3166-1 alpha-2 code of the channel's market, such as `DE`. */
  country: string;
  /** ISO 4217 code the channel sells in. */
  currency: string;
}

export type DigestAlgorithm = "hmac-sha1" | "hmac-sha256" | "hmac-sha512";

export type Severity =
  /** The item cannot be listed like this. */
  | "error"
  /** The item is listed, but something was lost or may hurt it. */
  | "warning";

/** Where the fault lies, and so who can put it right and whether waiting helps. */
export type Reason =
  /** The product's data. A person changes the product or the mapping. */
  | "data"
  /** The channel's settings, in Wharf or at the vendor. */
  | "settings"
  /** The vendor does not know who calls, or no longer. */
  | "credentials"
  /** The vendor knows who calls and does not allow it. */
  | "permission"
  /** A rate or quota is used up. Waiting helps. */
  | "budget"
  /** An outage. Waiting helps. */
  | "outage"
  /** The channel's state is another than the operation assumed. The item is prepared again. */
  | "conflict"
  /** What the operation speaks of is not at the channel. */
  | "missing"
  /** The vendor's rules forbid the item. */
  | "policy"
  /** The channel answered in a form that the connector does not know. */
  | "contract";

/** What the channel said of a budget, in its own way: a header, a body, an error. */
export interface Allowance {
  /** Index in `description.budgets`. */
  budget: number;
  /** Units that are left. */
  remaining: number | null;
  /** Nothing that counts against the budget is sent before. */
  waitMs: number | null;
}

/** Why something is not as the operator wants it, in words the operator can act on. */
export interface Problem {
  /** Stable and kebab-case, such as `too-long`; the channel's own code where it has one. */
  code: string;
  severity: Severity;
  reason: Reason;
  /** Index in `description.fields`, when one field is to blame. */
  field: number | null;
  /** One sentence: what is wrong, and what would put it right. */
  message: string;
}
