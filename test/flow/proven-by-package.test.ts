import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, Interface, type Result } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { decodeBatchProof } from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import { systemForL1 } from "../../src/proofs/execution-proof/batch/l1-system.ts";
import { type AggregatedFields, aggregateStatement, statementElements } from "../../src/ground/protocol/aggregate.ts";
import { digestFromHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, type Hex, toHex } from "../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import type { ProofSection } from "../../src/proofs/stark/openings/proof.ts";
import { decodeRun } from "../../src/proofs/stark/proofs/encode-run.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { elementBytes } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { push } from "../chain/support/assembler.ts";
import { callsOf } from "../contracts/verifier/support/chain.ts";
import { createRandom } from "../contracts/verifier/support/random.ts";
import { type DeployedVerifier, verdictOf, verifierAt } from "../contracts/verifier/support/small-verifier.ts";
import { recordProofOf } from "../support/recorded-proofs.ts";
import { ALICE, clientOf, type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";

/** Hashes 4,096 bytes, 31 permutations of Keccak, 13 times: 403, where the largest chunk has room for 341. */
const HASHES = toHex(
  Uint8Array.from([
    ...[...push(13), 0x5b, 0x5a, 0x5f, 0x52, ...push(4_096), 0x5f, 0x20, 0x50],
    ...[...push(1), 0x90, 0x03, 0x80, ...push(2), 0x57, 0x00],
  ]),
);

/** Changes of the proof that L1 has accepted. */
const CHANGES = 500;

/* As users have it: the package's programs, keys and contracts, with at least 100 proven bits. */
describe("by what the package has, L1 executes by one proof of its execution", () => {
  let devnet: FlowDevnet;
  const pipeline = () => devnet.chains[0]!.pipeline;
  const hyperchain = new Interface(hyperchainAbi);

  before(async () => {
    const chain = { chainId: 271n, execution: "proven" } as const;
    devnet = await startFlowDevnet([chain], { ...OWN_BATCHES, prover: { workers: 2 } });
    assert.equal(pipeline().created.configuration.protocolVersion, PROVEN_VERSION);
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  async function assertExecuted(batchNumber: bigint): Promise<bigint> {
    const { receipts } = await pipeline().settled(batchNumber);
    assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
    const events = receipts.prove!.logs.flatMap((log) => hyperchain.parseLog(log)?.name ?? []);
    assert.deepEqual(events, ["BatchProven", "BlocksVerification", "ExecutionProven"]);
    return receipts.prove!.gasUsed;
  }

  /** The generated verifier among the contracts that L1 has. */
  async function starkContract(): Promise<DeployedVerifier> {
    const { provider } = devnet.l1;
    const asked = async (address: string, name: string): Promise<string> =>
      (await new Contract(address, [`function ${name}() view returns (address)`], provider).getFunction(name)()) as string;
    const { aggregator } = devnet.ecosystem.versions.proven!;
    const address = await asked(await asked(aggregator, "verifier"), "stark");
    return verifierAt({ call: callsOf((params) => devnet.l1.request("eth_call", params)) }, address, systemForL1("fast"));
  }

  test("a batch", async (context) => {
    await sealOne(devnet);
    const gasUsed = await assertExecuted(0n);
    await recordProofOf("one-batch", (await pipeline().settled(0n)).receipts.prove!);
    assert.match(devnet.info().chains[0]!.execution!.sentence, /^Proven on L1 since batch 0 \(1 batch is executed so far\)/);
    context.diagnostic(`gas of the proof's transaction: ${gasUsed}`);
  });

  test(`gets one verdict of both verifiers on each of ${CHANGES} changes of L1's proof`, async (context) => {
    const { receipts } = await pipeline().settled(0n);
    const { data } = (await receipts.prove!.getTransaction())!;
    const [batches, digest, shown] = proofAggregatorInterface.decodeFunctionData("proveBatches", data);
    const items = (batches as Result[]).map((item) => (item as Result).toObject(true) as AggregatedFields);
    const statement = elementBytes(statementElements(aggregateStatement(items, digestFromHex(digest as Hex))));
    const [proof, system, contract] = [fromHex(shown as Hex), systemForL1("fast"), await starkContract()];
    let sections: readonly ProofSection[] = [];
    const verdict = verdictOf(verify(system, statement, proof, { onSections: (all) => (sections = all) }));
    assert.deepEqual([verdict, await contract.verify(statement, proof)], ["accepted", "accepted"]);
    const [random, verdicts] = [createRandom(36), new Map<string, number>()];
    for (let i = 0; i < CHANGES; i++) {
      const [changed, { name, offset, length }] = [proof.slice(), sections[i % sections.length]!];
      const at = offset + random.below(length);
      changed[at]! ^= 1 + random.below(255);
      const expected = verdictOf(verify(system, statement, changed));
      assert.equal(await contract.verify(statement, changed), expected, `${name}, byte ${at - offset}`);
      assert.notEqual(expected, "accepted", `${name}, byte ${at - offset}`);
      verdicts.set(expected, (verdicts.get(expected) ?? 0) + 1);
    }
    context.diagnostic([...verdicts].map(([code, count]) => `${code}: ${count}`).join(", "));
  });

  test("attack: a batch with a transaction that hashes more than a chunk has room for", async (context) => {
    const client = clientOf(devnet.chains[0]!);
    const sender = devnet.accounts.wallet(ALICE).connect(client);
    const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 150_000n };
    await (await sender.sendTransaction({ data: HASHES, ...fees })).wait();
    client.destroy();
    const { outputs } = (await pipeline().seal())!;
    context.diagnostic(`gas of the proof's transaction: ${await assertExecuted(outputs.batchNumber)}`);
    const served = pipeline().execution!.served(outputs.batchNumber);
    assert.ok(served !== undefined);
    const { chunks } = decodeBatchProof(served.proof);
    const segments = chunks.map(({ proof }) => decodeRun(proof)?.proofs.length ?? 1);
    context.diagnostic(`segments of its chunks: ${segments.join(", ")}`);
    assert.ok(segments.some((count) => count > 1));
  });
});
