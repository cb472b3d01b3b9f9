import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inv, P } from "../../src/field/koala-bear.ts";
import { compress } from "../../src/kernels/reference/poseidon2.ts";
import { DomainTag } from "../../src/protocol/domain-tags.ts";
import type { Digest, InsertionWitness, StateTransitionWitness } from "../../src/protocol/state-transition-witness.ts";
import { RowType } from "../../src/air/state-transition/row-types.ts";
import { assertStopped, atRow, octal, OUTPUTS, replaced, tree, withFirst } from "./support/attack.ts";
import { claim, failingConstraints, type Forge, forgeTrace } from "./support/scenario.ts";
import { compareDigests, deriveKey, type StateModel } from "./support/state-model.ts";

describe("attacks on insertions", () => {
  const insertion = (model = tree()) => model.batch((t) => [t.insert(0, 0xbbn, 1n, 5n), t.update(1, OUTPUTS)]);

  it("stops a value of zero", () => {
    assertStopped(tree().batch((t) => [t.insert(0, 0xbbn, 1n, 0n), t.update(1, OUTPUTS)]), ["an inserted value is not zero"]);
  });

  it("stops a key that is not the hash of kind, address and slot", () => {
    assertStopped(
      withFirst<InsertionWitness>(insertion(), (first) => ({ ...first, entry: { ...first.entry, address: 0xccn } })),
      ["a value's or key's hash becomes the right half"],
    );
  });

  it("stops a leaf of another kind than the key's", () => {
    const forge: Forge = (name, cells) => (name === "lowKeys" || name === "highKeys" ? { ...cells, other: replaced(cells.other ?? [], 7, 1) } : cells);
    const witness = insertion();
    assertStopped(witness, ["domain tag belongs to the row type", "the new leaf's kind is kept"], { forge });
  });

  /** An insertion as if the low leaf were `lowIndex`. */
  function withLow(model: StateModel, lowIndex: number, address: bigint, slot: bigint): StateTransitionWitness {
    return model.batch((t) => [t.insert(0, address, slot, 5n, { lowIndex }), t.update(1, OUTPUTS)]);
  }

  /** Digit rows for other elements than those of the keys: 0 < 1. */
  const honestLooking = (first: "lowDigits" | "highDigits", x: number, y: number): Forge => {
    const second = first === "lowDigits" ? "lowGap" : "highGap";
    const at = first === "lowDigits" ? 0 : 2;
    return (name, cells) => {
      const memory = Array.from(cells.memory ?? [0, 0, 0, 0, 0, 0, 0, 0]);
      const compared = replaced(replaced(memory, at, x), at + 1, y);
      if (name === first) return { ...cells, left: octal(x, 8), right: octal(y, 8) };
      if (name === second) {
        return {
          ...cells,
          left: octal(y - x - 1, 8),
          right: [0, 0, 0, 0, 0, 0, 0, 0],
          other: [0, 0, inv(127), 0, 0, 0, 0, 0],
          memory: compared,
        };
      }
      const carrying = ["highDigits", "highGap", "keyStart", "keyMiddle", "keyEnd", "absorbKey", "lowKeys"];
      return carrying.includes(name) && !(name === "highDigits" && at === 2) ? { ...cells, memory: compared } : cells;
    };
  };
  it("stops a key that is already there, as its own low leaf", () => {
    // Leaf 3 is storage slot 2 of 0xaa.
    assertStopped(withLow(tree(), 3, 0xaan, 2n), ["comparison: high windows"]);
    assertStopped(withLow(tree(), 3, 0xaan, 2n), ["insertion: the new key exceeds the low leaf's key"], {
      forge: honestLooking("lowDigits", 0, 1),
    });
  });

  it("stops a key that is already there, after its predecessor", () => {
    const model = tree();
    const present = model.leaves[3]!.key;
    const low = model.leaves.findIndex((leaf) => compareDigests(leaf.next, present) === 0);
    assertStopped(withLow(tree(), low, 0xaan, 2n), ["comparison: high windows"]);
    const disguised: Forge = (name, cells, writer) => {
      const forged = honestLooking("highDigits", 0, 1)(name, cells, writer);
      return name === "highKeys" ? { ...forged, other: replaced(replaced(forged.other ?? [], 3, 0), 4, 1) } : forged;
    };
    assertStopped(withLow(tree(), low, 0xaan, 2n), ["insertion: the successor of the low leaf exceeds the new key"], { forge: disguised });
  });

  it("stops a key beyond the low leaf's successor, even if the leaf claims to have none", () => {
    const model = tree();
    const key = deriveKey(0, 0xbbn, 1n);
    const low = model.leaves.findIndex((leaf) => compareDigests(leaf.next, key) < 0 && leaf.next.some((x) => x !== 0));
    assertStopped(withLow(tree(), low, 0xbbn, 1n), ["comparison: high windows"]);
    const lane = key.findIndex((x) => x !== 0);
    assert.equal(lane, 0);
    const u = P - key[0]!;
    const pretending: Forge = (name, cells) => {
      const window = 2 ** 24;
        const successor = model.leaves[low]!.next[0]!;
      const y = (successor + u) % P;
      // With infinity claimed, the elements that are compared are 0 and successor + u.
      const memory = Array.from(cells.memory ?? []);
      if (name === "highDigits") return { ...cells, left: octal(0, 8), right: octal(y % window, 8) };
      if (name === "highGap") {
        const [yLow, yHigh] = [y % window, Math.floor(y / window)];
        const carry = yLow > 0 ? 0 : 1;
        return {
          ...cells,
          left: octal(yLow - 1 + carry * window, 8),
          right: [...octal(yHigh - carry, 3), 0, 0, 0, yHigh % 8, Math.floor(yHigh / 8) % 8],
          other: [Math.floor(yHigh / 64), carry, yHigh === 127 ? 0 : inv(127 - yHigh), 0, 0, 0, 0, 0],
          memory: replaced(replaced(memory, 2, 0), 3, y),
        };
      }
      if (["keyStart", "keyMiddle", "keyEnd", "absorbKey", "lowKeys"].includes(name)) {
        return { ...cells, memory: replaced(replaced(memory, 2, 0), 3, y) };
      }
      if (name === "highKeys") return { ...cells, other: [0, 0, 0, 0, y, 1, u, 0] };
      return cells;
    };
    assertStopped(withLow(tree(), low, 0xbbn, 1n), ["only the zero digest means no successor"], { forge: pretending });
  });

  it("stops a comparison that shows the greater element with the modulus added", () => {
    // A key whose first element is small enough to have a second representation below 2^31, after a leaf with a greater key.
    let slot = 0n;
    while (deriveKey(0, 0xdddn, slot)[0]! >= 2 ** 24 - 1) slot++;
    const key = deriveKey(0, 0xdddn, slot);
    const model = tree();
    const low = model.leaves.findIndex((leaf) => leaf.next.every((x) => x === 0));
    const [x, y] = [model.leaves[low]!.key[0]!, key[0]! + P];
    assert.ok(compareDigests(model.leaves[low]!.key, key) > 0);
    const window = 2 ** 24;
    const carry = y % window > x % window ? 0 : 1;
    const forge: Forge = (name, cells) => {
      if (name === "lowDigits") return { ...cells, right: octal(y % window, 8) };
      if (name === "lowGap") {
        const gapHigh = 127 - Math.floor(x / window) - carry;
        return {
          ...cells,
          left: octal((y % window) - (x % window) - 1 + carry * window, 8),
          right: [...octal(gapHigh, 3), ...octal(Math.floor(x / window), 3), 7, 7],
          other: [1, carry, 0, 0, 0, 0, 0, 0],
        };
      }
      return cells;
    };
    assertStopped(withLow(tree(), low, 0xdddn, slot), ["comparison: the greater element is canonical"], { forge });
  });

  it("stops a comparison in a later lane than the first that differs", () => {
    // Any leaf with a greater key than the new one.
    const model = tree();
    let slot = 1n;
    const lowOf = (key: Digest) => model.leaves.findIndex((leaf) => leaf.next.every((x) => x === 0) && compareDigests(leaf.key, key) > 0);
    while (lowOf(deriveKey(0, 0xbbn, slot)) < 0) slot++;
    const low = lowOf(deriveKey(0, 0xbbn, slot));
    const forge: Forge = (name, cells, writer) => {
      const lane7 = honestLooking("lowDigits", 0, 1)(name, cells, writer);
      return name === "lowKeys" ? { ...lane7, other: [1, 1, 1, ...Array.from(cells.other ?? []).slice(3)] } : lane7;
    };
    const trace = forgeTrace(withLow(tree(), low, 0xbbn, slot), forge);
    assert.ok(failingConstraints(trace.columns, claim(trace, insertion())).includes("keys agree before the chosen lane"));
  });

  it("stops a leaf at another place than the leaf count", () => {
    const witness = tree().batch((t) => [t.insert(0, 0xbbn, 1n, 5n, { index: 8 }), t.update(1, OUTPUTS)]);
    assertStopped({ ...witness, newLeafCount: 8 }, ["the new leaf's index is the leaf count"]);
  });

  it("stops a leaf that overwrites another", () => {
    const model = tree();
    const low = (insertion().operations[0] as InsertionWitness).low.index;
    const index = low === 3 ? 4 : 3; // the low leaf itself changes before
    const occupied = model.siblings(index ^ 1)[0]!;
    const witness = model.batch((t) => [t.insert(0, 0xbbn, 1n, 5n, { index }), t.update(1, OUTPUTS)]);
    let paths = 0;
    const forge: Forge = (name, cells) => {
      const isStart = name === "pathOld" && cells.remaining === index && cells.returnType === RowType.header && paths++ === 0;
      return isStart ? { ...cells, [index === 3 ? "right" : "left"]: occupied } : cells;
    };
    assertStopped({ ...witness, newLeafCount: 8 }, ["the new leaf's index is the leaf count", "the new leaf's place was empty"], { forge });
  });

  it("stops a leaf in the place of an empty inner node", () => {
    // Level 1 over leaves 8 and 9 is empty: its digest is not zero.
    const model = tree();
    for (let slot = 20n; model.leaves.length < 8; slot++) model.insert(0, 0xaan, slot, 1n);
    const witness = insertion(model);
    const empty = compress(DomainTag.node, [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]);
    const higher = withFirst<InsertionWitness>(witness, (first) => ({ ...first, siblings: first.siblings.slice(1) }));
    let level = 0;
    const forge: Forge = (name, cells) => {
      // Index 4 at level 1: the same place as index 8 at level 0.
      if (!(name === "pathOld" || name === "pathNew") || cells.returnType !== RowType.header) return cells;
      const remaining = 4 >> (level >> 1);
      const bit = remaining & 1;
      const swap = bit !== (cells.bit ?? 0);
      level++;
      const turned = swap ? { ...cells, left: cells.right, right: cells.left } : cells;
      const placed = level === 1 ? { ...turned, left: empty } : turned;
      return { ...placed, bit, remaining };
    };
    const trace = forgeTrace(higher, forge);
    const failing = failingConstraints(trace.columns, claim(trace, witness));
    assert.ok(failing.includes("the new leaf's place was empty"), failing.join("; "));
    assert.ok(failing.includes("the new leaf's index is the leaf count"), failing.join("; "));
  });

  it("stops a final leaf count that is off by one", () => {
    const witness = insertion();
    const more = { ...witness, newLeafCount: witness.newLeafCount + 1 };
    assertStopped(more, ["last row has the final leaf count"]);
    assertStopped({ ...witness, oldLeafCount: 6 }, ["last row has the final leaf count", "the new leaf's index is the leaf count"]);
  });

  it("stops an old leaf count that the old root does not have", () => {
    const witness = insertion();
    const forge = atRow("stateOld", (cells) => ({ ...cells, right: replaced(cells.right, 0, 8) }));
    assertStopped(witness, ["old state root has the old leaf count"], { forge });
    const other = atRow("stateNew", (cells) => ({ ...cells, right: replaced(cells.right, 0, 9) }));
    assertStopped(witness, ["new state root has the final leaf count"], { forge: other });
  });

  it("stops a low leaf whose path does not return to the insertion", () => {
    const witness = insertion();
    const forge: Forge = (_, cells) => (cells.returnType === RowType.insertedValue ? { ...cells, returnType: RowType.header } : cells);
    assertStopped(witness, ["a finished path returns to its operation", "the low leaf's path returns to the insertion"], { forge });
  });

  it("stops a last entry that is an insertion", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.insert(0, 0xbbn, 1n, OUTPUTS)]);
    assertStopped(witness, ["an insertion returns to an entry"]);
  });
});
