import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { JsonRpcProvider } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { checkBatch } from "../../src/ecosystem/devnet/proofs/check-batch.ts";
import { isJoinable } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { recordProofOf } from "../support/recorded-proofs.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { callOf, relayerOf } from "./support/interop.ts";
import { OWN_BATCHES } from "./support/on-l1.ts";
import { RecordedSource } from "./support/recorded-source.ts";
import { standingClock, standingL1 } from "./support/standing-time.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const [A, B] = [271n, 272n];
/** Second of the ecosystem's start: each run forms the batch whose proofs are recorded. */
const START = 1_800_000_000;
const WAIT_SECONDS = 2_000;
const PATIENCE_SECONDS = 600;
const HALF_SECONDS = PATIENCE_SECONDS / 2;
const LOOK_MS = 200;
const MAX_POLLS = 20;

/*
 * The source's batches wait for an aggregator that never comes. Its two proofs are real, by the package's programs: a run makes them
 * if none are recorded for this batch and these keys (decision 379). Importer and L1 check them in each run.
 */
describe("a source that stops after its commit, with real proofs", () => {
  const recorded = new RecordedSource("fact-source");
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  let l1: JsonRpcProvider;
  let relayer: Relayer;
  let isAltered = false;
  const source = () => devnet.chains[0]!.pipeline;
  const importer = () => devnet.chains[1]!.pipeline;

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha", execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } },
        { chainId: B, name: "beta", facts: { from: ["alpha"], patienceSeconds: PATIENCE_SECONDS } },
      ],
      { ...OWN_BATCHES, prover: { workers: 1 } },
      {
        connectL1: standingL1(START),
        clock: new WaitingClock(WAIT_SECONDS, standingClock(START)),
        executionProver: recorded.executionProver,
        l1Prover(prover) {
          const { prepare, prove } = recorded.l1Prover(prover);
          return {
            prepare: (batch, options) => prepare(isAltered && isJoinable(batch) ? altered(batch) : batch, options),
            prove,
          };
        },
      },
    );
    clients = devnet.chains.map(clientOf);
    l1 = clientOf(devnet.l1);
    relayer = relayerOf(devnet, clients, undefined, undefined, undefined, (chainId) => (chainId === B ? [A] : []));
    const payer = devnet.accounts.wallet(RELAYER).connect(devnet.l1.provider);
    const deposit = { chainId: B, to: lowerCaseAddress(payer.address), valueWei: ETHER };
    await requestFromL1(devnet.ecosystem.addresses.factory, deposit, payer);
    await importer().pollL1();
  });
  after(async () => {
    for (const client of [...clients, l1]) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Sends a call to the importer, in a batch that L1 stores and whose node offers its proof. */
  async function send(): Promise<bigint> {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const call = callOf(B, { to: `0x${"be".repeat(20)}`, data: "0x", value: 0n, reward: 0n });
    await (
      await alice.sendTransaction({ ...call, type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 1_000_000n })
    ).wait();
    const { batchNumber } = (await source().seal())!.outputs;
    while (((await clients[0]!.send("hyperchain_getOfferedBatches", [])) as unknown[]).length === 0) await pause(LOOK_MS);
    return batchNumber;
  }
  const journey = () => relayer.journeys().at(-1)!;

  test("the importer checks the proof before it imports, and half of its patience later has L1 check another one and execute the source", async (context) => {
    const batchNumber = await send();
    isAltered = true;
    await relayer.poll();
    assert.match(journey().refusal ?? "", /^the proof of batch 0 of chain 271 does not hold: .*MerkleMismatch/);
    assert.equal(journey().steps.has("imported"), false);
    isAltered = false;
    for (let poll = 0; !journey().steps.has("executed") && poll < MAX_POLLS; poll++) await relayer.poll();
    assert.deepEqual(journey().imported, { fact: factIndex(A, batchNumber) });
    assert.equal(journey().steps.has("settled"), false, "L1 has no proof of the source's batch");
    const own = (await importer().seal())!;
    assert.deepEqual(
      own.importedRoots.map(({ registryIndex }) => registryIndex),
      [factIndex(A, batchNumber)],
    );
    const settled = importer().settled(own.outputs.batchNumber);
    await clients[1]!.send("evm_increaseTime", [HALF_SECONDS + 10]);
    await settled;
    const { stored, receipts } = await source().settled(batchNumber);
    assert.equal(receipts.prove, undefined, "the source has shown no proof");
    const { hyperchain, fromBlock } = source().created;
    const checked = await checkBatch({ l1, l1ChainId: devnet.l1.chainId, chainId: A, hyperchain, fromBlock }, batchNumber);
    assert.deepEqual([checked.kind, checked.stage, checked.newStateRoot], ["execution", "executed", stored.newStateRoot]);
    const receipt = (await l1.getTransactionReceipt(checked.transactionHash))!;
    assert.equal(receipt.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
    const events = receipt.logs.flatMap((log) => hyperchainInterface.parseLog(log)?.name ?? []);
    assert.ok(events.includes("ExecutionProven"));
    if (recorded.single !== undefined) await recordProofOf("fact-source", receipt, recorded.single);
    context.diagnostic(`${recorded.single === undefined ? "recorded" : "new"} proofs; gas of L1's: ${receipt.gasUsed}`);
  });
});

function altered<Batch extends { readonly proof: Uint8Array }>(batch: Batch): Batch {
  const proof = batch.proof.slice();
  proof[proof.length >> 1]! ^= 1;
  return { ...batch, proof };
}
