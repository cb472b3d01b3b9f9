import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { AbiCoder, keccak256, type JsonRpcProvider } from "ethers";
import type { DevnetDependencies } from "../../src/ecosystem/devnet/devnet.ts";
import type { AggregatedBatch, AggregatedFields } from "../../src/ground/protocol/aggregate.ts";
import { statementImport } from "../../src/ground/protocol/carried-statement.ts";
import { genesisStoredBatch, type StoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { type ExecutedProof, fieldsOf, isJoinable } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import type { BatchesProver } from "../../src/proofs/l1-proof/batches-prover.ts";
import type { ExecutionProofs } from "../../src/chain/node/execution/node-execution.ts";
import { findStoredBatch } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import { packageError, revertDataOf } from "../../src/chain/settlement-layer/errors/contract-error.ts";
import {
  hyperchainInterface,
  proofAggregatorInterface,
  registryInterface,
} from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { currentProof, recordProof } from "../support/recorded-proofs.ts";
import { carriedBatches, NO_EXECUTION_PROOF } from "./support/carried-batches.ts";
import { clientOf, RELAYER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";
import { standingClock, standingL1 } from "./support/standing-time.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const BASE = 271n;
/** Second of the ecosystem's start: each run forms the batch whose proof is recorded. */
const START = 1_800_000_000;
const WAIT_SECONDS = 2_000;
/** Storage slots of the registry that are searched for the mapping of statements. */
const MAX_SLOT = 10;

/** Base whose batch waits on L1 for a proof. */
interface WaitingBase {
  readonly devnet: FlowDevnet;
  readonly batch: ExecutedProof;
  /** L1's record of the batch. */
  readonly stored: StoredBatch;
  readonly prove: ExecutionProofs["prover"]["prove"];
  readonly l1Prover: BatchesProver;
}

interface Shown {
  readonly batches: readonly AggregatedFields[];
  readonly digest: Hex;
  readonly proof: Hex;
}

/*
 * The base's batch imports statements about batches of two chains on it, x with a message and y with its delivery. One real proof by
 * the package's programs is about the three. A run makes it if none is recorded for the base's batch and these keys (decision 379).
 */
describe("a proven chain whose batch imports statements, with a real proof", () => {
  let base: WaitingBase;
  let shown: Shown;
  let isNew = true;
  let l1: JsonRpcProvider;
  let settled: SettledBatch;

  before(async () => {
    shown = (await recorded()) ?? (await proven());
    l1 = clientOf(base.devnet.l1);
  });
  after(async () => {
    l1.destroy();
    await base.devnet.close();
    assert.deepEqual(base.devnet.faults, []);
  });

  /** Recorded proof, if a base with the recorded statements forms the recorded batch; undefined otherwise. */
  async function recorded(): Promise<Shown | undefined> {
    const found = currentProof("layers");
    if (found === undefined) return undefined;
    base = await startBase(found.batches.slice(0, -1), true);
    isNew = !isDeepStrictEqual(found.batches.at(-1), fieldsOf(base.batch));
    if (!isNew) return found;
    await base.devnet.close();
    return undefined;
  }

  /** Makes batches of the two chains, a base with statements about them, and the proof of the three. */
  async function proven(): Promise<Shown> {
    const carried = await carriedBatches(BASE);
    base = await startBase(
      carried.map(({ batch }) => fieldsOf(batch)),
      false,
    );
    const { prove, l1Prover } = base;
    const executed: ExecutedProof[] = [];
    for (const { witness, batch } of carried) {
      const made = await prove(witness, batch.claim);
      assert.ok(made.kind === "proven", JSON.stringify(made));
      executed.push({ ...batch, execution: made.proof });
    }
    const all = [...executed, base.batch];
    const { digest, proof } = await l1Prover.prove(all);
    return { batches: all.map(fieldsOf), digest, proof: toHex(proof) };
  }

  const input = ({ batches, digest, proof }: Shown): string =>
    proofAggregatorInterface.encodeFunctionData("proveBatches", [batches.map(recordOf), digest, proof]);
  /** The batch with the other fields of its record. L1 has none of a chain on the base, and a statement is not about them. */
  function recordOf({ chainId, batch }: AggregatedFields): AggregatedBatch {
    const { stored } = base;
    const others = chainId === BASE ? stored : genesisStoredBatch(batch.protocolVersion, batch.newStateRoot, 0n);
    return { chainId, batch: { ...others, ...batch } };
  }

  /** Error with which L1 refuses a call on its state after a block, with these words of its storage; undefined if it accepts. */
  async function refusal(block: number, to: string, data: string, words: Readonly<Record<string, object>> = {}) {
    try {
      await l1.send("eth_call", [{ to, data, gas: "0x1000000" }, `0x${block.toString(16)}`, words]);
      return undefined;
    } catch (error) {
      const reverted = revertDataOf(error);
      return (reverted && packageError(reverted)?.name) ?? assert.fail(`L1 names no error: ${reverted}`);
    }
  }

  test("attack: the proof without one of the statements, or with another batch of a chain, is refused", async () => {
    const { batches } = shown;
    const aggregator = base.devnet.ecosystem.versions.proven!.aggregator;
    const block = await l1.getBlockNumber();
    const [x, y, own] = batches as readonly [AggregatedFields, AggregatedFields, AggregatedFields];
    const other = { ...y, batch: { ...y.batch, outputsHash: x.batch.outputsHash } };
    for (const list of [[x, own], [own], [x, other, own], [y, x, own]])
      assert.match((await refusal(block, aggregator, input({ ...shown, batches: list }))) ?? "accepted", /Mismatch$|^Proof/);
    assert.equal(await refusal(block, aggregator, input(shown)), undefined);
  });

  test("one transaction records both statements and proves the base's batch, which L1 then executes", async (context) => {
    const { devnet } = base;
    const { pipeline } = devnet.chains[0]!;
    const sender = devnet.accounts.wallet(RELAYER).connect(devnet.l1.provider);
    const receipt = (await (
      await sender.sendTransaction({ to: devnet.ecosystem.versions.proven!.aggregator, data: input(shown) })
    ).wait())!;
    const statements = receipt.logs.flatMap((log) => {
      const event = registryInterface.parseLog(log);
      return event?.name === "StatementRecorded" ? [[event.args["index"], event.args["statement"]]] : [];
    });
    const expected = shown.batches.slice(0, -1).map(statementImport);
    assert.deepEqual(
      statements,
      expected.map(({ registryIndex, root }) => [registryIndex, root]),
    );
    assert.ok(receipt.logs.some((log) => hyperchainInterface.parseLog(log)?.name === "ExecutionProven"));
    settled = await pipeline.settled(0n);
    assert.equal(settled.receipts.prove, undefined, "the chain has shown no proof");
    assert.deepEqual(settled.batch.importedRoots, expected);
    assert.equal(pipeline.progress().executed, 1);
    if (isNew) recordProof("layers", shown);
    context.diagnostic(`${isNew ? "new" : "recorded"} proof; gas: ${receipt.gasUsed}`);
  });

  test("L1 requires each statement: without one that is recorded it does not execute the batch", async () => {
    const { roots } = base.devnet.ecosystem.addresses;
    const { hyperchain } = base.devnet.chains[0]!.pipeline.created;
    const { execute } = settled.receipts;
    const { data } = (await execute!.getTransaction())!;
    const before = execute!.blockNumber - 1;
    assert.equal(await refusal(before, hyperchain, data), undefined);
    for (const { registryIndex } of settled.batch.importedRoots) {
      const slot = await slotOf(roots, registryIndex);
      const words = { [roots]: { stateDiff: { [slot]: wordToHex(0n) } } };
      assert.equal(await refusal(before, hyperchain, data, words), "ImportedRootUnknown");
    }
  });

  /** Slot of the registry with the word of a statement. */
  async function slotOf(registry: string, index: bigint): Promise<string> {
    for (let mapping = 0; mapping < MAX_SLOT; mapping++) {
      const slot = keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [index, mapping]));
      if (BigInt(await l1.getStorage(registry, slot)) !== 0n) return slot;
    }
    return assert.fail("the registry has no word of the statement");
  }
});

