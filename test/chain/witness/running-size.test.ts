import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Account, createAddressFromString, hexToBytes } from "@ethereumjs/util";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { changeSize } from "../../../src/chain/witness/change-size.ts";
import { FlatState } from "../../../src/chain/witness/flat-state.ts";
import { RunningSize } from "../../../src/chain/witness/running-size.ts";

/** Small, repeatable randomness. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = Number((BigInt(state) * 48271n) % 2147483647n)) % below;
}

const addresses = Array.from({ length: 5 }, (_, i) => createAddressFromString(`0x${(i + 1).toString(16).padStart(40, "0")}`));
const codes = ["0x00", "0x6001", "0x60016002"].map((code) => hexToBytes(code as `0x${string}`));
const word = (value: number) => hexToBytes(wordToHex(BigInt(value)));

/** One write, of a value that is often the one before, or zero. */
async function write(state: FlatState, random: (below: number) => number): Promise<void> {
  const address = addresses[random(addresses.length)]!;
  switch (random(5)) {
    case 0:
      return state.putAccount(address, random(4) === 0 ? undefined : new Account(BigInt(random(3)), BigInt(random(70_000))));
    case 1:
      return state.putCode(address, codes[random(codes.length)]!);
    case 2:
      return state.clearStorage(address);
    default:
      return state.putStorage(address, word(random(4) * 1000), word(random(3) * 300));
  }
}

describe("running size of a batch's changes", () => {
  it("is that of all changes, whatever is written, reverted, rolled back and begun again", async () => {
    const random = sequence(20261121);
    const state = new FlatState();
    const running = new RunningSize(state);
    let start = state.mark();
    let open = 0;
    let compared = 0;
    for (let step = 0; step < 6000; step++) {
      const kind = random(100);
      if (kind < 70) await write(state, random);
      else if (kind < 78) {
        await state.checkpoint();
        open++;
      } else if (kind < 84 && open > 0) {
        await (random(2) === 0 ? state.commit() : state.revert());
        open--;
      } else if (open === 0 && kind < 90 && state.mark() > start) {
        state.rollback(start + random(state.mark() - start));
      } else if (open === 0 && kind === 90) {
        if (random(2) === 0) state.forget(random(state.mark() + 1));
        start = state.mark();
        running.restart(start);
      } else if (kind > 90) {
        assert.deepEqual(running.size(), changeSize(state.changesSince(start)), `step ${step}`);
        compared++;
      }
    }
    assert.ok(compared > 300, `compared ${compared} times`);
  });

  it("starts again from an earlier mark", async () => {
    const state = new FlatState();
    const running = new RunningSize(state);
    const address = addresses[0]!;
    await state.putStorage(address, word(1), word(5));
    const first = running.size();
    running.restart(state.mark());
    await state.putStorage(address, word(2), word(6));
    assert.deepEqual(running.size(), first);
    running.restart(0);
    // Two new slots of one byte each: tag, address, length of the slot, slot, value.
    assert.deepEqual(running.size(), { diffs: 2, insertions: 2, diffBytes: 2 * (1 + 20 + 1 + 1 + 1), codes: 0, codeBytes: 0 });
  });
});
