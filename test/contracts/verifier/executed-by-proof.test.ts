import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { BaseContract } from "ethers";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import {
  type AggregatedBatch,
  aggregateDigest,
  aggregateStatement,
  statementElements,
} from "../../../src/ground/protocol/aggregate.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { toHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { AdmittedPrograms } from "../../../src/proofs/recursion/nodes/admitted-programs.ts";
import { aggregateProgram, compressProgram } from "../../../src/proofs/recursion/nodes/aggregate-program.ts";
import { aggregateOf, firstStart, wrappedOf } from "../../../src/proofs/recursion/nodes/aggregate-statement.ts";
import { saidOfBatch } from "../../../src/proofs/recursion/nodes/batch-program.ts";
import type { StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import { type PreparedProgram, programKey, ProgramSet } from "../../../src/proofs/recursion/nodes/program-set.ts";
import { programShape } from "../../../src/proofs/recursion/nodes/program-shape.ts";
import { wrapProgram } from "../../../src/proofs/recursion/nodes/wrap-program.ts";
import { batchParameters, wrapParameters } from "../../../src/proofs/recursion/tables/program-parameters.ts";
import { programSystem } from "../../../src/proofs/recursion/tables/program-system.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { elementsOf } from "../../recursion/nodes/batch-elements.ts";
import { freeNode } from "../../recursion/nodes/free-program.ts";
import { provenOnce } from "../../recursion/nodes/proven-once.ts";
import { addExecutionVersion, itemOf } from "../l1/support/aggregates.ts";
import { type FormedBatch, TestChain } from "../l1/support/chain.ts";
import {
  createChain,
  defaultConfiguration,
  deployEcosystem,
  type Ecosystem,
  provenVersion,
  send,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { startCodeChain } from "./support/chain.ts";
import { deployStackVerifier } from "./support/small-verifier.ts";

/*
 * All steps between a batch's proof and its execution on L1, in their deployed form: the program that compresses, the one
 * whose proof L1 checks, the contracts that are generated for it, the verifier of aggregates, the aggregator, the chains.
 * By small parameters (NOT SECURE), and over batches' proofs of a program that any statement satisfies: real ones are
 * proven by night (test/execution-proof/proven-batch.test.ts).
 */
const FEW_QUERIES = { queryCount: 2, grindingBits: 3 };

/** A proof, and the digest that its program saw. */
interface ProofForL1 {
  readonly digest: string;
  readonly proof: string;
}

describe("L1 with a verifier of aggregates", () => {
  let backend: WasmBackend;
  let ecosystem: Ecosystem;
  let aggregator: BaseContract;
  let version: bigint;
  let ofBatch: PreparedProgram;
  let aggregating: PreparedProgram;
  let admitted: AdmittedPrograms;
  let compressing: PreparedProgram;
  let wrapping: PreparedProgram;
  let chains: readonly TestChain[];
  let batches: readonly { readonly formed: FormedBatch; readonly stored: StoredBatch }[];
  let items: readonly AggregatedBatch[];
  let honest: ProofForL1;

  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    const few = { ...batchParameters(), ...FEW_QUERIES };
    const writers = { batch: () => freeNode(117), aggregate: aggregateProgram };
    const set = new ProgramSet({ statementCount: 117, parameters: few, writers });
    [ofBatch, aggregating] = [await set.prepare("batch", backend), await set.prepare("aggregate", backend)];
    admitted = set.admitted([ofBatch, aggregating].map(({ compiled }) => programKey(compiled)));
    const node = compressProgram(set.shape, admitted.digest);
    compressing = { node, compiled: await programSystem(node.program, few, backend) };
    const wrap = wrapProgram(programShape(compressing.compiled));
    wrapping = { node: wrap, compiled: await programSystem(wrap.program, { ...wrapParameters(), ...FEW_QUERIES }, backend) };

    ecosystem = await deployEcosystem();
    version = provenVersion(2);
    const { address } = await deployStackVerifier(await startCodeChain(ecosystem.l1), wrapping.compiled.system);
    const verifier = await ecosystem.l1.deploy("AggregateVerifier", address);
    aggregator = (await addExecutionVersion(ecosystem, version, verifier)).contract;
    chains = await Promise.all([270n, 271n].map(createProven));
    batches = [await committed(chains[0]!), await committed(chains[1]!)];
    items = batches.map(({ stored }, i) => itemOf(chains[i]!, stored));
    honest = await provenFor(items);
  });
  after(async () => {
    await backend.close();
    await ecosystem.l1.close();
  });

  async function createProven(chainId: bigint): Promise<TestChain> {
    const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), protocolVersion: version };
    await createChain(ecosystem, configuration);
    return TestChain.of(ecosystem, configuration);
  }

  async function committed(chain: TestChain): Promise<{ readonly formed: FormedBatch; readonly stored: StoredBatch }> {
    const formed = await chain.form();
    const { stored } = await chain.commit(formed);
    return { formed, stored };
  }

  const proven = (program: PreparedProgram, elements: readonly number[], proofs?: readonly StatedProof[]): Promise<StatedProof> =>
    provenOnce(program, backend, elements, proofs);

  /** The proof for L1 that two batches are proven, and the digest that goes with it. */
  async function provenFor(of: readonly AggregatedBatch[]): Promise<ProofForL1> {
    const digest = aggregateDigest(of, (tag, left, right) => compress(tag, [...left], [...right]));
    const statement = aggregateStatement(of, digest);
    const { point } = statement;
    const all = of.map(elementsOf);
    const key = (program: PreparedProgram, place: number) => admitted.hintsOf(programKey(program.compiled), place);
    const proofs: StatedProof[] = [];
    for (const batch of all) proofs.push({ ...(await proven(ofBatch, saidOfBatch(batch))), program: key(ofBatch, 0) });
    const aggregate = aggregateOf(all, firstStart(of.length), point, admitted.digest);
    const aggregated = { ...(await proven(aggregating, aggregate, proofs)), program: key(aggregating, 1) };
    const elements = statementElements(statement);
    assert.deepEqual(wrappedOf(aggregate), elements);
    const { proof } = await proven(wrapping, elements, [await proven(compressing, elements, [aggregated])]);
    return { digest: digestToHex(digest), proof: toHex(proof) };
  }

  const propose = (of: readonly AggregatedBatch[], { digest, proof }: ProofForL1) =>
    send(aggregator, "proveBatches", of, digest, proof);

  it("executes no batch before one proof shows the batches of two chains; then both", async () => {
    for (const [i, { stored, formed }] of batches.entries())
      await assertReverts(chains[i]!.execute(stored, formed), "BatchNotProven(0, 0)");
    await propose(items, honest);
    for (const [i, { stored, formed }] of batches.entries()) await chains[i]!.execute(stored, formed);
  });

  it("takes no proof for another state, another order, one batch less, a batch of another number, or another digest", async () => {
    const [first, second] = items as readonly [AggregatedBatch, AggregatedBatch];
    const otherState = { ...first, batch: { ...first.batch, newStateRoot: first.batch.oldStateRoot } };
    const otherNumber = { ...second, batch: { ...second.batch, batchNumber: second.batch.batchNumber + 1n } };
    for (const others of [[otherState, second], [second, first], [first], [first, first], [first, otherNumber]])
      await assertReverts(propose(others, honest), "ConstraintMismatch()");
    await assertReverts(propose(items, { ...honest, digest: wordToHex(5n) }), "ConstraintMismatch()");
    const changed = honest.proof.slice(0, -2) + (honest.proof.endsWith("00") ? "01" : "00");
    // A path in the last of four trees of columns and three layers.
    await assertReverts(propose(items, { ...honest, proof: changed }), "MerkleMismatch(6)");
  });
});
