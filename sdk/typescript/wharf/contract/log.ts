// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

export type Level = "debug" | "info" | "warn" | "error";

/** Lines for the operator's log. Bounded in number and length by the host; never trusted, never parsed. */
export interface Log {
  log(level: Level, message: string): void;
}
