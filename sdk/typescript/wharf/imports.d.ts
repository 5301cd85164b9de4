/** What the host gives a connector. */

declare module "wharf:connector/log@1.0.0" {
  const log: {
    log(level: "debug" | "info" | "warn" | "error", message: string): void;
  };
  export default log;
}

declare module "wharf:connector/signing@1.0.0" {
  type Algorithm = "hmac-sha1" | "hmac-sha256" | "hmac-sha512";
  const signing: {
    /** `secret` names a settings property marked `"writeOnly": true`. Throws words when the channel has none. */
    sign(secret: string, algorithm: Algorithm, data: Uint8Array): Uint8Array;
    verify(secret: string, algorithm: Algorithm, data: Uint8Array, code: Uint8Array): boolean;
  };
  export default signing;
}
