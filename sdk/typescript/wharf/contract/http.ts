// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

export type Method = "get" | "post" | "put" | "patch" | "delete";

export type Body =
  | { tag: "none" }
  | { tag: "text"; val: string }
  | { tag: "bytes"; val: Uint8Array }
  /** The exchange's document. */
  | { tag: "document" }
  /** The picture at this address, which the host reads and streams; its host has to be granted too. */
  | { tag: "asset"; val: string };

export interface Request {
  method: Method;
  /** Index in `description.endpoints`. */
  endpoint: number;
  /**
   * Path and query, beginning with `/`, already percent-encoded. At an `open` endpoint, the whole address,
   * which the host treats as a secret.
   */
  target: string;
  /**
   * Lower-case names; beside the endpoint's own. `authorization`, `host`, `cookie` and framing headers
   * belong to the host.
   */
  headers: [string, string][];
  body: Body;
  /** What it costs of each budget that counts it; none: 1. */
  cost: number | null;
  /** The answer's body is a gzip file, which the host unpacks under its own limit. */
  unpack: boolean;
}

export interface Response {
  status: number;
  /** The headers named in `description.reads-headers`, lower case. */
  headers: [string, string][];
  body: Uint8Array;
}
