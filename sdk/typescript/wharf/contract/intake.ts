// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Entry } from "./inbound.js";
import type { Context, Problem } from "./types.js";

export interface Source {
  fileName: string;
  /** As the sender said, or empty. */
  mediaType: string;
  /** The member of a zip file; otherwise empty. */
  member: string;
}

/** Something wrong at one place of the file; the rest goes on. */
export interface Finding {
  /** Row or line, from 1. */
  row: number;
  /** Column, in the file's own words. */
  column: string | null;
  problem: Problem;
}

export interface Progress {
  /** Handed to the next call. */
  state: Uint8Array;
  entries: Entry[];
  findings: Finding[];
  /** The connector has more to give without reading on: call again with an empty chunk. */
  more: boolean;
  /** With the last bytes: the file is whole and lists everything there is, so what it leaves out is gone. */
  complete: boolean;
  /** The file cannot be read any further. */
  failed: Problem | null;
}

/**
 * Files from suppliers, ERPs and tills, read in chunks of any size.
 *
 * Each call is made in a fresh instance: what the connector has to remember is in `state`. So a file of any length
 * is read in flat memory, a trap costs one chunk, and a restart goes on where it was.
 */
export interface Intake {
  /**
   * `state` is empty at first, and goes on from one member of a zip file to the next. `last` comes with the last
   * bytes of the last member, or after them with none.
   */
  parse(context: Context, source: Source, state: Uint8Array, chunk: Uint8Array, last: boolean): Progress;
}
