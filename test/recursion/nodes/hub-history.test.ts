import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { hubSlots } from "../../../src/proofs/execution-proof/batch/hub-slots.ts";
import { FactPaths } from "../../../src/ecosystem/hub/fact-tree.ts";
import { HubState } from "../../../src/ecosystem/hub/hub-state.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { hubStepInput } from "../../../src/proofs/l1-proof/hub-step-input.ts";
import { aggregateElements } from "../../../src/ground/protocol/aggregate.ts";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import { factIndex, hashFact } from "../../../src/ground/protocol/import-kinds.ts";
import { HUB_SLOT_KEYS } from "../../../src/ground/protocol/hub-slots.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import {
  aggregateOf,
  firstStart,
  joinedAggregates,
  ofHub,
  startBehind,
} from "../../../src/proofs/recursion/nodes/aggregate-statement.ts";
import { saidOfBatch } from "../../../src/proofs/recursion/nodes/batch-program.ts";
import { hubStepHints } from "../../../src/proofs/recursion/nodes/hub-hints.ts";
import { hubFirstProgram, hubNextProgram } from "../../../src/proofs/recursion/nodes/hub-program.ts";
import { emptyLogRoot, logRootOf } from "../../hub/support/batches.ts";
import { Member } from "../../hub/support/member.ts";
import { freeProgram } from "./free-program.ts";
import { brokenRule, rulesOf } from "./judged-rules.ts";
import { PROGRAMS } from "./statements.ts";

const backend = await createWasmBackend({ workers: 1 });
const part = { ...(await freeProgram(117, backend)), depth: 2 };
await backend.close();
const compressor = createCompressor();
const { compress } = compressor;
const slots = hubSlots(compress);
const rules = { first: rulesOf(hubFirstProgram(part, slots)), next: rulesOf(hubNextProgram(part, slots)) };
const POINT = [1, 2, 3, 4, 5];
const STEPS = 9;

/** Whole numbers below a bound, the same for the same seed. */
function drawsOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

describe("a program of a hub", () => {
  for (const seed of [1, 2])
    it(`leads to the states of the native hub, over a random history of three chains with real states (seed ${seed})`, () => {
      const draw = drawsOf(seed);
      const members = [new Member(271n, 0n), new Member(2n ** 32n - 1n, 5n), new Member(300n, 70_000n)];
      const hub = HubState.empty();
      const paths = new FactPaths();
      const facts: ImportedRoot[] = [];
      let before: readonly number[] | undefined;
      for (let i = 0; i < STEPS; i++) {
        const member = members[i < 3 ? i : draw(3)]!;
        const imports = [
          ...new Set(Array.from({ length: draw(4) + (i === STEPS - 1 ? 12 : 0) }, () => facts[draw(facts.length)])),
        ];
        const known = imports.filter((fact) => fact !== undefined);
        const logRoot = i > 2 && draw(3) === 0 ? emptyLogRoot : logRootOf(member.chainId, BigInt(i));
        const { entry, slots: shown } = member.batch(known, logRoot);
        const { stored } = entry;
        const [state, chainId] = [digestFromHex(hub.digest()), member.chainId];
        const input = hubStepInput(
          shown,
          {
            member: hub.memberPath(chainId),
            ...{ factCount: hub.factCount, nextFactSiblings: hub.nextFactSiblings() },
            imports: known.map(({ registryIndex, root }) => paths.pathOf(BigInt(hashFact(registryIndex, root)))!),
          },
          compress,
        );
        const fact = hub.step({ chainId, stored });
        paths.append(BigInt(fact));
        if (logRoot !== emptyLogRoot) facts.push({ registryIndex: factIndex(chainId, stored.batchNumber), root: logRoot });
        const elements = aggregateElements({ chainId, batch: stored });
        const start = before === undefined ? firstStart(STEPS) : startBehind(before);
        const own = ofHub(aggregateOf([elements], start, POINT, PROGRAMS), { before: state, after: digestFromHex(hub.digest()) });
        const statement = before === undefined ? own : joinedAggregates([before, own]);
        const children = [...(before === undefined ? [] : [before]), saidOfBatch(elements)];
        const program = before === undefined ? rules.first : rules.next;
        const verdict = (said: readonly number[]): string | undefined =>
          brokenRule(program, { statement: said, children }, { hints: hubStepHints(input), compress });
        assert.equal(verdict(statement), undefined);
        assert.equal(verdict(statement.with(42 + draw(8), 1)), "the hub's state after");
        before = statement;
      }
      assert.deepEqual(before?.slice(34, 42), digestFromHex(HubState.empty().digest()));
      assert.equal(before[2], STEPS);
    });

  it("is refused the slots of fewer facts than a batch imports", () => {
    const tree = StateTree.genesis([], { compressor });
    const slot = tree.prove(HUB_SLOT_KEYS.lastFact);
    const hub = HubState.empty();
    const own = { member: hub.memberPath(1n), factCount: 0, nextFactSiblings: hub.nextFactSiblings() };
    const one = { position: 0, siblings: [] };
    assert.throws(
      () => hubStepInput({ leafCount: 1, lastFact: slot, factMask: slot, imports: [] }, { ...own, imports: [one] }, compress),
      RangeError,
    );
  });
});
