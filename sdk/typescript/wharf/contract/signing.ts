// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

import type { DigestAlgorithm } from "./types.js";

/**
 * Signatures with secrets that the connector may use and never see.
 *
 * `secret` is the name of a settings property that the schema marks `"writeOnly": true`. For requests and webhooks
 * as a whole, declare a `signature` instead: then the host signs and checks by itself.
 */
export interface Signing {
  /**
   * The raw bytes of the code; an error in words when the channel has no such secret.
   * @throws {string}
   */
  sign(secret: string, algorithm: DigestAlgorithm, data: Uint8Array): Uint8Array;
  /**
   * Compares in constant time.
   * @throws {string}
   */
  verify(secret: string, algorithm: DigestAlgorithm, data: Uint8Array, code: Uint8Array): boolean;
}
