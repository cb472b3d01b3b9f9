import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { hubSlots } from "../../src/proofs/execution-proof/batch/hub-slots.ts";
import type { HubBlock } from "../../src/ecosystem/hub/hub-block.ts";
import { HubNode, type OfferedEntry } from "../../src/ecosystem/hub/hub-node.ts";
import { hubSteps } from "../../src/ecosystem/hub/hub-steps.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import type { BatchForL1 } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import type { HubForL1 } from "../../src/proofs/l1-proof/hub-for-l1.ts";
import { decodeNodeInput, encodeNodeInput } from "../../src/proofs/l1-proof/proof-input.ts";
import { type PlannedProof, planProofs } from "../../src/proofs/l1-proof/proof-plan.ts";
import { aggregateStatement, statementElements } from "../../src/ground/protocol/aggregate.ts";
import { digestFromHex } from "../../src/ground/protocol/digest.ts";
import type { MemberSlots } from "../../src/ground/protocol/hub-slots.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import { compressProgram } from "../../src/proofs/recursion/nodes/aggregate-program.ts";
import { hubFirstProgram, hubNextProgram } from "../../src/proofs/recursion/nodes/hub-program.ts";
import type { NodePrograms } from "../../src/proofs/recursion/nodes/node-programs.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";
import { wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { emptyLogRoot, logRootOf } from "../hub/support/batches.ts";
import { Member } from "../hub/support/member.ts";
import { freeProgram } from "../recursion/nodes/free-program.ts";
import { brokenRule, rulesOf } from "../recursion/nodes/judged-rules.ts";
import { PROGRAMS } from "../recursion/nodes/statements.ts";

const [A, B] = [271n, 272n];
const { compress } = createCompressor();

/** Names and digest of the programs, which is all that a plan of proven batches reads. */
const programs = { batchNames: ["batch 0"], digests: { chunks: PROGRAMS, batches: PROGRAMS } } as unknown as NodePrograms;

describe("the plan of the proofs of a hub's block", () => {
  let rules: Readonly<Record<string, Program>>;
  before(async () => {
    const backend = await createWasmBackend({ workers: 1 });
    const part = { ...(await freeProgram(117, backend)), depth: 2 };
    await backend.close();
    const slots = hubSlots(compress);
    const [first, next] = [hubFirstProgram(part, slots), hubNextProgram(part, slots)];
    const last = compressProgram(part, PROGRAMS);
    rules = { "first of a hub": rulesOf(first), "next of a hub": rulesOf(next), compress: rulesOf(last) };
  });

  /** Two blocks: the second one's batches import facts of the first; one imported batch has no messages. */
  function blocks() {
    const [alpha, beta] = [new Member(A, 0n), new Member(B, 7n)];
    const node = HubNode.begin();
    const shown: { readonly block: HubBlock; readonly before: HubNode; readonly slots: readonly MemberSlots[] }[] = [];
    const take = (...batches: readonly { readonly entry: OfferedEntry; readonly slots: MemberSlots }[]): void => {
      const block = node.build(
        batches.map(({ entry }) => entry),
        (_, reason) => assert.fail(reason.message),
      )!;
      const slots = block.entries.map(({ stored }) => batches.find(({ entry }) => entry.stored === stored)!.slots);
      shown.push({ block, before: node.copy(), slots });
      node.apply(block);
    };
    take(alpha.batch([], logRootOf(A, 0n)), beta.batch([], logRootOf(B, 7n)));
    const facts = [
      { registryIndex: factIndex(A, 0n), root: logRootOf(A, 0n) },
      { registryIndex: factIndex(B, 7n), root: logRootOf(B, 7n) },
    ];
    take(
      alpha.batch(facts.slice(1), emptyLogRoot),
      beta.batch(facts.toReversed(), logRootOf(B, 8n)),
      alpha.batch([], logRootOf(A, 2n)),
    );
    return shown;
  }

  function planOf(
    { block, before, slots }: ReturnType<typeof blocks>[number],
    changed: (hub: HubForL1) => HubForL1 = (hub) => hub,
  ) {
    const steps = hubSteps(before.state, block.entries).map((step, i) => ({ ...step, slots: slots[i]! }));
    const hub = changed({ before: before.header.state, after: block.header.state, steps });
    const batches: BatchForL1[] = block.entries.map(({ chainId, stored }) => {
      return { fields: { chainId, batch: stored }, program: "batch 0", proof: Uint8Array.of(1) };
    });
    return planProofs(batches, "small", { programs, compress }, hub);
  }

  /** The rule of its program that a planned proof breaks; undefined if all hold. */
  function verdict({ program, statement, input }: PlannedProof): string | undefined {
    const { children, hints } = decodeNodeInput(input);
    const stated = { statement: wordsOf(statement), children: children.map((child) => wordsOf(child.statement)) };
    return brokenRule(rules[program]!, stated, { hints: hints!, compress });
  }

  test("has a proof for each batch, whose statements are the native hub's and which its programs accept", () => {
    for (const shown of blocks()) {
      const { block, before } = shown;
      const { proofs, digest, fields } = planOf(shown);
      const { length } = block.entries;
      const kinds = [...block.entries.map(() => "hubStep"), "compress", "wrap"];
      assert.deepEqual(
        proofs.map(({ kind }) => kind),
        kinds,
      );
      assert.deepEqual(
        proofs.map(({ needs }) => needs),
        [[], ...kinds.slice(1).map((_, i) => [i])],
      );
      for (const proof of proofs.slice(0, -1)) assert.equal(verdict(proof), undefined, proof.program);
      const states = { before: before.header.state, after: block.header.state };
      const said = statementElements(aggregateStatement(fields, digest, states));
      for (const proof of proofs.slice(length)) assert.deepEqual([...wordsOf(proof.statement)], said);
    }
  });

  test("states another state only with proofs that its programs refuse", () => {
    const [, second] = blocks();
    const [, other] = blocks().map(({ block }) => block.header.state);
    const wrongAfter = planOf(second!, (hub) => ({ ...hub, steps: hub.steps.with(1, { ...hub.steps[1]!, after: hub.before }) }));
    assert.equal(verdict(wrongAfter.proofs[1]!), "the hub's state after");
    const wrongBefore = planOf(second!, (hub) => ({ ...hub, before: other! }));
    assert.notEqual(verdict(wrongBefore.proofs[0]!), undefined);
    assert.deepEqual(digestFromHex(second!.before.header.state), wordsOf(planOf(second!).proofs[0]!.statement).slice(34, 42));
  });

  test("slots of another batch are refused by the program, and a missing step by name", () => {
    const [, second] = blocks();
    const [one, two, three] = second!.slots;
    const swapped = planOf(second!, (hub) => ({
      ...hub,
      steps: hub.steps.with(2, { ...hub.steps[2]!, slots: { ...three!, lastFact: one!.lastFact } }),
    }));
    assert.notEqual(verdict(swapped.proofs[2]!), undefined);
    assert.throws(() => planOf(second!, (hub) => ({ ...hub, steps: hub.steps.slice(1) })), RangeError);
    assert.throws(() => planOf({ ...second!, slots: [two!, one!, three!] }), RangeError, "another number of imports");
  });

  test("its inputs carry hints that are elements of the field", () => {
    const input = { program: "next of a hub", statement: new Uint8Array(4), children: [] };
    const hints = { words: [[1, 2, 3, 4, 5]], octets: [[1, 2, 3, 4, 5, 6, 7, 2_130_706_432]] };
    assert.deepEqual(decodeNodeInput(encodeNodeInput({ ...input, hints })), { ...input, hints });
    assert.deepEqual(decodeNodeInput(encodeNodeInput(input)).hints, { words: [], octets: [] });
    const large = encodeNodeInput({ ...input, hints: { words: [[2_130_706_433, 0, 0, 0, 0]], octets: [] } });
    assert.throws(() => decodeNodeInput(large), RangeError);
  });
});
