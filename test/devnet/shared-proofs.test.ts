import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ExecutedProof } from "../../src/l1-proof/proof-plan.ts";
import { aggregateStatement } from "../../src/protocol/aggregate.ts";
import type { AggregatedFields } from "../../src/protocol/aggregate.ts";
import { digestFromHex, digestToHex, elementsToBytes } from "../../src/protocol/digest.ts";
import { fromHex, keccak, toHex, wordToHex } from "../../src/protocol/hex.ts";
import { decodeStateInput } from "../../src/prover/state-input.ts";
import { compileSolidity } from "../contracts/verifier/support/compile.ts";
import { startFlowDevnet } from "../flow/support/devnet.ts";
import type { FlowDevnet } from "../flow/support/devnet.ts";
import { OWN_BATCHES, sealOne } from "../flow/support/on-l1.ts";
import { FAKE_METRICS } from "../support/fake-metrics.ts";

/** Any that is canonical. */
const DIGEST = wordToHex(5n);
/** Takes the hash of the public values for a proof. */
const STARK_DOUBLE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract StarkDouble {
    function verify(bytes32 hash, bytes calldata, bytes calldata proof) external pure returns (bool) {
        return keccak256(proof) == keccak256(abi.encode(hash));
    }
}`;

/*
 * Chains, settlement, aggregator and the verifier of aggregates are real; a double of the generated verifier stands below them, and
 * nothing proves. Aggregates of real proofs are in test/recursion/nodes/node-programs.test.ts.
 */
describe("chains of a devnet that share proofs", () => {
  let devnet: FlowDevnet;
  /** Batches of each proof that was made. */
  const made: string[][] = [];
  let fails = false;

  before(async () => {
    const chain = { protocolVersion: 3, prover: { execution: "onL1" } } as const;
    const compiled = compileSolidity({ "StarkDouble.sol": STARK_DOUBLE })["StarkDouble"]!;
    const contracts = [{ name: "StarkDouble", abi: [], bytecode: compiled.creation }];
    devnet = await startFlowDevnet(
      [
        { ...chain, chainId: 271n, pace: { shared: true, maxAgeSeconds: 1_800 } },
        { ...chain, chainId: 272n, pace: { shared: true } },
        { ...chain, chainId: 273n },
      ],
      OWN_BATCHES,
      {
        onL1: { programs: "package", contracts: () => Promise.resolve({ contracts, executionKey: wordToHex(77n) }) },
        executionProver: ({ prepare }) => ({
          prepare,
          prove: () =>
            Promise.resolve({
              kind: "proven",
              proof: Uint8Array.of(1),
              metrics: { ...FAKE_METRICS, chunks: 1, provenBits: 100 },
            }),
          verify: () => Promise.resolve({ chunks: 1, provenBits: 100 }),
        }),
        l1Prover: () => ({
          prepare: () => Promise.resolve({ release: () => undefined }),
          prove(batches) {
            made.push(batches.map(({ claim }) => `${claim.chainId}:${claim.batch.batchNumber}`));
            if (fails && batches.length > 1) return Promise.reject(new Error("no proof of several"));
            return Promise.resolve({ digest: DIGEST, proof: doubleOf(batches), metrics: FAKE_METRICS });
          },
        }),
      },
    );
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const settledBy = async (place: number, number: bigint) =>
    (await devnet.chains[place]!.pipeline.settled(number)).receipts.prove;
  const toAggregator = (receipt: Awaited<ReturnType<typeof settledBy>>): void =>
    assert.equal(receipt?.to?.toLowerCase(), devnet.ecosystem.versionOnL1?.aggregator);

  it("have batches executed by one transaction when the pace of one asks for it; a chain that does not share has its own", async () => {
    await sealOne(devnet, 0);
    await devnet.chains[0]!.pipeline.execution!.outcome(0n);
    await sealOne(devnet, 2);
    toAggregator(await settledBy(2, 0n));
    assert.deepEqual(made, [["273:0"]], "the first chain's waits by its pace");
    await sealOne(devnet, 1);
    const [first, second] = await Promise.all([settledBy(0, 0n), settledBy(1, 0n)]);
    toAggregator(first);
    assert.equal(first?.hash, second?.hash);
    assert.deepEqual(made, [["273:0"], ["272:0", "271:0"]]);
  });

  it("prove by themselves where the proof of several fails", async () => {
    fails = true;
    await sealOne(devnet, 0);
    await devnet.chains[0]!.pipeline.execution!.outcome(1n);
    await sealOne(devnet, 1);
    const [first, second] = await Promise.all([settledBy(0, 1n), settledBy(1, 1n)]);
    toAggregator(first);
    toAggregator(second);
    assert.notEqual(first?.hash, second?.hash);
    assert.deepEqual(made.slice(2, 3), [["272:1", "271:1"]]);
    assert.deepEqual(made.slice(3).sort(), [["271:1"], ["272:1"]]);
  });

  it("wait for none that has no batch: one goes at once when it is asked to settle", async () => {
    await sealOne(devnet, 0);
    devnet.chains[0]!.pipeline.hurry();
    toAggregator(await settledBy(0, 2n));
    assert.deepEqual(made.at(-1), ["271:2"]);
  });
});

function doubleOf(batches: readonly ExecutedProof[]): Uint8Array {
  const items = batches.map(({ claim: { chainId, batch }, list }): AggregatedFields => {
    const { statement } = decodeStateInput(list);
    const [point, evaluation] = [statement.point, statement.evaluation].map((element) => toHex(elementsToBytes(element)));
    return {
      chainId,
      batch: {
        ...{ ...batch, commitment: statement.commitment, diffDigest: digestToHex(statement.diffDigest) },
        ...{ point: point!, evaluation: evaluation! },
      },
    };
  });
  const { batchCount, point, evaluation } = aggregateStatement(items, digestFromHex(DIGEST));
  const count = fromHex(wordToHex(BigInt(batchCount))).subarray(28);
  return fromHex(keccak(count, fromHex(DIGEST), elementsToBytes(point), elementsToBytes(evaluation)));
}
