/**
 * Text and its UTF-8 form. QuickJS has neither `TextEncoder` nor `TextDecoder`, and its strings count in UTF-16 code
 * units while the contract's spans count in bytes.
 */

import type { Span } from "./contract/items.js";

/** The text of a batch, of which spans are cut. */
export class SpannedText {
  readonly #text: string;
  // After each code unit outside ASCII: where it ends in bytes, and in code units. Everything up to the next entry
  // is ASCII and counts the same in both, so plain text costs one scan and no entry.
  readonly #byteEnds: number[] = [];
  readonly #unitEnds: number[] = [];

  constructor(text: string) {
    this.#text = text;
    const outside = /[^\x00-\x7f]/g;
    let extra = 0;
    while (outside.test(text)) {
      const end = outside.lastIndex;
      extra += width(text.charCodeAt(end - 1)) - 1;
      this.#byteEnds.push(end + extra);
      this.#unitEnds.push(end);
    }
  }

  /** A span outside the text would be the host's fault and reads as what there is of it. */
  at(span: Span): string {
    return this.#text.slice(this.#unit(span.start), this.#unit(span.start + span.length));
  }

  /** The code unit that begins at this byte. */
  #unit(byte: number): number {
    let low = 0;
    let high = this.#byteEnds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#byteEnds[middle]! <= byte) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? byte : this.#unitEnds[low - 1]! + byte - this.#byteEnds[low - 1]!;
  }
}

/** Bytes of a code unit outside ASCII; the two halves of a surrogate pair make four together. */
function width(unit: number): number {
  return unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
}

export function encoded(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), trailing(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), trailing(code >> 6), trailing(code));
    else bytes.push(0xf0 | (code >> 18), trailing(code >> 12), trailing(code >> 6), trailing(code));
  }
  return Uint8Array.from(bytes);
}

function trailing(code: number): number {
  return 0x80 | (code & 0x3f);
}

/** What is not UTF-8 becomes U+FFFD: channels do send such bodies. */
export function decoded(bytes: Uint8Array): string {
  const parts: string[] = [];
  let units: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [code, length] = decodedAt(bytes, at);
    at += length;
    if (code >= 0x10000) units.push(0xd7c0 + (code >> 10), 0xdc00 | (code & 0x3ff));
    else units.push(code);
    // Arguments go on the stack, which is small.
    if (units.length >= 4096) {
      parts.push(String.fromCharCode(...units));
      units = [];
    }
  }
  parts.push(String.fromCharCode(...units));
  return parts.join("");
}

/** The code point at this byte and how many bytes it takes. */
function decodedAt(bytes: Uint8Array, at: number): [code: number, length: number] {
  const first = bytes[at]!;
  if (first < 0x80) return [first, 1];
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return [0xfffd, 1];
  let code = first & (0x7f >> length);
  for (let next = at + 1; next < at + length; next++) {
    const byte = bytes[next]!;
    if ((byte & 0xc0) !== 0x80) return [0xfffd, 1];
    code = (code << 6) | (byte & 0x3f);
  }
  const smallest = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const surrogate = code >= 0xd800 && code < 0xe000;
  return code < smallest || code > 0x10ffff || surrogate ? [0xfffd, 1] : [code, length];
}

/** `text` as one path segment or query value: all but RFC 3986's unreserved characters is encoded. */
export function percentEncoded(text: string): string {
  const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, hex);
}
