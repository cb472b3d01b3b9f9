import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readOfferedProof } from "../../../src/ecosystem/devnet/offers/offered-answers.ts";
import { encodeSlots } from "../../../src/ground/protocol/encoded-slots.ts";
import { factOf, logRootOf } from "../../hub/support/batches.ts";
import { Member } from "../../hub/support/member.ts";

const proof = { commitment: `0x${"11".repeat(32)}`, program: "batch 0", proof: "0x12", imports: [], flows: [] };

describe("slots in an offered proof", () => {
  const { slots } = new Member(271n, 0n).batch([factOf(272n, 3n)], logRootOf(271n, 0n));
  const encoded = JSON.parse(JSON.stringify(encodeSlots(slots))) as ReturnType<typeof encodeSlots>;
  const code = (changes: object): unknown => {
    try {
      readOfferedProof({ ...proof, slots: { ...encoded, ...changes } });
      return undefined;
    } catch (error) {
      return (error as { code: unknown }).code;
    }
  };

  test("are read as the member has them, and are absent of a chain without them", () => {
    assert.deepEqual(readOfferedProof({ ...proof, slots: encoded }).slots, slots);
    assert.equal(readOfferedProof(proof).slots, undefined);
  });

  test("are refused if they are longer or larger than any member's", () => {
    const { lastFact, imports } = encoded;
    const [sibling] = lastFact.siblings;
    const wrong: readonly object[] = [
      { imports: new Array(17).fill(imports[0]) },
      { imports: "none" },
      { leafCount: 2 ** 29 + 1 },
      { lastFact: { ...lastFact, index: -1 } },
      { lastFact: { ...lastFact, index: 0.5 } },
      { lastFact: { ...lastFact, index: 2 ** 32 } },
      { lastFact: { ...lastFact, value: "0x12" } },
      { lastFact: { ...lastFact, nextKey: `0x${"ff".repeat(32)}` } },
      { lastFact: { ...lastFact, siblings: lastFact.siblings.slice(1) } },
      { lastFact: { ...lastFact, siblings: [...lastFact.siblings, sibling] } },
      { factMask: undefined },
    ];
    for (const changes of wrong) assert.equal(code(changes), "Unreadable", JSON.stringify(changes).slice(0, 60));
    assert.equal(code({ imports: new Array(16).fill(imports[0]) }), undefined);
  });
});
