/** Requests, the exchanges that carry them, and how an operation ended. */

import type { Exchange } from "./contract/exchanges.js";
import type { Method, Request } from "./contract/http.js";
import type { Settlement, Verdict } from "./contract/publisher.js";
import type { Problem } from "./contract/types.js";
import { error, failureOf } from "./problem.js";
import { encoded } from "./text.js";

/** `target` is path and query, already percent-encoded. */
export function request(method: Method, endpoint: number, target: string, rest: Partial<Request> = {}): Request {
  return { headers: [], body: { tag: "none" }, cost: null, unpack: false, ...rest, method, endpoint, target };
}

/** A request with a JSON body; its `content-type` is the endpoint's, see `JSON_BODIES`. */
export function json(method: Method, endpoint: number, target: string, value: unknown): Request {
  return request(method, endpoint, target, { body: { tag: "text", val: JSON.stringify(value) } });
}

export interface ExchangeDetails {
  /** The connector's note to itself, handed back with the response. */
  memo?: string;
  /** A large body for this or a later request of the chain. */
  document?: Uint8Array;
  /** How long the host waits before it sends. */
  delayMs?: number;
}

/** The exchange of one operation. */
export function exchange(request: Request, details: ExchangeDetails = {}): Exchange {
  const { memo = "", document = null, delayMs = 0 } = details;
  return { request, covers: [0], memo: encoded(memo), document, delayMs };
}

export interface Listing {
  /** The channel's id for the listing. */
  remoteId?: string;
  /** Kept with the listing for the next operation. */
  note?: string;
}

/** The channel shows what the operation asked for; `warnings` tell of losses. */
export function accepted(listing: Listing = {}, warnings: Problem[] = []): Settlement {
  return settled({ tag: "accepted", val: warnings }, listing);
}

/** Not taken until the item changes. */
export function rejected(problem: Problem, listing: Listing = {}): Settlement {
  return settled({ tag: "rejected", val: [problem] }, listing);
}

/** Not taken now; without `afterMs`, the host chooses when to try again. */
export function retry(problem: Problem, afterMs: number | null = null): Settlement {
  return settled({ tag: "retry", val: { afterMs, problem } }, {});
}

/** Retry or rejection, as a status other than success says by itself. */
export function failed(status: number, message: string): Settlement {
  const failure = failureOf(status) ?? { code: "unexpected-answer", reason: "contract", passes: true };
  const problem = error(failure.code, message, { reason: failure.reason });
  return failure.passes ? retry(problem) : rejected(problem);
}

/** The answer says too little yet: this exchange follows. */
export function further(next: Exchange): Settlement {
  return { outcomes: [], further: [next], allowances: [] };
}

function settled(verdict: Verdict, { remoteId, note }: Listing): Settlement {
  const outcome = { index: 0, verdict, remoteId: remoteId?.toWellFormed() ?? null, note: note?.toWellFormed() ?? null };
  return { outcomes: [outcome], further: [], allowances: [] };
}
