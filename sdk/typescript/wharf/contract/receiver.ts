// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { Entry } from "./inbound.js";
import type { Context, Problem } from "./types.js";

export interface Delivery {
  method: string;
  /** Path below the channel's own webhook address, and query. */
  target: string;
  /** The headers named in `description.reads-headers`, lower case. */
  headers: [string, string][];
  body: Uint8Array;
}

export interface Reply {
  status: number;
  contentType: string;
  body: Uint8Array;
}

export interface Receipt {
  entries: Entry[];
  /** Streams that should be pulled now, because the delivery only hints at a change. */
  pull: number[];
  problems: Problem[];
  /** The delivery's own id when it stands in the body: a repeat brings nothing. */
  deliveryId: string | null;
  /** What to answer, such as a vendor's challenge; otherwise an empty 200 once the entries are stored. */
  reply: Reply | null;
}

/** Webhooks: the channel calls, the host checks the signature and the delivery's id, the connector reads. */
export interface Receiver {
  receive(context: Context, delivery: Delivery): Receipt;
}
