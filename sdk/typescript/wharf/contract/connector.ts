// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Method, Request, Response } from "./http.js";
import type { Context, Decimal, DigestAlgorithm, Problem } from "./types.js";

/** What a field holds; see `items.value` for the case that carries it. */
export type FieldKind =
  | "text"
  | "html"
  | "texts"
  | "number"
  /** Units that may be sold, over all of the channel's locations. */
  | "quantity"
  /** The same by location. */
  | "levels"
  | "money"
  | "measure"
  | "flag"
  | "url"
  | "images"
  | "gtin"
  | "date"
  | "choice";

/** Which change makes a field travel, and how soon: stock goes ahead of price, price ahead of content. */
export type Lane = "stock" | "price" | "content";

export type LengthUnit =
  /** Unicode scalar values. */
  | "characters"
  /** Bytes of UTF-8. */
  | "bytes"
  /** UTF-16 code units, as JavaScript and Java count. */
  | "utf16";

/** The longest text a field takes. The host rejects longer text unless `truncate` is set. */
export interface LengthLimit {
  maximum: number;
  unit: LengthUnit;
  /** Whether the host may cut at a word boundary and warn, instead of rejecting the item. */
  truncate: boolean;
}

/** The smallest and largest number a field takes, both included. */
export interface Bounds {
  minimum: Decimal | null;
  maximum: Decimal | null;
}

/** An element that a description may hold, and where. */
export interface Element {
  /** Lower case, such as `li`. */
  name: string;
  /** The elements it may stand directly in; empty: only at the top. */
  parents: string[];
  /** The attributes it may carry, such as `href`. */
  attributes: string[];
}

/**
 * The markup that an `html` field takes, for whoever writes it. The connector brings text to it and says what was
 * lost.
 */
export interface Grammar {
  elements: Element[];
  /** Whether text may stand at the top, outside any element. */
  bareText: boolean;
}

/** What the pictures of an `images` field have to be. A bound that the vendor does not state is left out. */
export interface ImageRules {
  /** Pixels of the shorter side. */
  minimumPixels: number | null;
  /** Pixels of the longer side. */
  maximumPixels: number | null;
  maximumBytes: number | null;
  /** Media types, such as `image/jpeg`; empty: any. */
  formats: string[];
}

/** One field of the channel. */
export interface Field {
  /** The channel's own name for it, such as `productAttributes.title`. */
  name: string;
  /** What it means to the shopper, and the channel's rule with its source. */
  description: string;
  kind: FieldKind;
  lane: Lane;
  /** An item without it is not sent, and the operator is told. */
  required: boolean;
  length: LengthLimit | null;
  bounds: Bounds | null;
  /** The most values a `texts` or `images` field takes. */
  maximumValues: number | null;
  /** The values a `choice` field takes. */
  choices: string[];
  /** The units a `measure` field takes; empty: any. */
  units: string[];
  grammar: Grammar | null;
  images: ImageRules | null;
  /**
   * The catalog source that fills it unless the operator maps another: an attribute's code, or one of
   * `sku`, `parent`, `family`, `categories`, `price`, `price:LIST`, `stock`, `images`.
   */
  source: string | null;
}

/** What one category asks beyond the fields' own rules. */
export interface Requirement {
  /** A value of the category field, or the beginning of such values up to a separator (` > ` or `/`). */
  category: string;
  field: number;
  required: boolean;
  /** Replaces the field's choices when it is not empty. */
  choices: string[];
}

/** Categories that ask for different fields. Taxonomies too large to be declared come in by a pull stream. */
export interface Categories {
  /** The field that holds an item's category. */
  field: number;
  requirements: Requirement[];
}

/** How the channel groups variants. */
export interface Variants {
  /** The most attributes in which the variants of one product may differ. */
  maximumAxes: number;
  /** The most variants of one product. */
  maximumVariants: number;
  /** The fields that may be such an attribute; empty: any. */
  axes: number[];
}

export type Reach =
  /** The operator may point it elsewhere: a vendor's test system, a proxy. Targets are paths below it. */
  | "fixed"
  /**
   * The same, but only the operator knows the host: `url` is a pattern that it has to fit, such as
   * `https://*.myshopify.com`.
   */
  | "named"
  /**
   * Addresses that the channel hands out, such as a presigned upload. `url` is a pattern whose first label
   * may be `*`, which stands for one label; targets are whole addresses that fit it. The host adds no credentials.
   */
  | "open";

