// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Batch } from "./items.js";
import type { Context, Problem } from "./types.js";

export interface Opening {
  /** A plain file name, such as `products.xml`; no directory. */
  fileName: string;
  /** Media type under which the file is served. */
  contentType: string;
  /** The file's first bytes, such as an XML prologue or a CSV header row. */
  content: Uint8Array;
  /** Stands between what two calls of `rows` wrote, such as a comma of JSON; not beside a call without rows. */
  between: Uint8Array;
}

/** What became of an item beyond its row. */
export interface Remark {
  /** Position in `batch.items`. */
  index: number;
  /** With an error among them the item has no row; otherwise its row stands, with losses. */
  problems: Problem[];
}

export interface RowsWritten {
  /** The rows of every item that is listed, in order. */
  content: Uint8Array;
  remarks: Remark[];
}

/**
 * Channels that fetch a file: the whole selection, written in one pass and published at once.
 *
 * The host calls `head`, then `rows` for as many slices as there are items, then `tail`, joins what they
 * return into one file and renames it into place when it is whole. Instances are not kept between the calls.
 */
export interface Feed {
  /**
   * Fails, in one sentence, when the settings do not make a file.
   * @throws {Problem}
   */
  head(context: Context): Opening;
  rows(context: Context, batch: Batch): RowsWritten;
  /** `listed` counts the items that have a row. */
  tail(context: Context, listed: number): Uint8Array;
}
