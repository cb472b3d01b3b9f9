import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { solidityPackedKeccak256 } from "ethers";
import { RedeemedSet, redeemedRootAfter } from "../../../src/ground/protocol/held-accounts/redeemed-set.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { readHeldVectors } from "./vectors.ts";

const { redemptions } = readHeldVectors();
const NONE = `0x${"00".repeat(32)}`;

/** Root that a proof of absence implies, step by step. */
function rootOfAbsence(id: Hex, { siblings, neighbor }: { readonly siblings: readonly Hex[]; readonly neighbor: Hex }): string {
  const start = neighbor === NONE ? NONE : solidityPackedKeccak256(["uint8", "bytes32"], [3, neighbor]);
  return siblings.reduce((node, sibling, i) => {
    const level = siblings.length - 1 - i;
    const isRight = (BigInt(id) >> BigInt(255 - level)) % 2n === 1n;
    const children = isRight ? [sibling, node] : [node, sibling];
    return solidityPackedKeccak256(["uint8", "uint8", "bytes32", "bytes32"], [4, level, ...children]);
  }, start);
}

describe("the set of redeemed ids", () => {
  test("has the derived root and proof after each insertion", () => {
    let set = RedeemedSet.EMPTY;
    assert.equal(set.root, NONE);
    for (const { id, siblings, neighbor, root } of redemptions) {
      assert.deepEqual(set.proveAbsence(id), { siblings, neighbor });
      assert.equal(rootOfAbsence(id, { siblings, neighbor }), set.root);
      assert.equal(set.has(id), false);
      set = set.insert(id);
      assert.equal(set.has(id), true);
      assert.equal(set.root, root);
    }
  });

  test("has a root after each insertion that follows from the proof of absence alone", () => {
    let before: Hex = `0x${"00".repeat(32)}`;
    for (const { id, siblings, neighbor, root } of redemptions) {
      assert.equal(redeemedRootAfter(before, id, { siblings, neighbor }), root);
      before = root;
    }
  });

  test("refuses a second redemption by a proof of another depth, of another neighbor or of the id itself", () => {
    const set = RedeemedSet.from(redemptions.map(({ id }) => id));
    for (const { id } of redemptions) {
      const proofs = redemptions.map(({ siblings, neighbor }) => ({ siblings, neighbor }));
      const others = redemptions.flatMap(({ id: neighbor }) => [
        { siblings: [], neighbor },
        { siblings: set.proveAbsence(`0x${"5a".repeat(32)}`).siblings, neighbor },
      ]);
      for (const proof of [...proofs, ...others]) assert.equal(redeemedRootAfter(set.root, id, proof), undefined);
    }
    const deep = { siblings: Array<Hex>(256).fill(`0x${"00".repeat(32)}`), neighbor: `0x${"00".repeat(32)}` as Hex };
    assert.equal(redeemedRootAfter(set.root, `0x${"5a".repeat(32)}`, deep), undefined);
  });

  test("has one root for all orders of insertion", () => {
    const ids = redemptions.map(({ id }) => id);
    const last = redemptions.at(-1);
    assert.equal(RedeemedSet.from(ids.toReversed()).root, last?.root);
    assert.equal(RedeemedSet.from(ids.toSorted()).root, last?.root);
  });

  test("refuses an id of the set", () => {
    const [first] = redemptions;
    assert.ok(first);
    const set = RedeemedSet.from([first.id]);
    assert.throws(() => set.insert(first.id), RangeError);
    assert.throws(() => set.proveAbsence(first.id), RangeError);
  });
});