/** An address the connector sends to. */
export interface Endpoint {
  name: string;
  /** Absolute base address without a trailing slash, such as `https://merchantapi.googleapis.com`. */
  url: string;
  reach: Reach;
  methods: Method[];
  /** Requests outside these path prefixes are refused. Empty: any path. */
  paths: string[];
  /**
   * Sent with every request, lower-case names, such as `square-version`. A request's own header of the same
   * name wins; `content-type` goes only with a body.
   */
  headers: [string, string][];
}

/** What shares one budget. */
export type BudgetScope =
  /** All channels on the operator's account at the vendor. */
  | "account"
  /** This channel alone. */
  | "channel"
  /** Each listing by itself, such as two updates of a product a day: counts operations instead of requests. */
  | "listing";

/** Requests that a budget counts. */
export interface BudgetRule {
  endpoint: number;
  /** Empty: all. */
  methods: Method[];
  /** Empty: any path. */
  path: string;
}

/** A promise of how much the vendor lets through. The host keeps to the strictest that applies. */
export interface Budget {
  /** Such as `product inputs per minute`. */
  name: string;
  scope: BudgetScope;
  /** Requests, or the vendor's own points; see `request.cost`. */
  units: number;
  perSeconds: number;
  /** Units that may go at once after a pause; none: a tenth of `units`, and at least one. */
  burst: number | null;
  /** The most requests under way at one time. */
  concurrent: number | null;
  /** Empty: every request counts. */
  counts: BudgetRule[];
}

/** How an access token is fetched (RFC 6749) and shown. */
export interface TokenGrant {
  /** Where tokens are issued. */
  tokenUrl: string;
  scopes: string[];
  /** Whether client id and secret travel in the form instead of an `authorization: Basic` header. */
  clientInBody: boolean;
  /**
   * The header that carries the token bare, such as `x-amz-access-token`; otherwise
   * `authorization: Bearer TOKEN`.
   */
  presentedIn: string | null;
}

export type TextEncoding = "hex-lower" | "hex-upper" | "base64";

/** How query parameters, decoded and sorted by name and value, are written one after another. */
export interface QueryText {
  /** Between a name and its value, such as `=`. */
  afterName: string;
  /** Between one parameter and the next, such as `&`. */
  betweenPairs: string;
  /** Parameters that the vendor leaves out. */
  except: string[];
}

export type SignedPart =
  /** The secret itself, which some vendors wrap around the text although it is the key already. */
  | { tag: "secret" }
  /** Another member of the stored secret, such as `access_token`. */
  | { tag: "member"; val: string }
  | { tag: "method" }
  | { tag: "path" }
  /** The path without that of the endpoint's address. */
  | { tag: "path-below-base" }
  /** Scheme, host, path and query as the other side sees them; for webhooks only. */
  | { tag: "address" }
  | { tag: "sorted-query"; val: QueryText }
  | { tag: "body" }
  /** SHA-256 of the body in lower-case hexadecimal. */
  | { tag: "body-digest" }
  | { tag: "timestamp" }
  | { tag: "header"; val: string }
  | { tag: "literal"; val: string };

export type Placement = { tag: "header"; val: string } | { tag: "query"; val: string };

export type TimestampUnit = "seconds" | "milliseconds";

/** How the host signs a request, or checks a webhook's signature, without the connector seeing the secret. */
export interface Signature {
  algorithm: DigestAlgorithm;
  /** Joined in this order, with nothing between. */
  over: SignedPart[];
  encoding: TextEncoding;
  /** Stands before the encoded code, such as `sha256=`. */
  prefix: string;
  placed: Placement;
  /** Where the moment of signing goes, when the vendor wants to know it. */
  timestamp: [Placement, TimestampUnit] | null;
  /**
   * Members of the stored secret that travel with every request, such as an access token. In the query they
   * count as a part of it.
   */
  presents: [string, Placement][];
}

/** How the vendor wants to be shown who calls. The host holds the secret and adds it to the request. */
export type AuthScheme =
  /** `authorization: Bearer TOKEN` */
  | { tag: "bearer" }
  /** `NAME: SECRET` */
  | { tag: "header"; val: string }
  /** `authorization: Basic base64(USER:PASSWORD)` */
  | { tag: "basic" }
  /** OAuth 2 client credentials. */
  | { tag: "client-credentials"; val: TokenGrant }
  /** An OAuth 2 refresh token that the operator once obtained. */
  | { tag: "refresh-token"; val: TokenGrant }
  /** A signed assertion exchanged for a bearer token (RFC 7523), for these OAuth 2 scopes. */
  | { tag: "service-account"; val: string[] }
  /** Every request carries a signature. */
  | { tag: "signature"; val: Signature };

