import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fixedTableColumns } from "../../../src/circuits/arithmetic/fixed-columns.ts";
import { LEAF, ROOTS } from "../../../src/circuits/buses.ts";
import { compressionAir } from "../../../src/circuits/compression/compression-air.ts";
import { compressionColumns, CompressionRequests } from "../../../src/circuits/compression/compression-trace.ts";
import { leavesAir } from "../../../src/circuits/leaves/leaves-air.ts";
import { leavesColumns } from "../../../src/circuits/leaves/leaves-trace.ts";
import { traceState } from "../../../src/circuits/leaves/state-trace.ts";
import { range16Table } from "../../../src/circuits/range16/range16-air.ts";
import { rootsAir } from "../../../src/circuits/roots/roots-air.ts";
import { rootsColumns } from "../../../src/circuits/roots/roots-trace.ts";
import { treeAir } from "../../../src/circuits/tree/tree-air.ts";
import { treeColumns } from "../../../src/circuits/tree/tree-trace.ts";
import { assertBoolean, lookUpCarries } from "../../../src/circuits/words/expressions.ts";
import { LIMBS } from "../../../src/circuits/words/word.ts";
import type { Backend } from "../../../src/kernels/backend.ts";
import { createWasmBackend } from "../../../src/kernels/wasm/backend.ts";
import { AirBuilder } from "../../../src/stark/air.ts";
import { checkTraces } from "../../../src/stark/check.ts";
import { commitPreprocessed } from "../../../src/stark/preprocess.ts";
import { prove } from "../../../src/stark/prove.ts";
import type { ProverInput } from "../../../src/stark/prover-input.ts";
import { compileSystem, type System, type SystemDefinition } from "../../../src/stark/system.ts";
import { traceColumns } from "../../../src/stark/trace-columns.ts";
import { verify } from "../../../src/stark/verify.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { honestRun } from "./support/state-run.ts";

/** In place of a run and its statement: a claim about a leaf a row, and the roots in the first. */
const CLAIM_FIELDS = { real: 1, first: 1, kind: 1, key: 8, before: LIMBS, after: LIMBS, oldRoot: 8, newRoot: 8 } as const;

function claimsAir() {
  const b = new AirBuilder("claims", 0);
  const { real, first, oldRoot, newRoot, ...leaf } = b.declare(CLAIM_FIELDS);
  assertBoolean(b, { real, first });
  // The table range16 answers this bus, too, on which the state's tables send nothing.
  lookUpCarries(b, [real]);
  b.send(LEAF, real, leaf);
  b.send(ROOTS, first, { before: oldRoot, after: newRoot });
  return b.build();
}

/** NOT SECURE: small parameters. */
const DEFINITION: SystemDefinition = {
  name: "claims about a state/1",
  parameters: smallParameters({ maxLogRows: 16, queryCount: 4 }),
  tables: [...[claimsAir(), leavesAir(), treeAir(), rootsAir(), compressionAir()].map((air) => ({ air })), range16Table()],
  statementValueCount: 0,
  publicValues: () => [],
};

describe("proofs of what a state's leaves are before a run and after it", () => {
  const { touched, state, oldRoot, newRoot } = honestRun();
  let backend: Backend;
  let system: System;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    system = compileSystem(DEFINITION, await commitPreprocessed(DEFINITION, backend));
  });
  after(() => backend.close());

  /** Claims of the leaves and the roots that the state's own tree has, with one claim changed. */
  function inputOf(change: { before?: readonly number[]; oldRoot?: readonly number[]; twice?: boolean } = {}): ProverInput {
    const requests = new CompressionRequests();
    const trace = traceState(touched, state, requests.compress);
    const claimed = change.twice === true ? [...touched, touched[0]!] : touched;
    const claims = claimed.map(({ kind, key, before, after }, i) => ({
      ...{ real: 1, first: i === 0 ? 1 : 0, kind, key, before: (i === 0 ? change.before : undefined) ?? before, after },
      ...{ oldRoot: change.oldRoot ?? oldRoot, newRoot },
    }));
    const padding = () => ({ ...claims[0]!, real: 0, first: 0 });
    const { minLogRows } = DEFINITION.parameters;
    const own = [
      traceColumns("claims", CLAIM_FIELDS, claims, { padding, minLogRows }),
      leavesColumns(trace.leaves, minLogRows),
      treeColumns(trace.tree, minLogRows),
      rootsColumns(trace.roots, minLogRows),
      compressionColumns(requests.list(), minLogRows),
    ];
    const looking = own.map((main, i) => ({ air: DEFINITION.tables[i]!.air, columns: { preprocessed: [], main } }));
    const [, numbers = []] = fixedTableColumns(looking);
    const traces = [...own, numbers];
    return { statement: new Uint8Array(0), auxiliary: traces.map(() => []), traces };
  }

  const judge = async (input: ProverInput): Promise<string> => {
    const result = verify(system, input.statement, await prove(system, input, backend));
    return result.ok ? "accepted" : result.rejection.code;
  };

  it("are accepted for the values and roots of the state's own tree", async () => {
    const input = inputOf();
    assert.deepEqual(checkTraces(system, input), []);
    assert.equal(await judge(input), "accepted");
  });

  it("are refused for another value, for a stale root, and for a leaf that is claimed twice", async () => {
    const [first] = touched;
    assert.equal(
      await judge(inputOf({ before: first!.before.map((limb, i) => (i === 0 ? limb + 1 : limb)) })),
      "LookupSumMismatch",
    );
    assert.equal(await judge(inputOf({ oldRoot: newRoot })), "LookupSumMismatch");
    assert.equal(await judge(inputOf({ twice: true })), "LookupSumMismatch");
  });
});
