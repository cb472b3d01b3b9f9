import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { requireSlots } from "../../src/ecosystem/hub/member-slots.ts";
import type { MemberSlots, ProvenSlot } from "../../src/ground/protocol/hub-slots.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { codeOf, emptyLogRoot, factOf, logRootOf } from "./support/batches.ts";
import { Member } from "./support/member.ts";

const [A, B] = [271n, 272n];
const IMPORTS = [factOf(B, 4n), factOf(B, 5n)];

describe("slots that a member shows of its state", () => {
  const member = new Member(A, 0n);
  const earlier = member.batch([factOf(B, 3n)], logRootOf(A, 0n));
  const { entry, slots } = member.batch(IMPORTS, logRootOf(A, 1n));
  const code = (shown: MemberSlots | undefined, of = entry): string | undefined => codeOf(() => requireSlots(of, shown));
  const withSlot = (name: "lastFact" | "factMask", changes: Partial<ProvenSlot>): MemberSlots => ({
    ...slots,
    [name]: { ...slots[name], ...changes },
  });

  test("are accepted after each batch, with the facts that the batch imports", () => {
    assert.equal(code(slots), undefined);
    assert.equal(code(earlier.slots, earlier.entry), undefined);
    assert.deepEqual([slots.imports.length, slots.factMask.value], [2, 65_539n]);
  });

  test("are refused if they are missing: a chain without the flag of facts cannot join a hub with proofs", () => {
    assert.equal(code(undefined), "SlotsMissing");
  });

  test("wrong path: another sibling, position, successor, number of leaves or value leads to another root", () => {
    const { siblings, index, nextKey, value } = slots.lastFact;
    const changes: readonly Partial<ProvenSlot>[] = [
      { siblings: siblings.with(31, siblings[0]!) },
      { siblings: siblings.slice(1) },
      { siblings: [...siblings, siblings[0]!] },
      { index: index + 1 },
      { index: index + 2 ** 32 },
      { nextKey: nextKey.with(0, 1) },
      { value: value + 1n },
    ];
    for (const change of changes) assert.equal(code(withSlot("lastFact", change)), "SlotRefused", Object.keys(change)[0]);
    assert.equal(code({ ...slots, leafCount: slots.leafCount + 1 }), "SlotRefused");
  });

  test("slots of an earlier state, or of another slot, are refused", () => {
    assert.equal(code({ ...slots, lastFact: earlier.slots.lastFact }), "SlotRefused");
    assert.equal(code({ ...slots, lastFact: slots.factMask }), "SlotRefused");
    assert.equal(code({ ...slots, imports: slots.imports.toReversed() }), "SlotRefused");
  });

  test("attack: a state that another chain left, whose last fact is not the record's", () => {
    const forked = new Member(A, 0n, wordToHex(9n));
    // No log, so the predeploy writes no fact.
    const first = forked.batch([], emptyLogRoot);
    assert.equal(code(first.slots, first.entry), "LastFactMismatch");
    const second = forked.batch([], logRootOf(A, 1n));
    assert.equal(code(second.slots, second.entry), undefined);
    const ceased = { ...second.entry, stored: { ...second.entry.stored, batchNumber: 2n, l2LogsTreeRoot: logRootOf(A, 2n) } };
    assert.equal(code(second.slots, ceased), "LastFactMismatch");
  });

  test("wrong mask: a state whose mask hides an import, or claims one more, is refused", () => {
    const fewer = { ...entry, imports: IMPORTS.slice(0, 1) };
    assert.equal(code({ ...slots, imports: slots.imports.slice(0, 1) }, fewer), "MaskMismatch");
    assert.equal(code(slots, fewer), "ImportsMismatch");
    assert.equal(code({ ...slots, imports: slots.imports.slice(0, 1) }), "ImportsMismatch");
  });

  test("forged import: the state has another fact than the imports whose hash L1 has", () => {
    const forged = { ...entry, imports: [IMPORTS[0]!, factOf(B, 6n)] };
    assert.equal(code(slots, forged), "ImportsMismatch");
  });
});
