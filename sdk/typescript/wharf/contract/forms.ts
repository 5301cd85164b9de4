// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.

export type Content =
  | { tag: "text"; val: string }
  | { tag: "bytes"; val: Uint8Array }
  /** The exchange's document. */
  | { tag: "document" }
  /** The picture at this address, which the host reads; its host has to be granted too. */
  | { tag: "picture"; val: string };

/** Names are at most 255 bytes of UTF-8 without control characters, quotation marks and backslashes. */
export interface Part {
  name: string;
  /** With it the part is a file; without any folder. A picture needs one. */
  filename: string | null;
  /** Media type; none: for a picture as its host says, when that is an image's, or as its first bytes show. */
  contentType: string | null;
  content: Content;
}

/**
 * Bodies made of parts (`multipart/form-data`, RFC 7578), for vendors that take pictures and files as forms do.
 *
 * When a picture of a form cannot be read, nothing is sent. The host answers in the vendor's place, with the reason in
 * words as the body: status 424 when trying again does not help until somebody changes something, such as an address
 * without a picture, and 503 when it may help. So the rest of the item can go on without the picture.
 */
export interface Forms {
  /**
   * A form to send: what it returns stands for it as body `asset` of a request that the same call returns, and of no
   * other. The host chooses the boundary and sets `content-type`, whatever the request or its endpoint says. Pure:
   * equal parts give an equal name. A form without parts, a part that breaks the rules above, and more than the
   * host's limits allow each cost the call.
   */
  compose(parts: Part[]): string;
}
