// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Request as HttpRequest, Response } from "./http.js";
import type { Entry } from "./inbound.js";
import type { Allowance, Context, Problem, Timestamp } from "./types.js";

/** Where a stream stands. */
export interface Position {
  /** What the last page of an earlier pass left; none: from the beginning. */
  cursor: Uint8Array | null;
  /** For `modified-since`: only what changed in this stretch, end excluded. Taken before the pass began. */
  since: Timestamp | null;
  until: Timestamp;
}

export interface Fetch {
  request: HttpRequest;
  /** Handed back with the response, also after a restart. */
  memo: Uint8Array;
  /** How long to wait before sending, for reports that take a while. */
  delayMs: number;
}

/** How far a pass came, when no page is left. */
export interface Pass {
  /** Where the next pass begins. */
  cursor: Uint8Array | null;
  /** Whether everything there is was seen. Only then may the host conclude that something is gone. */
  complete: boolean;
}

export type Rest =
  /** There is more. */
  | { tag: "more"; val: Fetch }
  /** There is more, and what came so far may be kept as done: a restart goes on at this cursor. */
  | { tag: "checkpoint"; val: [Uint8Array, Fetch] }
  | { tag: "end"; val: Pass }
  /** The page cannot be read now; the host tries again after a while. */
  | { tag: "retry"; val: [number | null, Problem] }
  /** The channel forgot the cursor: the pass begins anew without one. */
  | { tag: "restart"; val: Problem }
  /** The pass cannot go on until a person acts. */
  | { tag: "failed"; val: Problem };

export interface Page {
  entries: Entry[];
  /** What could not be read, with its place in words. */
  problems: Problem[];
  rest: Rest;
  allowances: Allowance[];
}

/**
 * Reading from a channel: orders, stock, listing states, products, taxonomies and category schemas.
 *
 * The host asks for a request, sends it and hands the response back, page by page. It stores a stream's cursor in
 * one transaction with what the page brought, so nothing is lost or doubled by a crash. Both functions are pure.
 */
export interface Puller {
  /** The first request of a pass. `stream` counts in `description.streams`. */
  request(context: Context, stream: number, position: Position): Fetch;
  digest(context: Context, stream: number, memo: Uint8Array, response: Response): Page;
}
