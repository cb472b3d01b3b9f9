import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import { decodeBatchProof } from "../../src/execution-proof/batch/batch-proof.ts";
import type { ExecutionProofInfo } from "../../src/node/execution/execution-info.ts";
import { fromHex, toHex } from "../../src/protocol/hex.ts";
import { PROVEN_ON_L1_VERSION } from "../../src/protocol/protocol-version.ts";
import { decodeRun } from "../../src/stark/proofs/encode-run.ts";
import { push } from "../chain/support/assembler.ts";
import { ALICE, clientOf, type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";

/** Hashes 4,096 bytes, 31 permutations of Keccak, 13 times: 403, where the largest chunk has room for 341. */
const HASHES = toHex(
  Uint8Array.from([
    ...[...push(13), 0x5b, 0x5a, 0x5f, 0x52, ...push(4_096), 0x5f, 0x20, 0x50],
    ...[...push(1), 0x90, 0x03, 0x80, ...push(2), 0x57, 0x00],
  ]),
);

/* As users have it: the package's programs, keys and contracts, with at least 100 proven bits. */
describe("by what the package has, L1 executes by one proof of its execution", () => {
  let devnet: FlowDevnet;
  const pipeline = () => devnet.chains[0]!.pipeline;
  const hyperchain = new Interface(hyperchainAbi);

  before(async () => {
    const chain = { chainId: 271n, protocolVersion: 3, prover: { execution: "onL1" } } as const;
    devnet = await startFlowDevnet([chain], { ...OWN_BATCHES, prover: { mode: "stark", workers: 2 } });
    assert.equal(pipeline().created.configuration.protocolVersion, PROVEN_ON_L1_VERSION);
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  async function assertExecuted(batchNumber: bigint): Promise<bigint> {
    const { receipts } = await pipeline().settled(batchNumber);
    assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versionOnL1?.aggregator);
    const events = receipts.prove!.logs.flatMap((log) => hyperchain.parseLog(log)?.name ?? []);
    assert.deepEqual(events, ["BatchProven", "BlocksVerification", "ExecutionProven"]);
    return receipts.prove!.gasUsed;
  }

  test("a batch", async (context) => {
    await sealOne(devnet);
    const gasUsed = await assertExecuted(0n);
    assert.match(devnet.info().chains[0]!.execution!.sentence, /^Proven on L1 since batch 0 \(1 batch is executed so far\)/);
    context.diagnostic(`gas of the proof's transaction: ${gasUsed}; of the contracts:`);
    for (const [name, gas] of devnet.ecosystem.gasUsed) if (name.startsWith("Aggregate")) context.diagnostic(`${name} ${gas}`);
  });

  test("attack: a batch with a transaction that hashes more than a chunk has room for", async (context) => {
    const client = clientOf(devnet.chains[0]!);
    const sender = devnet.accounts.wallet(ALICE).connect(client);
    const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 150_000n };
    await (await sender.sendTransaction({ data: HASHES, ...fees })).wait();
    client.destroy();
    const { outputs } = (await pipeline().seal())!;
    context.diagnostic(`gas of the proof's transaction: ${await assertExecuted(outputs.batchNumber)}`);
    const served = (await devnet.chains[0]!.provider.request({
      method: "hyperchain_getExecutionProof",
      params: [Number(outputs.batchNumber)],
    })) as ExecutionProofInfo;
    assert.ok(served.kind === "proven");
    const { chunks } = decodeBatchProof(fromHex(served.proof));
    const segments = chunks.map(({ proof }) => decodeRun(proof)?.proofs.length ?? 1);
    context.diagnostic(`segments of its chunks: ${segments.join(", ")}`);
    assert.ok(segments.some((count) => count > 1));
  });
});
