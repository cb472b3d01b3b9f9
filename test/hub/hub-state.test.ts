import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { HubState } from "../../src/ecosystem/hub/hub-state.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { codeOf, emptyLogRoot, rootOf } from "./support/batches.ts";

/** Written by `fixtures/hub/derive.py`, which shares no code with this project. */
interface Vector {
  readonly empty: Hex;
  readonly steps: readonly {
    readonly chainId: string;
    readonly batchNumber: string;
    readonly oldStateRoot: Hex;
    readonly newStateRoot: Hex;
    readonly l2LogsTreeRoot: Hex;
    readonly fact: Hex;
    readonly state: Hex;
  }[];
}
const vector = JSON.parse(readFileSync(new URL("../../fixtures/hub/state.json", import.meta.url), "utf8")) as Vector;

function stepOf(state: HubState, { chainId, batchNumber, ...roots }: Vector["steps"][number]): Hex {
  return state.step({ chainId: BigInt(chainId), stored: { ...roots, batchNumber: BigInt(batchNumber) } });
}

describe("the state of a hub", () => {
  test("has the digest and facts of the independent vectors after each batch", () => {
    const state = HubState.empty();
    assert.equal(state.digest(), vector.empty);
    for (const step of vector.steps) {
      assert.equal(stepOf(state, step), step.fact);
      assert.equal(state.digest(), step.state);
    }
    assert.equal(state.factCount, vector.steps.length);
    assert.deepEqual(
      state.members.map(({ chainId }) => chainId),
      [1n, 271n, 272n, 2n ** 32n - 1n],
    );
  });

  test("a copy and a decoded state continue alike, and changes of a copy do not reach the state", () => {
    const [before, after] = [vector.steps.slice(0, 3), vector.steps.slice(3)];
    const state = HubState.empty();
    for (const step of before) stepOf(state, step);
    const copies = [state.copy(), HubState.decode(state.encode())];
    for (const copy of copies) for (const step of after) stepOf(copy, step);
    for (const copy of copies) assert.equal(copy.digest(), vector.steps.at(-1)?.state);
    assert.equal(state.digest(), before.at(-1)?.state);
  });

  test("refuses ids from 2^32 on, and changes nothing", () => {
    const state = HubState.empty();
    const stored = genesisStoredBatch(3n, rootOf(1), 0n);
    assert.equal(
      codeOf(() => state.step({ chainId: 2n ** 32n, stored })),
      "ChainIdTooLarge",
    );
    assert.equal(
      codeOf(() => state.step({ chainId: 1n, stored: { ...stored, batchNumber: 2n ** 32n - 1n } })),
      "BatchNumberTooLarge",
    );
    assert.equal(state.digest(), vector.empty);
  });

  test("stale fact: a batch without logs after a batch that the hub does not have, or after another one", () => {
    const without = { oldStateRoot: rootOf(1), newStateRoot: rootOf(2), l2LogsTreeRoot: emptyLogRoot };
    const first = { ...without, batchNumber: 4n, l2LogsTreeRoot: rootOf(9) };
    const state = HubState.empty();
    const step = (stored: typeof first): string | undefined => codeOf(() => state.step({ chainId: 5n, stored }));
    assert.equal(step({ ...without, batchNumber: 4n }), "FactUnknown", "of a chain that joined later");
    assert.equal(step(first), undefined);
    assert.equal(step({ ...without, batchNumber: 6n, oldStateRoot: rootOf(2) }), "FactUnknown", "one batch is missing");
    assert.equal(step({ ...without, batchNumber: 5n, oldStateRoot: rootOf(3) }), "FactUnknown", "another batch 4 was executed");
    assert.equal(step({ ...without, batchNumber: 5n, oldStateRoot: rootOf(2) }), undefined);
  });

  test("takes its newest batch again, with the same last fact: L1 skipped it", () => {
    const first = { batchNumber: 4n, oldStateRoot: rootOf(1), newStateRoot: rootOf(2), l2LogsTreeRoot: rootOf(9) };
    const second = { batchNumber: 5n, oldStateRoot: rootOf(2), newStateRoot: rootOf(3), l2LogsTreeRoot: emptyLogRoot };
    const state = HubState.empty();
    const facts = [first, second, second].map((stored) => state.step({ chainId: 5n, stored }));
    assert.deepEqual([new Set(facts).size, state.factCount, state.member(5n)?.nextBatch], [1, 3, 6n]);
    const other = { ...second, newStateRoot: rootOf(4) };
    assert.equal(
      codeOf(() => state.step({ chainId: 5n, stored: other })),
      "FactUnknown",
      "another batch 5",
    );
  });

  test("takes less than 10 kB with 64 members", () => {
    const state = HubState.empty();
    for (let chain = 0; chain < 64; chain++)
      state.step({ chainId: BigInt(300 + chain), stored: genesisStoredBatch(3n, rootOf(chain), 0n) });
    assert.equal(state.encode().length, 64 * 72 + 4 + 24 * 32);
    assert.ok(state.encode().length < 10_000);
  });

  test("malformed bytes are refused by name", () => {
    const state = HubState.empty();
    for (const step of vector.steps) stepOf(state, step);
    const bytes = state.encode();
    const swapped = new Uint8Array([...bytes.subarray(72, 144), ...bytes.subarray(0, 72), ...bytes.subarray(144)]);
    const noDigest = bytes.slice();
    noDigest.fill(0xff, 8, 12);
    const tooMany = bytes.slice();
    tooMany[bytes.length - 24 * 32 - 4] = 1;
    for (const wrong of [bytes.subarray(1), new Uint8Array(), swapped, noDigest, tooMany])
      assert.equal(
        codeOf(() => HubState.decode(wrong)),
        "Malformed",
      );
  });
});
