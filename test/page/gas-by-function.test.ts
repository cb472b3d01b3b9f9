import assert from "node:assert/strict";
import { test } from "node:test";
import type { TracedCall } from "../../page/answers.ts";
import { gasByFunction } from "../../page/gas-by-function.ts";

const [A, B] = [`0x${"aa".repeat(20)}`, `0x${"bb".repeat(20)}`] as const;
const frame = (to: `0x${string}`, gasUsed: number, call: string | undefined, calls: readonly TracedCall[] = []): TracedCall => ({
  ...{ type: "CALL", from: A, to, gas: "0x0", input: "0x12345678", calls },
  gasUsed: `0x${gasUsed.toString(16)}`,
  ...(call === undefined ? {} : { call }),
});

test("I11: a transaction's gas is listed by contract and function, without the gas of inner calls", () => {
  const root = frame(A, 100_000, "buy(1)", [
    frame(B, 30_000, "transfer(1, 2)"),
    frame(B, 40_000, undefined, [frame(A, 15_000, "price()")]),
    frame(B, 10_000, "transfer(3, 4)"),
  ]);
  assert.deepEqual(gasByFunction(root), [
    { to: B, name: "transfer", calls: 2, gas: 40_000 },
    { to: B, name: "0x12345678", calls: 1, gas: 25_000 },
    { to: A, name: "buy", calls: 1, gas: 20_000 },
    { to: A, name: "price", calls: 1, gas: 15_000 },
  ]);
});
