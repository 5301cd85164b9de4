// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Answer, Exchange, Postponement, Preparation } from "./exchanges.js";
import type { Allowance, Context, Problem, Timestamp } from "./types.js";

export interface ShippedLine {
  /** `remote-id` of the order's line, as it came. */
  remoteId: string;
  sku: string | null;
  /** Units in this parcel, at least 1. */
  quantity: number;
}

/** One parcel of one order. */
export interface Shipment {
  /**
   * The host's own id, a positive decimal number: unique within the channel and stable, good for an idempotency
   * key or a package's number.
   */
  id: string;
  /** `remote-id` of the order. */
  order: string;
  /** At least one. */
  lines: ShippedLine[];
  /** As the operator names it, such as `DHL`; a connector brings it to the vendor's codes. */
  carrier: string | null;
  service: string | null;
  trackingNumber: string | null;
  trackingUrl: string | null;
  /** The operator's name of the place that it left from. */
  location: string | null;
  shippedAt: Timestamp;
  /** What an earlier outcome noted of the shipment. */
  note: string | null;
  /** Grows with each `retry`, but not when a crash repeats the shipment. */
  attempt: number;
}

export type Verdict =
  /** The channel has it, or had it already; with warnings about losses. */
  | { tag: "accepted"; val: Problem[] }
  /** The channel will not take it until a person corrects the shipment. */
  | { tag: "rejected"; val: Problem[] }
  | { tag: "retry"; val: Postponement };

export interface Outcome {
  /** Position in the answered exchange's `covers`. */
  index: number;
  verdict: Verdict;
  /** The channel's id of the shipment, as soon as it is known. None: unchanged. */
  remoteId: string | null;
  /** Kept with the shipment for its next attempt. None: unchanged. */
  note: string | null;
}

/** Every covered shipment has exactly one outcome or is covered by exactly one further exchange. */
export interface Settlement {
  outcomes: Outcome[];
  further: Exchange[];
  allowances: Allowance[];
}

/**
 * Telling a channel what became of its orders: parcels that left, with carrier and tracking number.
 *
 * The operator's side (a warehouse, a person) says that a parcel left; the host keeps the shipment until the channel
 * has taken it. Both functions are pure, and every rule of `publisher` on coverage, memos and halving holds here.
 *
 * Every exchange is stored before it is sent, so a crash or a cut line repeats its bytes: make the repeat harmless by
 * the shipment's id, or by the `idempotency-key` that a `keyed` connector is given, and take the vendor's "already
 * shipped" for `accepted`.
 */
export interface Fulfiller {
  /** Every shipment is covered by exactly one exchange or rejected exactly once. */
  prepare(context: Context, shipments: Shipment[]): Preparation;
  /** One settlement for each answer, in the same order. */
  settle(context: Context, answers: Answer[]): Settlement[];
}
