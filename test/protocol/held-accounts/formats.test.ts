import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { actPath, actTreeRoot, rootOfActPath } from "../../../src/ground/protocol/held-accounts/act-tree.ts";
import {
  accountLeaf,
  actLeaf,
  heldGiftId,
  heldNoteId,
  heldNotesHash,
  heldPaymentsHash,
  registrationMessage,
} from "../../../src/ground/protocol/held-accounts/formats.ts";
import { readHeldVectors } from "./vectors.ts";

const VECTORS = readHeldVectors();

describe("hashes of held accounts, compared with an independent derivation", () => {
  test("leaf of an account", () => {
    for (const { number, leaf, ...opening } of VECTORS.accounts) assert.equal(accountLeaf(number, opening), leaf);
  });

  test("leaf of an act", () => {
    for (const { number, accountLeaf: after, notes, payments, leaf } of VECTORS.acts) {
      const parts = { leaf: after, notesHash: heldNotesHash(notes), paymentsHash: heldPaymentsHash(payments) };
      assert.equal(actLeaf(number, parts), leaf);
    }
  });

  test("ids of notes and gifts", () => {
    for (const { root, position, index, id } of VECTORS.notes) assert.equal(heldNoteId(root, position, index), id);
    for (const { gift, id } of VECTORS.gifts) assert.equal(heldGiftId(gift), id);
  });

  test("message of a registration", () => {
    const { number, owner, body } = VECTORS.messages.registration;
    assert.equal(registrationMessage(number, owner), body);
  });

  test("refuses a number of an account above 40 bits", () => {
    const [account] = VECTORS.accounts;
    assert.ok(account);
    assert.throws(() => accountLeaf(2 ** 40, account), RangeError);
  });
});

describe("the tree of acts", () => {
  test("has the derived roots and paths, which lead to the root", () => {
    for (const { leaves, root, paths } of VECTORS.trees) {
      assert.equal(actTreeRoot(leaves), root, `${leaves.length} acts`);
      for (const { position, path } of paths) {
        assert.deepEqual(actPath(leaves, position), path);
        const leaf = leaves[position] ?? "0x";
        assert.equal(rootOfActPath(leaf, position, path), root);
        if (leaves.length > 1) assert.notEqual(rootOfActPath(leaf, position === 0 ? 1 : position - 1, path), root);
      }
    }
  });

  test("proves no act under an inner node that a poster gave as a leaf", () => {
    const [act, listed] = ["0x11", "0x22"].map((byte) => `0x${byte.slice(2).repeat(32)}` as const);
    assert.ok(act && listed);
    // The act that no owner signed is the second of a tree whose root is posted as the first leaf of another.
    const inner = actTreeRoot([listed, act]);
    const root = actTreeRoot([inner, listed]);
    assert.notEqual(rootOfActPath(act, 1, [listed, listed]), root);
  });

  test("has 1 to 256 acts", () => {
    const leaf = `0x${"11".repeat(32)}` as const;
    assert.throws(() => actTreeRoot([]), RangeError);
    assert.throws(() => actTreeRoot(Array<typeof leaf>(257).fill(leaf)), RangeError);
    assert.throws(() => actPath([leaf], 1), RangeError);
  });
});