/** What the host may rely on when an exchange has to be repeated after a crash or a cut line. */
export type Idempotency =
  /** The request names the item's key and its whole new state: repeating it changes nothing. */
  | "natural-key"
  /**
   * The vendor drops repeats that carry the same key. The host sends one in the header `idempotency-key`, unless the
   * request brings its own, made of SKU, revision and attempt, in that header or in its body.
   */
  | "keyed"
  /** Neither: the host reads back before it repeats. */
  | "none";

/** The terms on which the connector publishes; needed when `publisher` is exported. */
export interface Publishing {
  /** Whether `prepare` takes operations that carry only stock fields; otherwise a whole upsert is sent. */
  stockAlone: boolean;
  /** The same for price fields. */
  priceAlone: boolean;
  /** The most operations handed to one `prepare`. The host may hand fewer. */
  maximumOperations: number;
  /** The most bytes the vendor takes in one request's body. */
  maximumRequestBytes: number | null;
  idempotency: Idempotency;
  /** Whether `prepare` wants all items of a group when one has changed, because a request replaces the group whole. */
  wholeGroups: boolean;
  /**
   * Whether stock may overtake an upsert of an existing listing that is still under way. Then such an upsert comes
   * without stock fields; the first one of a listing has them.
   */
  stockApart: boolean;
  /** The same for prices. */
  priceApart: boolean;
}

/** What a pull stream brings. */
export type StreamKind = "orders" | "stock" | "listings" | "products" | "categories" | "schemas";

/** How the host can learn what changed, from the cheapest to the dearest. Only a full pass finds deletions. */
export type ChangeDetection =
  /** The channel calls a webhook. */
  | { tag: "push" }
  /** The channel continues from a cursor that it handed out. */
  | { tag: "cursor" }
  /** The channel filters by time of change; the host looks this many seconds further back each time. */
  | { tag: "modified-since"; val: number }
  /** The channel offers a digest of each entry, or of all. */
  | { tag: "digest" }
  /** Everything is read. */
  | { tag: "full" };

/** Something that can be read from the channel; needed when `puller` is exported. */
export interface PullStream {
  /** Kebab-case, such as `orders`. */
  name: string;
  kind: StreamKind;
  /** Best first; never empty. */
  changes: ChangeDetection[];
  /** How often to look, unless the operator says otherwise. */
  everySeconds: number;
}

/** The terms on which webhooks are taken; needed when `receiver` is exported. */
export interface Receiving {
  /** Checked by the host before the connector sees the delivery. `secret` names a secret setting. */
  signature: [string, Signature] | null;
  /** The header or query parameter that names a delivery, so that a repeat is dropped. */
  deliveryId: Placement | null;
}

/** The files that are read; needed when `intake` is exported. */
export interface FileIntake {
  /** Media types or file name endings, such as `text/csv` or `.xlsx`. */
  formats: string[];
  /**
   * Members of zip files, such as `xl/sharedStrings.xml`, in the order they are read: the host unpacks and hands
   * each over as a file of its own. Empty: files are handed over as they are.
   */
  members: string[];
}

export interface Description {
  /** Kebab-case and unique among connectors, such as `google-merchant`. */
  name: string;
  /** Semantic version of the connector. */
  version: string;
  /** One line for the operator. */
  summary: string;
  /** In the order that `field-value.field` counts. */
  fields: Field[];
  categories: Categories | null;
  variants: Variants | null;
  /** JSON Schema 2020-12 of the settings object. Secret properties are marked `"writeOnly": true`. */
  settingsSchema: string;
  /** The operator chooses one; the first unless said otherwise. Empty: the channel asks for none. */
  auth: AuthScheme[];
  /** In the order that `request.endpoint` counts. */
  endpoints: Endpoint[];
  budgets: Budget[];
  /** Response headers that are read, lower case. No other header is handed in. */
  readsHeaders: string[];
  publishing: Publishing | null;
  /** In the order that `puller` counts streams. */
  streams: PullStream[];
  receiving: Receiving | null;
  intake: FileIntake | null;
}

/**
 * Who the connector is and what it needs. Every connector exports this interface.
 *
 * The host calls `describe` once when it loads the component and trusts nothing that the description does
 * not say: fields decide what items hold and which are complete, endpoints what may be reached, `auth`
 * which credentials the host adds outside the sandbox. A later version that asks for more than the operator
 * approved waits for a person.
 */
export interface Connector {
  /** Constant: every call on every instance gives the same answer. */
  describe(): Description;
  /** A request that shows whether credentials and settings work, and changes nothing; if the vendor has one. */
  probe(context: Context): Request | null;
  /** What the answer to the probe means: empty when all is well. */
  probed(context: Context, response: Response): Problem[];
}
