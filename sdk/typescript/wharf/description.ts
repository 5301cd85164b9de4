/** The records of `wit/v1/connector.wit` that a publishing connector describes itself with; see `contract.ts`. */

import type { Method, RawDecimal } from "./contract.js";

export type FieldKind =
  | "text"
  | "html"
  | "texts"
  | "number"
  | "quantity"
  | "levels"
  | "money"
  | "measure"
  | "flag"
  | "url"
  | "images"
  | "gtin"
  | "date"
  | "choice";

export type Lane = "stock" | "price" | "content";

export interface LengthLimit {
  maximum: number;
  unit: "characters" | "bytes" | "utf16";
  /** Whether the host may cut and warn, instead of rejecting the item. */
  truncate: boolean;
}

export interface Field {
  name: string;
  description: string;
  kind: FieldKind;
  lane: Lane;
  required: boolean;
  length: LengthLimit | null;
  bounds: { minimum: RawDecimal | null; maximum: RawDecimal | null } | null;
  maximumValues: number | null;
  choices: string[];
  units: string[];
  grammar: { elements: { name: string; parents: string[]; attributes: string[] }[]; bareText: boolean } | null;
  images: {
    minimumPixels: number | null;
    maximumPixels: number | null;
    maximumBytes: number | null;
    formats: string[];
  } | null;
  /** The catalog source that fills it unless the operator maps another. */
  source: string | null;
}

export interface Endpoint {
  name: string;
  /** Absolute, without a trailing slash. */
  url: string;
  reach: "fixed" | "named" | "open";
  methods: Method[];
  /** Path prefixes; empty: any path. */
  paths: string[];
  headers: [string, string][];
}

export interface Budget {
  name: string;
  scope: "account" | "channel" | "listing";
  units: number;
  perSeconds: number;
  burst: number | null;
  concurrent: number | null;
  counts: { endpoint: number; methods: Method[]; path: string }[];
}

export interface TokenGrant {
  tokenUrl: string;
  scopes: string[];
  clientInBody: boolean;
  presentedIn: string | null;
}

export type Placement = { tag: "header"; val: string } | { tag: "query"; val: string };

export type SignedPart =
  | { tag: "secret" | "method" | "path" | "path-below-base" | "address" | "body" | "body-digest" | "timestamp" }
  | { tag: "member" | "header" | "literal"; val: string }
  | { tag: "sorted-query"; val: { afterName: string; betweenPairs: string; except: string[] } };

export interface Signature {
  algorithm: "hmac-sha1" | "hmac-sha256" | "hmac-sha512";
  over: SignedPart[];
  encoding: "hex-lower" | "hex-upper" | "base64";
  prefix: string;
  placed: Placement;
  timestamp: [Placement, "seconds" | "milliseconds"] | null;
  presents: [string, Placement][];
}

export type AuthScheme =
  | { tag: "bearer" }
  | { tag: "header"; val: string }
  | { tag: "basic" }
  | { tag: "client-credentials"; val: TokenGrant }
  | { tag: "refresh-token"; val: TokenGrant }
  | { tag: "service-account"; val: string[] }
  | { tag: "signature"; val: Signature };

export interface Publishing {
  stockAlone: boolean;
  priceAlone: boolean;
  maximumOperations: number;
  maximumRequestBytes: number | null;
  idempotency: "natural-key" | "keyed" | "none";
  wholeGroups: boolean;
  stockApart: boolean;
  priceApart: boolean;
}

export interface Description {
  name: string;
  version: string;
  summary: string;
  fields: Field[];
  categories: {
    field: number;
    requirements: { category: string; field: number; required: boolean; choices: string[] }[];
  } | null;
  variants: { maximumAxes: number; maximumVariants: number; axes: number[] } | null;
  /** JSON Schema 2020-12. */
  settingsSchema: string;
  auth: AuthScheme[];
  endpoints: Endpoint[];
  budgets: Budget[];
  readsHeaders: string[];
  publishing: Publishing | null;
  streams: never[];
  receiving: null;
  intake: null;
}
