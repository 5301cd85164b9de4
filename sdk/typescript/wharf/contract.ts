/**
 * What crosses the boundary, in the shapes that componentize-qjs gives the types of `wit/v1`: records are objects with
 * camel-case members, no value is `null`, enums are the names of their cases, variants have a `tag` and a `val`.
 *
 * The tool generates no types, so these are written down by hand; what each of them means is said in `wit/v1`.
 * What a publishing connector has no use for (streams, webhooks, files) is left out.
 */

// types

/** `coefficient * 10^exponent`; wrong beyond 2^53, which `Decimal` checks. */
export interface RawDecimal {
  coefficient: number;
  exponent: number;
}

export interface Context {
  /** A JSON object that satisfies the description's settings schema. */
  settings: string;
  /** BCP 47 tag, such as `de-DE`. */
  locale: string;
  /** ISO 3166-1 alpha-2 code. */
  country: string;
  /** ISO 4217 code. */
  currency: string;
}

export type Severity = "error" | "warning";

export type Reason =
  | "data"
  | "settings"
  | "credentials"
  | "permission"
  | "budget"
  | "outage"
  | "conflict"
  | "missing"
  | "policy"
  | "contract";

export interface Problem {
  code: string;
  severity: Severity;
  reason: Reason;
  /** Position in the description's fields. */
  field: number | null;
  message: string;
}

export interface Allowance {
  budget: number;
  remaining: number | null;
  waitMs: number | null;
}

// items

export interface Span {
  start: number;
  length: number;
}

export interface Range {
  first: number;
  count: number;
}

export interface RawItem {
  sku: Span;
  group: Span | null;
  values: Range;
}

export interface Batch {
  text: string;
  texts: Span[];
  images: { url: Span; alt: Span | null }[];
  levels: { location: Span; quantity: number }[];
  amounts: { number: RawDecimal; unit: Span }[];
  /** Four numbers for each value: field, case, and two that the case reads. */
  values: ArrayLike<number>;
  items: RawItem[];
}

// http

export type Method = "get" | "post" | "put" | "patch" | "delete";

export type Body =
  | { tag: "none" }
  | { tag: "text"; val: string }
  | { tag: "bytes"; val: Uint8Array }
  | { tag: "document" }
  | { tag: "asset"; val: string };

export interface Request {
  method: Method;
  /** Position in the description's endpoints. */
  endpoint: number;
  /** Path and query, percent-encoded. */
  target: string;
  headers: [string, string][];
  body: Body;
  cost: number | null;
  unpack: boolean;
}

export interface Response {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

// exchanges

export interface Exchange {
  request: Request;
  covers: number[];
  memo: Uint8Array;
  document: Uint8Array | null;
  delayMs: number;
}

export interface Preparation {
  exchanges: Exchange[];
  rejections: { index: number; problems: Problem[] }[];
}

export interface RawAnswer {
  memo: Uint8Array;
  covers: number;
  response: Response;
}

// publisher

export type Action = "upsert" | "price" | "stock" | "delete" | "keep";

export interface RawOperation {
  action: Action;
  remoteId: Span | null;
  note: Span | null;
  revision: number;
  attempt: number;
  asOf: number;
}

export type Verdict =
  | { tag: "accepted"; val: Problem[] }
  | { tag: "rejected"; val: Problem[] }
  | { tag: "retry"; val: { afterMs: number | null; problem: Problem } };

export interface Outcome {
  index: number;
  verdict: Verdict;
  remoteId: string | null;
  note: string | null;
}

export interface Settlement {
  outcomes: Outcome[];
  further: Exchange[];
  allowances: Allowance[];
}

/** What the world `publishing` exports. */
export interface Exports {
  connector: {
    describe(): import("./description.js").Description;
    probe(context: Context): Request | null;
    probed(context: Context, response: Response): Problem[];
  };
  publisher: {
    prepare(context: Context, batch: Batch, operations: RawOperation[]): Preparation;
    settle(context: Context, answers: RawAnswer[]): Settlement[];
  };
}
