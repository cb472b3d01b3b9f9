import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { checkExecution } from "../../src/devnet/execution/check-execution.ts";
import { readServedExecution } from "../../src/devnet/execution/served-execution.ts";
import { ChainContractReader } from "../../src/devnet/chain-on-l1/chain-contract.ts";
import { executionParameters } from "../../src/execution-proof/parameters.ts";
import type { ExecutionProofInfo } from "../../src/node/execution/execution-info.ts";
import type { ProvableBatch } from "../../src/node/execution/batch-executions.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { findStoredBatch } from "../../src/settlement/l1-sender/chain-reader.ts";
import { ALICE, BOB, clientOf, refusalOf, settleNow, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { Kept } from "../flow/support/kept.ts";

const PROVEN = { chainId: 271n, prover: { execution: "proven" } } as const;
/** NOT SECURE, and fast. */
const SMALL = {
  executionProving: { parameters: { ...executionParameters(), queryCount: 2, grindingBits: 0 }, acceptsWeakParameters: true },
};
/** No deposits, so that the first batch is the test's own; its fees are 0. */
const EMPTY = { fundedAccounts: [] } as const;
/** So few proofs are kept that a second one takes the first one's place. */
const FEW_KEPT = { ...EMPTY, prover: { workers: 2, keptProofs: 1 } } as const;
/** Of batches that are sealed one after the other. */
const LAST = 3n;
/** BLS12-381, sums of points: of two that are infinity here. */
const UNPROVEN = `0x${"b".padStart(40, "0")}`;
const INFINITIES = `0x${"00".repeat(256)}`;

/** Has an account without money call, for no fee. */
async function call(devnet: FlowDevnet, to: string, data = "0x"): Promise<void> {
  const [chain] = devnet.chains;
  const client = clientOf(chain!);
  const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 100_000n };
  await (
    await devnet.accounts
      .wallet(ALICE)
      .connect(client)
      .sendTransaction({ to, data, ...fees })
  ).wait();
  client.destroy();
}

const executionOf = async (devnet: FlowDevnet) => (await devnet.status()).chains[0]!.execution!;
const ask = (devnet: FlowDevnet, method: string, ...params: unknown[]): Promise<unknown> =>
  devnet.chains[0]!.provider.request({ method, params });

