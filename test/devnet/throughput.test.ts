import assert from "node:assert/strict";
import { test } from "node:test";
import { measureThroughput } from "../../src/ecosystem/devnet/chains/throughput.ts";

test("I3: transactions a second are those of the last ten seconds, L1's operations too, and not those of deleted blocks", () => {
  let nowMs = 1_000_000;
  let head = 0n;
  const counts = new Map<bigint, { readonly priorityOps: number; readonly signed: number }>();
  const blocks = new Set<(number: bigint) => void>();
  const returns = new Set<() => void>();
  const throughput = measureThroughput(
    {
      onBlock: (listener) => (blocks.add(listener), () => blocks.delete(listener)),
      onReturn: (listener) => (returns.add(listener), () => returns.delete(listener)),
      countsOf: (number) => counts.get(number) ?? { priorityOps: 0, signed: 0 },
      get head() {
        return head;
      },
    },
    () => nowMs,
  );
  const make = (number: bigint, signed: number, priorityOps = 0): void => {
    head = number;
    for (const listener of blocks) listener(number);
    // The index knows the operations of a block only after it has told the block.
    counts.set(number, { priorityOps, signed });
  };
  assert.equal(throughput.perSecond(), 0);
  make(1n, 3);
  nowMs += 4_000;
  make(2n, 5, 2);
  assert.equal(throughput.perSecond(), 1);
  nowMs += 6_000;
  assert.equal(throughput.perSecond(), 0.7);
  make(3n, 10);
  assert.equal(throughput.perSecond(), 1.7);
  head = 2n;
  for (const listener of returns) listener();
  assert.equal(throughput.perSecond(), 0.7);
  nowMs += 4_000;
  assert.equal(throughput.perSecond(), 0);
});
