// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Request, Response } from "./http.js";
import type { Problem } from "./types.js";

/** A request, the operations it acts for, and the connector's note to itself. */
export interface Exchange {
  request: Request;
  /** In `prepare`: positions in `operations`. In `settle`: positions in the answered exchange's `covers`. */
  covers: number[];
  /** Handed back with the response, also after a restart. Opaque to the host. */
  memo: Uint8Array;
  /**
   * A large body for this or a later request of the chain, which then says `document`. The host keeps it until
   * every operation of the chain has an outcome.
   */
  document: Uint8Array | null;
  /** How long to wait before sending, for vendors that are polled. */
  delayMs: number;
}

/** An item that the connector can tell the channel would not take. */
export interface Rejection {
  /** Position in the list that was handed in. */
  index: number;
  /** At least one of them an error. */
  problems: Problem[];
}

/** Every operation is covered by exactly one exchange or rejected exactly once. */
export interface Preparation {
  exchanges: Exchange[];
  rejections: Rejection[];
}

/** What came back for one exchange. */
export interface Answer {
  memo: Uint8Array;
  /** How many operations the exchange covers. */
  covers: number;
  response: Response;
}

export interface Postponement {
  /** The earliest time to try again, when the channel said so. */
  afterMs: number | null;
  problem: Problem;
}
