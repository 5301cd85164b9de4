// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Answer, Exchange, Postponement, Preparation } from "./exchanges.js";
import type { Batch, Span } from "./items.js";
import type { Allowance, Context, Problem, Timestamp } from "./types.js";

export type Action =
  /** The item holds every field: create the listing, or replace it whole. */
  | "upsert"
  /** The item holds price fields only; the listing exists. */
  | "price"
  /** The item holds stock fields only; the listing exists. */
  | "stock"
  /** The item holds no fields; the listing exists and should go. */
  | "delete"
  /** The item holds every field and stays as it is; it is here because its group travels whole. */
  | "keep";

/** What to do about one item. */
export interface Operation {
  action: Action;
  /** The channel's own id, as an earlier outcome gave it. */
  remoteId: Span | null;
  /** What an earlier outcome noted of the listing. */
  note: Span | null;
  /** Grows with every change of this item: orders updates, and with the SKU makes an idempotency key. */
  revision: number;
  /** Grows with each `retry`, but not when a crash repeats the operation. */
  attempt: number;
  /** When the host read the item's state; for vendors that want to know. Not a reason to send again. */
  asOf: Timestamp;
}

export type Verdict =
  /** The channel shows, or will show, what the operation asked for; with warnings about losses. */
  | { tag: "accepted"; val: Problem[] }
  /** The channel will not take it until the item changes. */
  | { tag: "rejected"; val: Problem[] }
  /**
   * Not taken now, for a reason that passes. With the reason `missing` for a price or stock operation, the host
   * sends the whole item next.
   */
  | { tag: "retry"; val: Postponement };

export interface Outcome {
  /** Position in the answered exchange's `covers`. */
  index: number;
  verdict: Verdict;
  /** The channel's id for the listing, as soon as it is known, whatever the verdict. None: unchanged. */
  remoteId: string | null;
  /**
   * Kept with the listing for the next operation: object versions, ids of parts, the quantity last set. None:
   * unchanged.
   */
  note: string | null;
}

/** Every covered operation has exactly one outcome or is covered by exactly one further exchange. */
export interface Settlement {
  outcomes: Outcome[];
  further: Exchange[];
  /** What the answer said of the channel's budgets. */
  allowances: Allowance[];
}

/**
 * Channels behind an API: operations become requests, responses become outcomes.
 *
 * Both functions are pure. If a call traps, the host halves its list and tries again, so that one poisonous item
 * or response costs only itself.
 */
export interface Publisher {
  /** `operations` speaks of `batch.items`, one each, in the same order. */
  prepare(context: Context, batch: Batch, operations: Operation[]): Preparation;
  /** One settlement for each answer, in the same order. */
  settle(context: Context, answers: Answer[]): Settlement[];
}
