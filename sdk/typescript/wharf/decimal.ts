/** Exact numbers. A price is never a float. */

import type { Decimal as RawDecimal } from "./contract/types.js";

/** The number cannot be had exactly; in `prepare`, the item is rejected with these words. */
export class Inexact extends RangeError {}

/** `coefficient * 10^exponent`. */
export class Decimal {
  readonly coefficient: number;
  readonly exponent: number;

  /** Beyond 2^53 the tool hands over rounded integers: rather none than a wrong one. */
  constructor({ coefficient, exponent }: RawDecimal) {
    this.coefficient = whole(coefficient);
    this.exponent = exponent;
  }

  /** The number times `10^places` as an integer; 12.90 scaled by 2 is 1290. Never rounds. */
  scaled(places: number): number {
    const shift = this.exponent + places;
    if (this.coefficient === 0) return 0;
    if (shift >= 0) return whole(this.coefficient * 10 ** shift);
    const divisor = 10 ** -shift;
    if (this.coefficient % divisor !== 0) throw new Inexact(`${this} has more than ${places} digits after the point`);
    return this.coefficient / divisor;
  }

  /** Plain text that keeps the places: `12.90`, not `12.9`. */
  toString(): string {
    const sign = this.coefficient < 0 ? "-" : "";
    const digits = String(Math.abs(this.coefficient));
    if (this.coefficient === 0 && this.exponent >= 0) return "0";
    if (this.exponent >= 0) return sign + digits + "0".repeat(this.exponent);
    const padded = digits.padStart(1 - this.exponent, "0");
    return `${sign}${padded.slice(0, this.exponent)}.${padded.slice(this.exponent)}`;
  }

  /** As text: a JSON number would be read as a float. */
  toJSON(): string {
    return this.toString();
  }
}

/** The integer itself, unless it is so large that its neighbours read the same. */
export function whole(integer: number): number {
  if (!Number.isSafeInteger(integer)) throw new Inexact("The number is too large to be exact; correct it.");
  return integer;
}
