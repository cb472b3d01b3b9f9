import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StateWrite } from "../../src/chain/state/change-set.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import { wholeWords } from "../../src/proofs/circuits/boundary/statement-form.ts";
import { PartialTree, partOf } from "../../src/proofs/execution-proof/batch/partial-tree.ts";
import { relist, type Relisting, relistedTree } from "../../src/proofs/execution-proof/batch/relisting.ts";
import { relistingInput, relistingShapes, relistingSystem } from "../../src/proofs/execution-proof/batch/relisting-system.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { encodeStatement, statementValues } from "../../src/proofs/execution-proof/run-statement.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { leastProvenBits } from "../../src/proofs/stark/security/proof-security.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { Random } from "../chain/state/support/random.ts";
import { applyWrites } from "./support/programs.ts";
import { atOnce } from "../../src/ground/runtime/turns.ts";
import { checkTraces } from "../stark/check-traces.ts";

const compressor = createCompressor();
const parameters = executionParameters();
const system = relistingSystem(parameters);
const leaf = (slot: number, value: number): StateWrite => ({
  leafKind: 0,
  address: 0xabcn,
  slot: BigInt(slot),
  value: BigInt(value),
});
const PRESENT = Array.from({ length: 20 }, (_, i) => leaf(3 * i, i + 1));

/** Tree after several lists in sequence, and the root after one list of all net changes. */
function inTwoOrders(lists: readonly (readonly StateWrite[])[]) {
  const whole = StateTree.genesis(PRESENT, { compressor });
  const part = new PartialTree(atOnce(partOf(whole, lists.flat())), compressor.compress);
  const first = whole.leafCount;
  for (const list of lists) part.write(list);
  applyWrites(whole, [...new Map(lists.flat().map((write) => [write.slot, write])).values()]);
  return { part, relisting: relist(part, first), listRoot: whole.root };
}

/** New leaves in three lists; 1, 4 and 7 of them are 0 again, and so is an earlier leaf. */
const LISTS = [
  [leaf(100, 1), leaf(1, 2), leaf(4, 3), leaf(3, 9), leaf(7, 8)],
  [leaf(50, 4), leaf(1, 0), leaf(101, 7), leaf(6, 0)],
  [leaf(25, 5), leaf(4, 0), leaf(7, 0), leaf(100, 11)],
];

const inputOf = ({ part, relisting }: { part: PartialTree; relisting: Relisting }) => relistingInput(part, relisting, parameters);

describe("a proof of relisted leaves", () => {
  it("is of the run's root and the list's, with at least 100 proven bits, and of no other two", async () => {
    const { part, relisting, listRoot } = inTwoOrders(LISTS);
    const input = inputOf({ part, relisting });
    assert.deepEqual(input.statement, encodeStatement({ places: [] }, [], { before: part.root, after: listRoot }));
    const backend = await createWasmBackend({ workers: 1 });
    const proof = await prove(system, input, backend);
    await backend.close();
    assert.deepEqual(verify(system, input.statement, proof), { ok: true });
    assert.ok(leastProvenBits(system, { circuitDigestElements: 8, statementTerms: 0 }) >= 100);
    const turned = encodeStatement({ places: [] }, [], { before: listRoot, after: part.root });
    assert.equal(verify(system, turned, proof).ok, false);
  });

  it("can be made of the relisting alone, which has the part of the tree that it is about", () => {
    const { part, relisting } = inTwoOrders(LISTS);
    const tree = relistedTree(relisting, compressor.compress);
    assert.deepEqual(tree.root, part.root);
    assert.deepEqual(relistingInput(tree, relisting, parameters), inputOf({ part, relisting }));
  });

  it("has one of few shapes, which programs check, however many leaves there are", () => {
    const shapes = relistingShapes(system).map(({ logRows }) => logRows.join());
    const heightsOf = (count: number): string => {
      const lists = [Array.from({ length: count }, (_, i) => leaf(1000 + i, 1))];
      const { traces } = inputOf(inTwoOrders(lists));
      return traces.map(([column]) => Math.log2(column?.length ?? 0)).join();
    };
    assert.deepEqual(
      [1, 60, 127, 128, 1000].map(heightsOf),
      [0, 0, 0, 1, 1].map((i) => shapes[i]),
    );
  });

  it("holds for random lists, and ends in the list's root", () => {
    const random = new Random(9);
    for (let round = 0; round < 8; round++) {
      const lists = Array.from({ length: 3 }, () => [
        ...new Map(Array.from({ length: 9 }, () => random.below(70)).map((slot) => [slot, leaf(slot, random.below(3))])).values(),
      ]);
      const { part, relisting, listRoot } = inTwoOrders(lists);
      const input = inputOf({ part, relisting });
      assert.deepEqual(input.statement, encodeStatement({ places: [] }, [], { before: part.root, after: listRoot }));
      assert.deepEqual(checkTraces(system, input), []);
    }
  });

  it("of leaves that are all 0 again ends in the root before them", () => {
    const { part, relisting, listRoot } = inTwoOrders([
      [leaf(1, 2), leaf(4, 3)],
      [leaf(1, 0), leaf(4, 0)],
    ]);
    assert.deepEqual(checkTraces(system, inputOf({ part, relisting })), []);
    assert.deepEqual(listRoot, StateTree.genesis(PRESENT, { compressor }).root);
  });

  it("relisting of another state: a leaf with another value, key or successor has another root before", () => {
    const { part, relisting } = inTwoOrders(LISTS);
    const other = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const change of [{ value: 77n }, { key: other }, { leafKind: 1 as const }]) {
      const listed = relisting.listed.map((each) => (each.value === 5n ? { ...each, ...change } : each));
      const { statement, ...input } = inputOf({ part, relisting: { ...relisting, listed } });
      const told = encodeStatement({ places: [] }, [], { before: part.root, after: rootAfter(statement) });
      assert.deepEqual(refusals({ ...input, statement: told }), ["bus roots"]);
    }
  });

  it("leaf dropped though it is not 0: it is refused as a value that is not 0", () => {
    const { part, relisting } = inTwoOrders(LISTS);
    const input = inputOf({ part, relisting });
    const [leaves = []] = input.traces;
    const names = system.tables[0]!.air.columnNames;
    const column = (name: string): Uint32Array => leaves[names.indexOf(name)]!;
    const row = column("kept").findIndex((flag, i) => flag === 1 && i > 0);
    column("kept")[row] = 0;
    column("removed")[row] = 1;
    const found = refusals(input);
    assert.ok(
      found.some((each) => /removed: value 0/.test(each)),
      found.join(),
    );
  });
});

/** Constraints and buses that refuse. */
function refusals(input: ProverInput): string[] {
  const found = checkTraces(system, input, { limit: 100 });
  return [...new Set(found.map((each) => (each.kind === "bus" ? `bus ${each.bus}` : `${each.table}: ${each.constraint}`)))];
}

function rootAfter(statement: Uint8Array): readonly number[] {
  return statementValues(wholeWords([]), statement)?.slice(8) ?? [];
}
