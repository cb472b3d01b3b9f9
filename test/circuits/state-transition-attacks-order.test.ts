import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inv, mul, P, sub } from "../../src/proofs/field/koala-bear.ts";
import type { Digest } from "../../src/ground/protocol/state-transition-witness.ts";
import { comparisonCells } from "../../src/proofs/circuits/state-transition/trace/write-insertion.ts";
import { all, assertStopped, atRow, replaced, showing, tree, withLow } from "./support/attack.ts";
import { compareDigests, deriveKey } from "./support/state-model.ts";

const isLast = (next: Digest) => next.every((x) => x === 0);
const model = tree();
/** The leaf with the greatest key: every smaller key can be inserted after it, if only the first comparison is deceived. */
const last = model.leaves.findIndex((leaf) => isLast(leaf.next));

/** The first slot of an address whose key fulfils a condition. */
function slotOf(address: bigint, condition: (key: Digest) => boolean): bigint {
  let slot = 0n;
  while (!condition(deriveKey(0, address, slot))) slot++;
  return slot;
}

const isBelowLast = (key: Digest) => compareDigests(key, model.leaves[last]!.key) < 0;

describe("attacks on the order of keys", () => {
  it("stops a key that is already there, as its own low leaf", () => {
    // Leaf 3 is storage slot 2 of 0xaa.
    assertStopped(withLow(tree(), 3, 0xaan, 2n), ["comparison: high windows"]);
    assertStopped(withLow(tree(), 3, 0xaan, 2n), ["insertion: the new key exceeds the low leaf's key"], {
      forge: showing("low", 0, 1),
    });
  });

  it("stops a key that is already there, after its predecessor", () => {
    const present = model.leaves[3]!.key;
    const low = model.leaves.findIndex((leaf) => compareDigests(leaf.next, present) === 0);
    assertStopped(withLow(tree(), low, 0xaan, 2n), ["comparison: high windows"]);
    const disguise = atRow("highKeys", (cells) => ({ ...cells, other: replaced(replaced(cells.other ?? [], 3, 0), 4, 1) }));
    assertStopped(withLow(tree(), low, 0xaan, 2n), ["insertion: the successor of the low leaf exceeds the new key"], {
      forge: all(showing("high", 0, 1), disguise),
    });
  });

  it("stops a key beyond the low leaf's successor, even if the leaf claims to have none", () => {
    const key = deriveKey(0, 0xbbn, 1n);
    const low = model.leaves.findIndex((leaf) => compareDigests(leaf.next, key) < 0 && !isLast(leaf.next));
    assertStopped(withLow(tree(), low, 0xbbn, 1n), ["comparison: high windows"]);
    // With an offset that moves the key's first lane to 0, the greater successor is the moved one.
    const offset = P - key[0]!;
    const y = (model.leaves[low]!.next[0]! + offset) % P;
    const pretending = atRow("highKeys", (cells) => ({ ...cells, other: [0, 0, 0, 0, y, offset, 0, 0] }));
    assertStopped(withLow(tree(), low, 0xbbn, 1n), ["only the zero digest means no successor"], {
      forge: all(showing("high", 0, y), pretending),
    });
  });

  it("stops elements that are not those of the digits", () => {
    const slot = slotOf(0xccn, isBelowLast);
    const { digits, gap } = comparisonCells(0, 1);
    const onlyDigits = all(
      atRow("lowDigits", (cells) => ({ ...cells, ...digits })),
      atRow("lowGap", (cells) => ({ ...cells, ...gap })),
    );
    assertStopped(withLow(tree(), last, 0xccn, slot), ["comparison with the low key is remembered"], { forge: onlyDigits });
    const high = all(
      atRow("highDigits", (cells) => ({ ...cells, ...digits })),
      atRow("highGap", (cells) => ({ ...cells, ...gap })),
    );
    const low = model.leaves.findIndex((leaf) => compareDigests(leaf.next, model.leaves[3]!.key) === 0);
    assertStopped(withLow(tree(), low, 0xaan, 2n), ["comparison with the successor is remembered"], { forge: high });
    assertStopped(withLow(tree(), low, 0xaan, 2n), ["the second comparison is carried on"], { forge: showing("high", 0, 1) });
  });

  it("stops a comparison that shows the greater element with the modulus added", () => {
    // A key whose first element is small enough to have a second representation below 2^31.
    const slot = slotOf(0xdddn, (key) => isBelowLast(key) && key[0]! < 2 ** 24 - 1);
    const forge = showing("low", model.leaves[last]!.key[0]!, deriveKey(0, 0xdddn, slot)[0]! + P);
    assertStopped(withLow(tree(), last, 0xdddn, slot), ["comparison: the greater element is canonical"], { forge });
  });

  it("stops a comparison whose greater element has a highest bit of 2 or 3", () => {
    const slot = slotOf(0xdddn, (key) => isBelowLast(key) && key[0]! > 2 ** 25);
    const [x, y] = [model.leaves[last]!.key[0]!, deriveKey(0, 0xdddn, slot)[0]! + P];
    // y + p has eight or more high bits: the digit that should be one bit takes them.
    const yHigh = Math.floor(y / 2 ** 24);
    const spoilt = showing("low", x, y, (gap) => ({
      ...gap,
      other: replaced(replaced(gap.other ?? [], 0, yHigh >> 6), 2, inv(sub(127, yHigh))),
    }));
    assert.ok(yHigh >= 128);
    assertStopped(withLow(tree(), last, 0xdddn, slot), ["comparison: highest bit is boolean"], { forge: spoilt });
  });

  it("stops a comparison with a carry other than a bit", () => {
    // The gap y − x − 1 + p, with the modulus hidden in a negative carry.
    const slot = slotOf(0xccn, isBelowLast);
    const [x, y] = [model.leaves[last]!.key[0]!, deriveKey(0, 0xccn, slot)[0]!];
    const gap = comparisonCells(0, y - x + P).gap;
    const gapHigh = Math.floor((y - x - 1 + P) / 2 ** 24);
    const carry = Math.floor(y / 2 ** 24) - Math.floor(x / 2 ** 24) - gapHigh;
    const spoilt = showing("low", x, y, (honest) => ({
      ...honest,
      left: gap.left,
      right: [...Array.from(gap.right).slice(0, 3), ...Array.from(honest.right).slice(3)],
      other: replaced(honest.other ?? [], 1, (carry + P) % P),
    }));
    assertStopped(withLow(tree(), last, 0xccn, slot), ["comparison: carry is boolean"], { forge: spoilt });
  });

  it("stops digits of 8 and more", () => {
    // The high part of the gap is negative and is in one digit.
    const slot = slotOf(0xccn, (key) => isBelowLast(key) && key[0]! < model.leaves[last]!.key[0]! - 2 ** 24);
    const [x, y] = [model.leaves[last]!.key[0]!, deriveKey(0, 0xccn, slot)[0]!];
    const spoilt = showing("low", x, y, (honest) => {
      const carry = honest.other?.[1] ?? 0;
      const gapHigh = sub(sub(Math.floor(y / 2 ** 24), Math.floor(x / 2 ** 24)), carry);
      return { ...honest, right: [gapHigh, 0, 0, ...Array.from(honest.right).slice(3)] };
    });
    assertStopped(withLow(tree(), last, 0xccn, slot), ["digit 8 is below 8"], { forge: spoilt });
  });

  it("stops a low window that does not add up", () => {
    // Equal elements: the gap would have to be −1.
    const x = model.leaves[3]!.key[0]!;
    const spoilt = showing("low", x, x, (honest) => ({
      ...honest,
      left: [0, 0, 0, 0, 0, 0, 0, 0],
      right: [0, 0, 0, ...Array.from(honest.right).slice(3)],
      other: replaced(honest.other ?? [], 1, 0),
    }));
    assertStopped(withLow(tree(), 3, 0xaan, 2n), ["comparison: low windows"], { forge: spoilt });
  });

  it("stops a comparison in a later lane than the first that differs", () => {
    const isGreaterIn = (lane: number) => (key: Digest) => isBelowLast(key) && key[lane]! > model.leaves[last]!.key[lane]!;
    for (const lane of [1, 4, 7]) {
      const slot = slotOf(0xeen, isGreaterIn(lane));
      const forge = all(
        showing("low", model.leaves[last]!.key[lane]!, deriveKey(0, 0xeen, slot)[lane]!),
        atRow("lowKeys", (cells) => ({
          ...cells,
          other: [lane & 1, (lane >> 1) & 1, lane >> 2, ...Array.from(cells.other ?? []).slice(3)],
        })),
      );
      assertStopped(withLow(tree(), last, 0xeen, slot), ["keys agree before the chosen lane"], { forge });
    }
  });

  it("stops a mixture of lanes", () => {
    // Keys of one lane each: bits 1/2, 0, 0 would choose half of lane 0 and half of lane 1.
    const slot = slotOf(0xccn, isBelowLast);
    const key = deriveKey(0, 0xccn, slot);
    const half = inv(2);
    const mixed = (digest: Digest) => mul(half, (digest[0]! + digest[1]!) % P);
    const [x, y] = [mixed(model.leaves[last]!.key), mixed(key)];
    const forge = all(
      showing("low", Math.min(x, y), Math.max(x, y)),
      atRow("lowKeys", (cells) => ({ ...cells, other: [half, 0, 0, ...Array.from(cells.other ?? []).slice(3)] })),
    );
    const names = ["keys agree before the chosen lane", "lane choice bit 0 is boolean"];
    assertStopped(
      withLow(tree(), last, 0xccn, slot),
      x < y ? names : [...names, "insertion: the new key exceeds the low leaf's key"],
      { forge },
    );
  });
});
