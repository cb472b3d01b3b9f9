import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { commitmentOf, type Note } from "../../src/proofs/circuits/join-split/note.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { encryptNote, openNote } from "../../src/ecosystem/shielded/note-cipher.ts";
import { NoteTree } from "../../src/ecosystem/shielded/note-tree.ts";
import {
  addressOf,
  elementsFrom,
  formatShieldedAddress,
  keysOf,
  parseShieldedAddress,
} from "../../src/ecosystem/shielded/shielded-keys.ts";
import { CommitmentTree, digestOf } from "../circuits/join-split/scenario.ts";

const [alice, bob] = [1, 2].map((byte) => keysOf(new Uint8Array(32).fill(byte))) as [
  ReturnType<typeof keysOf>,
  ReturnType<typeof keysOf>,
];
const note: Note = { value: 5n, owner: bob.owner, random: digestOf(3) };
const commitment = commitmentOf(compress, note);

describe("a note in a ciphertext", () => {
  test("is found by its owner alone", async () => {
    const ciphertext = await encryptNote(note, addressOf(bob));
    assert.deepEqual(await openNote(ciphertext, commitment, bob), note);
    assert.equal(await openNote(ciphertext, commitment, alice), undefined);
    assert.equal(ciphertext.length, 33 + 40 + 16);
  });

  test("a false note is not counted: value, owner and random elements open the commitment", async () => {
    // A sender commits to 5 gwei and encrypts more, or commits to another note.
    const more = await encryptNote({ ...note, value: 5_000_000n }, addressOf(bob));
    assert.equal(await openNote(more, commitment, bob), undefined);
    const other = await encryptNote({ ...note, random: digestOf(4) }, addressOf(bob));
    assert.equal(await openNote(other, commitment, bob), undefined);
    const ofAlice = commitmentOf(compress, { ...note, owner: alice.owner });
    assert.equal(await openNote(await encryptNote(note, addressOf(bob)), ofAlice, bob), undefined);
  });

  test("is not found in other bytes, nor in a changed ciphertext", async () => {
    const ciphertext = await encryptNote(note, addressOf(bob));
    for (const at of [0, 1, 33, ciphertext.length - 1]) {
      const changed = ciphertext.slice();
      changed[at] = ((changed[at] ?? 0) + 1) % 256;
      assert.equal(await openNote(changed, commitment, bob), undefined, `byte ${at}`);
    }
    for (const length of [0, 1, 33, 60]) assert.equal(await openNote(ciphertext.slice(0, length), commitment, bob), undefined);
  });
});

describe("an address of a wallet", () => {
  test("is the same text for the same seed, and parsed again", () => {
    const text = formatShieldedAddress(addressOf(alice));
    assert.deepEqual(parseShieldedAddress(text), addressOf(alice));
    assert.equal(text.length, 2 + 2 * 65);
    assert.notDeepEqual(alice.owner, bob.owner);
  });

  test("is refused if it is cut, has a point off the curve or an element that is not canonical", () => {
    const text = formatShieldedAddress(addressOf(alice));
    for (const bad of ["", "0x", text.slice(0, -2), `${text.slice(0, -66)}05${text.slice(-64)}`, `0xffffffff${text.slice(10)}`])
      assert.throws(() => parseShieldedAddress(bad), { code: "BadAddress" }, bad);
  });

  test("comes from a seed of 32 bytes, whose uses differ", () => {
    assert.throws(() => keysOf(new Uint8Array(31)), { code: "BadSeed" });
    const seed = new Uint8Array(32).fill(7);
    assert.notDeepEqual(elementsFrom(seed, "nullifier-key"), elementsFrom(seed, "random"));
  });
});

describe("the tree of a wallet", () => {
  test("has the roots and paths of one that is computed leaf by leaf", () => {
    const [tree, expected] = [new NoteTree(), new CommitmentTree()];
    assert.deepEqual(tree.root, expected.root);
    for (let pair = 0; pair < 5; pair++) {
      const leaves = [digestOf(2 * pair), digestOf(2 * pair + 1)] as const;
      tree.append(leaves);
      expected.append(...leaves);
      assert.deepEqual(tree.root, expected.root);
    }
    for (const index of [0, 3, 9]) assert.deepEqual(tree.siblings(index), expected.siblings(index));
  });
});
