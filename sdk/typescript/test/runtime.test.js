/** What QuickJS lacks and the runtime library does itself, held against Node's own. Run by `npm test`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Decimal, Inexact } from "../target/decimal.js";
import { MAXIMUM_DEPTH, parsed } from "../target/json.js";
import { decoded, encoded, percentEncoded, SpannedText } from "../target/text.js";

const TEXTS = ["", "plain", "Bära", "ä", "x漢字y", "🎒 Rucksack 🎒", "\u0000\u007f\u0080\u07ff\u0800\uffff", "éé漢🎒é"];

test("a span of bytes is the text that has these bytes", () => {
  const all = TEXTS.join("");
  const spanned = new SpannedText(all);
  let start = 0;
  for (const text of TEXTS.flatMap((text) => [...text])) {
    const length = Buffer.byteLength(text);
    assert.equal(spanned.at({ start, length }), text);
    assert.equal(spanned.at({ start: 0, length: start }) + spanned.at({ start, length: 1e6 }), all);
    start += length;
  }
  assert.equal(spanned.at({ start: 1e6, length: 5 }), "");
});

test("text becomes UTF-8 and UTF-8 text, as elsewhere", () => {
  for (const text of [...TEXTS, "a\ud800b", "x".repeat(10_000) + "🎒"]) {
    assert.deepEqual(encoded(text), new TextEncoder().encode(text));
    assert.equal(decoded(new TextEncoder().encode(text)), text.toWellFormed());
  }
});

test("bytes that are no UTF-8 are replaced", () => {
  for (const bytes of [[0xff], [0xc3, 0x28], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
    const text = decoded(Uint8Array.from(bytes));
    assert.match(text, /^\ufffd/);
    assert.equal(text, text.toWellFormed());
  }
});

test("only unreserved characters stay in an address", () => {
  assert.equal(percentEncoded("A-1.b_c~d"), "A-1.b_c~d");
  assert.equal(percentEncoded("ä/?#&= +%!'()*"), "%C3%A4%2F%3F%23%26%3D%20%2B%25%21%27%28%29%2A");
});

test("numbers stay exact or are refused", () => {
  const decimal = (coefficient, exponent) => new Decimal({ coefficient, exponent });
  assert.deepEqual([[1290, -2], [-5, -2], [0, -2], [0, 3], [12, 3]].map((parts) => String(decimal(...parts))), [
    "12.90", "-0.05", "0.00", "0", "12000",
  ]);
  assert.equal(decimal(1290, -2).scaled(6), 12_900_000);
  assert.equal(decimal(1290, -2).scaled(1), 129);
  assert.throws(() => decimal(1290, -2).scaled(0), Inexact);
  assert.throws(() => decimal(1, -28).scaled(0), Inexact);
  assert.throws(() => decimal(2 ** 53, 0), Inexact);
});

test("nothing of what a channel nests too deeply is parsed", () => {
  const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);
  assert.ok(Array.isArray(parsed(nested(MAXIMUM_DEPTH))));
  assert.equal(parsed(nested(MAXIMUM_DEPTH + 1)), undefined);
  const text = "[".repeat(1000) + '\\"';
  assert.equal(parsed(JSON.stringify(text)), text);
  assert.equal(parsed("<html>"), undefined);
});