describe("B3: a chain whose execution is proven", () => {
  let devnet: FlowDevnet | undefined;
  afterEach(async () => {
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    devnet = undefined;
  });

  test("has each batch proven behind it, says why a batch is not, and claims the unbroken run from the first batch alone", async () => {
    devnet = await startFlowDevnet([PROVEN], FEW_KEPT, SMALL);
    await call(devnet, devnet.accounts.wallet(BOB).address);
    await devnet.settle(undefined, { execution: true });
    await call(devnet, UNPROVEN, INFINITIES);
    await devnet.settle(undefined, { execution: true });
    const execution = await executionOf(devnet);
    assert.deepEqual([execution.provenUpTo, execution.proven, execution.pending], [0, 1, []]);
    assert.deepEqual(
      execution.labelled.map(({ batch, reason }) => ({ batch, reason })),
      [{ batch: 1, reason: "unsupported-precompile" }],
    );
    assert.match(execution.sentence, /^The transactions of batch 0 are proven: .*L1 does not check them/);
    assert.match(devnet.info().proven, /What is proven of the execution of transactions is said of each chain/);
    const served = (await ask(devnet, "hyperchain_getExecutionProof", 0)) as ExecutionProofInfo & { readonly kind: "proven" };
    assert.equal(served.kind, "proven");
    assert.equal(served.outputs.batchNumber, "0");
    const labelled = (await ask(devnet, "hyperchain_getExecutionProof", "0x1")) as ExecutionProofInfo;
    assert.equal(labelled.kind, "labelled");
    const { url } = devnet.chains[0]!;
    const rest = async (batch: number): Promise<unknown> => (await fetch(`${url}/batches/${batch}/execution`)).json();
    assert.deepEqual([await rest(0), await rest(1)], [served, labelled]);
    // The next proof takes the place of the first; what was proven stays proven.
    await call(devnet, devnet.accounts.wallet(BOB).address);
    await devnet.settle(undefined, { execution: true });
    const { kind, batch, chunks, provenBits, seconds } = served;
    assert.equal(kind, "proven");
    const pruned = { kind: "pruned", batch, chunks, provenBits, seconds };
    assert.deepEqual([await ask(devnet, "hyperchain_getExecutionProof", 0), await rest(0)], [pruned, pruned]);
    assert.throws(() => readServedExecution(pruned), { name: "ExecutionCheckError", code: "ProofPruned" });
    assert.equal(((await rest(2)) as ExecutionProofInfo).kind, "proven");
    const { provenUpTo, proven } = await executionOf(devnet);
    assert.deepEqual([provenUpTo, proven], [0, 2]);
    const client = clientOf(devnet.chains[0]!);
    assert.equal((await refusalOf(client, "hyperchain_getExecutionProof", [3])).data?.code, "BatchUnknown");
    client.destroy();
  });

  test("drops the proof of a batch that is taken back, and ends the one that is being made", async () => {
    devnet = await startFlowDevnet([PROVEN], EMPTY, SMALL);
    await call(devnet, UNPROVEN, INFINITIES);
    await devnet.settle(undefined, { execution: true });
    const mark = await devnet.snapshot();
    await call(devnet, UNPROVEN, INFINITIES);
    await devnet.settle(undefined, { execution: true });
    const { execution, seal } = devnet.chains[0]!.pipeline;
    // One under way and one that waits.
    for (const number of [2n, LAST]) {
      await call(devnet, devnet.accounts.wallet(BOB).address);
      assert.equal((await seal())?.outputs.batchNumber, number);
    }
    const lost = assert.rejects(execution!.outcome(LAST), { name: "ExecutionGoneError", code: "BatchReverted" });
    assert.equal(execution!.pending().at(-1), LAST);
    assert.equal(await devnet.revert(mark), true);
    await lost;
    assert.deepEqual([...execution!.outcomes().keys()], [0n]);
    assert.deepEqual(execution!.pending(), []);
    assert.equal(execution!.standing(1n), undefined);
    // The next batch of the number has an outcome of its own.
    await call(devnet, UNPROVEN, INFINITIES);
    await devnet.settle(undefined, { execution: true });
    assert.deepEqual([...execution!.outcomes().keys()], [0n, 1n]);
  });

  test("is not verified before L1 has the proof of its published changes, which shows the outputs", async () => {
    devnet = await startFlowDevnet([{ ...PROVEN, pace: { maxAgeSeconds: 3_000 } }], EMPTY, SMALL);
    await call(devnet, UNPROVEN, INFINITIES);
    const { pipeline } = devnet.chains[0]!;
    const { outputs } = (await pipeline.seal())!;
    while (pipeline.progress().committed < 1) await devnet.l1.request("eth_blockNumber");
    await assert.rejects(
      checkExecution({
        ...{ l1: devnet.l1.provider, hyperchain: pipeline.created.hyperchain, batchNumber: 0n, genesis: () => [], bridges: [] },
        served: { outputs, coinbase: pipeline.created.configuration.admin, proof: new Uint8Array() },
      }),
      { name: "ExecutionCheckError", code: "ChangesUnproven" },
    );
  });

  test("of version 3, born with accounts, has its first batch proven from the state that the imports left on L1", async () => {
    const stores: Hex = `0x${"5e".repeat(20)}`;
    const imported = { import: { [stores]: { nonce: "1", code: "0x5f546001015f5500", storage: { "0x0": "0x29" } } } };
    devnet = await startFlowDevnet([{ ...PROVEN, ...imported, protocolVersion: 3 }], EMPTY, SMALL);
    await call(devnet, stores);
    await devnet.settle(undefined, { execution: true });
    const execution = await executionOf(devnet);
    assert.deepEqual([execution.provenUpTo, execution.labelled], [0, []]);
    const { hyperchain, configuration, fromBlock } = devnet.chains[0]!.pipeline.created;
    const { provider } = devnet.l1;
    const record = await new ChainContractReader(provider, hyperchain, await provider.getBlockNumber()).firstRecord(fromBlock);
    assert.equal(record.newStateRoot, configuration.importStateRoot);
    assert.equal((await findStoredBatch({ provider, hyperchain, fromBlock }, 0n))?.oldStateRoot, record.newStateRoot);
  });

  test("ends with a proof under way, and leaves nothing behind", async () => {
    devnet = await startFlowDevnet([PROVEN], EMPTY, SMALL);
    await call(devnet, devnet.accounts.wallet(BOB).address);
    await devnet.settle();
    const closed = assert.rejects(devnet.chains[0]!.pipeline.execution!.outcome(0n), { code: "NodeClosed" });
    await devnet.close();
    await closed;
    devnet = undefined;
  });
});

describe("B3: a chain whose execution is trusted", () => {
  test("answers that it is, and says nothing else of itself", async () => {
    const provable: ProvableBatch[] = [];
    const onProvable = (batch: ProvableBatch): void => void provable.push(batch);
    const devnet = await startFlowDevnet([271n], { ...EMPTY, proofs: "none" }, { onProvable });
    assert.deepEqual(await ask(devnet, "hyperchain_getExecution"), { kind: "trusted" });
    assert.deepEqual(await ask(devnet, "hyperchain_getExecutionProof", 0), { kind: "trusted" });
    assert.equal((await devnet.status()).chains[0]!.execution, undefined);
    assert.equal(devnet.info().chains[0]!.execution, undefined);
    await call(devnet, devnet.accounts.wallet(BOB).address);
    const { stored } = await settleNow(devnet.chains[0]!);
    await devnet.close();
    // What a proof would be made from is told to who asks for it.
    const told = provable.map(({ claim, witness }) => [claim.batch.batchNumber, claim.batch.newStateRoot, witness.kind]);
    assert.deepEqual(told, [[0n, stored.newStateRoot, "witness"]]);
  });
});

describe("B3: a kept chain whose execution is proven", () => {
  test("has what became of its proofs after a restart, and takes up again those that were not made", async () => {
    const kept = new Kept([PROVEN], { ...EMPTY, prover: { workers: 2 } }, undefined, SMALL);
    await kept.start();
    await call(kept.devnet, UNPROVEN, INFINITIES);
    await kept.devnet.settle(undefined, { execution: true });
    const first = await executionOf(kept.devnet);
    await call(kept.devnet, kept.devnet.accounts.wallet(BOB).address);
    await kept.devnet.settle();
    await kept.restart();
    assert.deepEqual((await executionOf(kept.devnet)).labelled, first.labelled);
    assert.deepEqual((await executionOf(kept.devnet)).pending, [1]);
    const { execution } = kept.devnet.chains[0]!.pipeline;
    assert.equal((await execution!.outcome(1n)).kind, "proven");
    await kept.end();
  });
});
