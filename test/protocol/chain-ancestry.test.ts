import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { idOnChain, layersBelow, parentId } from "../../src/ground/protocol/chain-ancestry.ts";

/** Layout of contracts/l1/ChainIds.sol: bits 0…31 the L2's number ‖ 32…43 the L3's ‖ 44…51 the L4's. */
describe("ids name their ancestry", () => {
  test("an L2 has no parent; an L3's is in the lowest 32 bits, an L4's in the lowest 44", () => {
    assert.deepEqual([271n, 0xffff_ffffn].map(parentId), [undefined, undefined]);
    assert.deepEqual([0x1_0000_010fn, 0xfff_0000_010fn].map(parentId), [271n, 271n]);
    assert.equal(parentId(0x2001_0000_010fn), 0x1_0000_010fn);
    assert.deepEqual([271n, 0x1_0000_010fn, 0x2001_0000_010fn, 1n << 52n].map(layersBelow), [0, 1, 2, 3]);
  });

  test("the first, last and no further id on a chain", () => {
    assert.equal(idOnChain(271n, 1n), 4_294_967_567n);
    assert.equal(idOnChain(271n, 4_095n), 0xfff_0000_010fn);
    assert.throws(() => idOnChain(271n, 4_096n), RangeError);
    assert.equal(idOnChain(0x1_0000_010fn, 255n), 0xf_f001_0000_010fn);
    assert.throws(() => idOnChain(0x1_0000_010fn, 256n), RangeError);
    assert.throws(() => idOnChain(0x1001_0000_010fn, 1n), RangeError);
    assert.throws(() => idOnChain(271n, 0n), RangeError);
  });
});
