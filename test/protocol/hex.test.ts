import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { fromHex, HexError, isPlainHex, toHex } from "../../src/ground/protocol/hex.ts";

const module = new URL("../../src/ground/protocol/hex.ts", import.meta.url).href;

describe("Hexadecimal text", () => {
  it("has two lower-case digits for each byte", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    assert.equal(toHex(bytes), `0x${Buffer.from(bytes).toString("hex")}`);
    assert.equal(toHex(bytes.subarray(9, 12)), "0x090a0b");
    assert.equal(toHex(new Uint8Array()), "0x");
  });

  it("is read back, in either case", () => {
    assert.deepEqual(fromHex("0x00fFa1"), Uint8Array.of(0, 255, 0xa1));
    assert.throws(() => fromHex("0x123"), HexError);
    assert.throws(() => fromHex("0x1234", 3), HexError);
  });

  it("is read back at the length of a large batch's proof", () => {
    assert.equal(fromHex(`0x${"5a".repeat(2 ** 24)}`).length, 2 ** 24);
  });

  it("uses only the memory of its digits during long storage", () => {
    const script = `
      import { toHex } from ${JSON.stringify(module)};
      const bytes = new Uint8Array(60_000);
      const kept = [];
      gc();
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 20; i++) kept.push(toHex(bytes));
      gc();
      console.log((process.memoryUsage().heapUsed - before) / kept.length);`;
    const printed = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "--eval", script], {
      encoding: "utf8",
    });
    assert.ok(Number(printed) < 200_000, `a text of 120,002 digits takes ${printed} bytes`);
  });
  it("is plain in lower case alone, and at the length that is asked for", () => {
    assert.deepEqual(
      ["0x", "0x00ff", "0x00fF", "0x00f", "00ff", "0x00ff\n", 255, undefined].map((text) => isPlainHex(text)),
      [true, true, false, false, false, false, false, false],
    );
    assert.deepEqual([isPlainHex("0x00ff", 2), isPlainHex("0x00ff", 1), isPlainHex("0x00FF", 2)], [true, false, false]);
  });
});