/** Starts a base whose first batch imports statements about these batches, and waits on L1 for its proof. */
async function startBase(carried: readonly AggregatedFields[], isRecorded: boolean): Promise<WaitingBase> {
  const prepared = Promise.withResolvers<ExecutedProof>();
  let prove = NO_EXECUTION_PROOF.prove;
  let l1Prover: BatchesProver | undefined;
  const provers: Pick<DevnetDependencies, "executionProver" | "l1Prover"> = {
    executionProver(prover) {
      prove = prover.prove;
      return isRecorded ? NO_EXECUTION_PROOF : prover;
    },
    l1Prover(prover) {
      l1Prover = prover;
      return {
        ...prover,
        prepare(batch) {
          assert.ok(!isJoinable(batch));
          prepared.resolve(batch);
          const joinable = () => Promise.resolve({ fields: fieldsOf(batch), program: "none", proof: new Uint8Array() });
          return Promise.resolve({ joinable, release: () => undefined });
        },
      };
    },
  };
  const devnet = await startFlowDevnet(
    [{ chainId: BASE, name: "base", execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } }],
    { ...OWN_BATCHES, prover: { workers: 2 } },
    { connectL1: standingL1(START), clock: new WaitingClock(WAIT_SECONDS, standingClock(START)), ...provers },
  );
  const { chain, created } = devnet.chains[0]!.pipeline;
  await chain.sequencer.importRoots(carried.map(statementImport));
  await sealOne(devnet);
  const batch = await prepared.promise;
  assert.ok(l1Prover !== undefined);
  const { hyperchain, fromBlock } = created;
  const contract = { provider: devnet.l1.provider, hyperchain, fromBlock };
  let stored: StoredBatch | undefined;
  while (stored === undefined) stored = await findStoredBatch(contract, 0n);
  return { devnet, batch, stored, prove, l1Prover };
}
