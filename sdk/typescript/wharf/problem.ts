/** Why something is not as the operator wants it, and what a status means when the channel's body says nothing better. */

import type { Problem, Reason } from "./contract/types.js";

export type ProblemDetails = Partial<Pick<Problem, "reason" | "field">>;

/** Keeps the item from being listed. The product's data is at fault unless `details.reason` says otherwise. */
export function error(code: string, message: string, details: ProblemDetails = {}): Problem {
  return problem("error", code, message, details);
}

/** A loss that does not keep the item from being listed. */
export function warning(code: string, message: string, details: ProblemDetails = {}): Problem {
  return problem("warning", code, message, details);
}

function problem(severity: Problem["severity"], code: string, message: string, details: ProblemDetails): Problem {
  // A vendor's JSON may hold halves of surrogate pairs, which have no UTF-8.
  return { reason: "data", field: null, ...details, severity, code: code.toWellFormed(), message: message.toWellFormed() };
}

/** What a status other than success stands for. */
export interface Failure {
  /** A stable code for problems. */
  code: string;
  reason: Reason;
  /** Whether trying again may help without a change of the item. */
  passes: boolean;
}

const UNEXPECTED: Failure = { code: "unexpected-status", reason: "contract", passes: true };
const UNAVAILABLE: Failure = { code: "unavailable", reason: "outage", passes: true };
const REFUSED: Failure = { code: "refused", reason: "data", passes: false };
const NOT_FOUND: Failure = { code: "not-found", reason: "missing", passes: false };
const CONFLICT: Failure = { code: "conflict", reason: "conflict", passes: true };
const THROTTLED: Failure = { code: "throttled", reason: "budget", passes: true };

const FAILURES: Record<number, Failure> = {
  401: { code: "unauthorized", reason: "credentials", passes: true },
  403: { code: "forbidden", reason: "permission", passes: true },
  404: NOT_FOUND,
  408: THROTTLED,
  409: CONFLICT,
  410: NOT_FOUND,
  412: CONFLICT,
  425: THROTTLED,
  429: THROTTLED,
};

/** Nothing for 2xx. */
export function failureOf(status: number): Failure | null {
  if (status >= 200 && status < 300) return null;
  const known = FAILURES[status];
  if (known) return known;
  if (status >= 400 && status < 500) return REFUSED;
  return status >= 500 && status < 600 ? UNAVAILABLE : UNEXPECTED;
}
