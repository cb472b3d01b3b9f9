import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Contract, id, Interface } from "ethers";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import { contractErrorsAbi } from "../../src/abi/contract-errors.ts";
import { verifierRegistryAbi } from "../../src/abi/verifier-registry.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { ExecutedProof } from "../../src/l1-proof/batch-for-l1.ts";
import { SharedProofs } from "../../src/node/settling/shared-proofs.ts";
import { type AggregatedFields, MAX_AGGREGATED_BATCHES } from "../../src/protocol/aggregate.ts";
import { digestToHex, elementsToBytes } from "../../src/protocol/digest.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../src/protocol/hex.ts";
import { encodeShown } from "../../src/protocol/shown-execution.ts";
import { createProver } from "../../src/prover/prover.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { createMemoryJournal } from "../../src/settlement/journal/journal.ts";
import { proveBatch, showBatches } from "../../src/settlement/l1-sender/prove.ts";
import { openSettlement } from "../../src/settlement/settlement.ts";
import { CALLDATA_POSTING } from "../../src/settlement/batch/settlement-batch.ts";
import { proofOfAggregate } from "../support/aggregate-proof.ts";
import { createSettledChain, startSettledL1, type SettledChain, type SettledL1 } from "./support/settled-l1.ts";
import { senderContext, walletOf } from "./support/sender.ts";

type OpenOptions = Partial<Pick<Parameters<typeof openSettlement<FormedBatch>>[1], "together" | "pace">> & {
  readonly sender?: HardhatEthersSigner;
};

/** Of format 2, in which this file's chains form batches. */
const VERSION = 0x102n;
/** The verifier's double takes any that is canonical. */
const DIGEST = wordToHex(5n);

/*
 * What settles a chain whose version has an aggregator. The verifier of aggregates is a double, which takes the hash of the
 * statement for a proof; real ones are in test/flow/proven-on-l1.test.ts.
 */
describe("settlement of a chain whose version has an aggregator", () => {
  let settled: SettledL1;
  let aggregator: string;

  before(async () => {
    settled = await startSettledL1();
    const { l1, ecosystem, accounts } = settled;
    const { addresses, version } = ecosystem;
    const verifier = await (await l1.deploy("AggregateVerifierDouble")).getAddress();
    aggregator = (await (await l1.deploy("ProofAggregator", addresses.factory, verifier, VERSION)).getAddress()).toLowerCase();
    const content = {
      ...{ verifier: addresses.verifier, aggregator, tree: addresses.stateTree, reader: addresses.reader },
      ...{ genesisStateRoot: version.genesisStateRoot, genesisLeafCount: version.genesisLeafCount, executionKey: wordToHex(77n) },
    };
    const data = new Interface(verifierRegistryAbi).encodeFunctionData("addVersion", [VERSION, content]);
    await (await walletOf(accounts[0]!).sendTransaction({ to: addresses.verifiers, data })).wait();
  });
  after(() => settled.l1.close());

  const fieldsOf = ({ configuration: { chainId } }: SettledChain, { job, outputs }: FormedBatch): AggregatedFields => {
    const { statement } = job;
    const root = (name: "oldStateRoot" | "newStateRoot" | "diffDigest"): Hex => digestToHex(statement[name]);
    return {
      chainId,
      batch: {
        ...{ protocolVersion: VERSION, batchNumber: outputs.batchNumber, commitment: statement.commitment },
        ...{ outputsHash: statement.outputsHash, oldStateRoot: root("oldStateRoot"), newStateRoot: root("newStateRoot") },
        diffDigest: root("diffDigest"),
        point: toHex(elementsToBytes(statement.point)),
        evaluation: toHex(elementsToBytes(statement.evaluation)),
      },
    };
  };
  const shownOf = (fields: AggregatedFields): Uint8Array =>
    encodeShown({ digest: DIGEST, proof: fromHex(proofOfAggregate([fields], DIGEST)) });

  const open = (
    chain: SettledChain,
    prove: (batch: FormedBatch) => Promise<Uint8Array>,
    { sender = settled.accounts[0]!, ...given }: OpenOptions = {},
  ) =>
    openSettlement<FormedBatch>(
      { quorum: { members: chain.members }, posting: CALLDATA_POSTING },
      { context: senderContext(chain, sender), journal: createMemoryJournal(), prove, ...given },
    );

  /** A chain whose batches are shown with others', when `pace` has them go; a proof of one alone is not made. */
  const openShared = async (chainId: bigint, sender: HardhatEthersSigner, shared: SharedProofs, pace: () => Promise<void>) => {
    const chain = await createSettledChain(settled, chainId, { protocolVersion: VERSION });
    const together: OpenOptions["together"] =
      (batch) =>
      async (stored, { due, ...by }) => {
        // What the double's proof is made of, in the place of the proofs of chunks.
        const executed = fieldsOf(chain, batch) as unknown as ExecutedProof;
        const { receipt } = await shared.show({
          ...{ chainId, stored, executed, due, ...by, made: () => Promise.resolve() },
          signal: new AbortController().signal,
        });
        return receipt;
      };
    const settlement = await open(chain, () => assert.fail("no batch has a proof of its own"), { sender, together, pace });
    return { chain, settlement };
  };
  /** Makes the double's proofs. */
  const sharedProofs = (): SharedProofs =>
    new SharedProofs({
      clock: systemClock,
      onL1: {
        prepare: () => Promise.resolve({ joinable: () => assert.fail("nothing is handed on"), release: () => undefined }),
        prove: (batches) => {
          const proof = fromHex(proofOfAggregate(batches as unknown as readonly AggregatedFields[], DIGEST));
          const metrics = { backend: "none", workers: 1, logRows: 1, cells: 1, seconds: 0, phaseSeconds: {} };
          return Promise.resolve({ digest: DIGEST, proof, metrics });
        },
      },
    });

  test("shows three batches of two chains by one transaction, and each chain executes its own", async () => {
    const shared = sharedProofs();
    // As soon as all are committed.
    const all = Promise.withResolvers<undefined>();
    let committed = 0;
    const pace = async (): Promise<void> => {
      if (++committed === 3) all.resolve(undefined);
      await all.promise;
    };
    const opened = [];
    for (const [place, chainId] of [340n, 341n].entries())
      opened.push(await openShared(chainId, settled.accounts[place]!, shared, pace));
    const from = await settled.l1.ethers.provider.getBlockNumber();
    const batches = [];
    for (const [place, opener] of [0, 1, 0].entries()) {
      const { chain, settlement } = opened[opener]!;
      batches.push(settlement.submit(await chain.form({ writes: [{ leaf: place + 1, value: 5n }] })));
    }
    await Promise.all(batches.map(({ executed }) => executed));
    for (const { settlement } of opened) await settlement.close();
    const calls = (await transactionsSince(from)).filter(({ to }) => to === aggregator);
    assert.equal(calls.length, 1);
    const receipt = (await settled.l1.ethers.provider.getTransactionReceipt(calls[0]!.hash))!;
    const proven = receipt.logs.flatMap((log) => new Interface(hyperchainAbi).parseLog(log)?.name ?? []);
    assert.equal(proven.filter((name) => name === "ExecutionProven").length, 3);
  });

  const transactionsSince = async (from: number) => {
    const { provider } = settled.l1.ethers;
    const sent: { readonly hash: string; readonly to: string }[] = [];
    for (let number = from + 1; number <= (await provider.getBlockNumber()); number++)
      for (const hash of (await provider.getBlock(number))!.transactions)
        sent.push({ hash, to: (await provider.getTransaction(hash))!.to!.toLowerCase() });
    return sent;
  };

  test("sends each batch's proof with its digest to the aggregator, and nothing to the chain's own proving", async () => {
    const chain = await createSettledChain(settled, 330n, { protocolVersion: VERSION });
    const settlement = await open(chain, (batch) => Promise.resolve(shownOf(fieldsOf(chain, batch))));
    const batches = [
      await chain.form({ writes: [{ leaf: 1, value: 5n }] }),
      await chain.form({ writes: [{ leaf: 2, value: 6n }] }),
    ];
    const { provider } = settled.l1.ethers;
    const from = await provider.getBlockNumber();
    await Promise.all(batches.map((batch) => settlement.submit(batch).executed));
    await settlement.close();
    const to = (await transactionsSince(from)).map((sent) => sent.to);
    const { hyperchain } = chain.created;
    assert.deepEqual(to.sort(), [...Array<string>(4).fill(hyperchain), aggregator, aggregator].sort());
  });

  test("stops with the verifier's error where the proof is of another state, and nothing is executed", async () => {
    const chain = await createSettledChain(settled, 331n, { protocolVersion: VERSION });
    const settlement = await open(chain, (batch) => {
      const fields = fieldsOf(chain, batch);
      return Promise.resolve(shownOf({ ...fields, batch: { ...fields.batch, newStateRoot: fields.batch.oldStateRoot } }));
    });
    const { committed, executed } = settlement.submit(await chain.form({ writes: [{ leaf: 1, value: 5n }] }));
    await committed;
    await assert.rejects(executed, { code: "Reverted", message: new RegExp(id("WrongProof(bytes32)").slice(0, 10)) });
    await settlement.close();
  });

  test("attack: a quorum commits a state that no transaction led to, with a true proof of its changes: L1 takes no such proof, and executes nothing", async () => {
    const chain = await createSettledChain(settled, 333n, { protocolVersion: VERSION });
    const never = Promise.withResolvers<Uint8Array>();
    const settlement = await open(chain, () => never.promise);
    const batch = await chain.form({ writes: [{ leaf: 1, value: 5n }] });
    const stored = await settlement.submit(batch).committed;
    const prover = createProver({ workers: 2 });
    const { proof } = await prover.proveBatch(batch.job);
    const contract = new Contract(chain.created.hyperchain, [...hyperchainAbi, ...contractErrorsAbi], settled.l1.ethers.provider);
    const refused = (name: string, args: readonly unknown[], error: RegExp): Promise<void> =>
      assert.rejects(contract.getFunction(name).staticCall(...args), (thrown) => error.test(String(thrown)));
    await refused("proveBatch", [stored, toHex(proof)], /ExecutionUnproven\(258\)/);
    await refused("executeBatch", [stored, [], []], /BatchNotProven/);
    await Promise.all([prover.close(), settlement.close()]);
    // On a chain whose version has no aggregator the same proof is good.
    const other = await createSettledChain(settled, 334n);
    const own = await other.form({ writes: [{ leaf: 1, value: 5n }] });
    const proving = createProver({ workers: 2 });
    const usual = await open(other, async ({ job }) => (await proving.proveBatch(job)).proof);
    await usual.submit(own).executed;
    await Promise.all([usual.close(), proving.close()]);
  });

  test("sends no proof of several that another chain's operator sends by now: what it would cost is paid once", async () => {
    const chain = await createSettledChain(settled, 335n, { protocolVersion: VERSION });
    const context = senderContext(chain, settled.accounts[0]!);
    const other = fieldsOf(chain, await chain.form({ writes: [{ leaf: 1, value: 5n }] }));
    const record = { ...chain.genesis, ...other.batch, committedAt: 1n };
    const shown = { digest: DIGEST, proof: fromHex(proofOfAggregate([other], DIGEST)) };
    const given = new AbortController();
    given.abort();
    const from = await settled.l1.ethers.provider.getBlockNumber();
    const late = showBatches(context, record, {
      ...{ batches: [{ chainId: other.chainId, batch: record }], shown, signal: given.signal },
      onLeaving: () => assert.fail("nothing leaves"),
    });
    await assert.rejects(late, { code: "SettlementStopped", message: /sent by another chain/ });
    assert.deepEqual(await transactionsSince(from), []);
  });

  test("says so where the aggregator passes over a batch that its chain has no more", async () => {
    const chain = await createSettledChain(settled, 332n, { protocolVersion: VERSION });
    const context = senderContext(chain, settled.accounts[0]!);
    const batch = await chain.form({ writes: [{ leaf: 1, value: 5n }] });
    const other = fieldsOf(chain, batch);
    const record = { ...chain.genesis, ...other.batch, committedAt: 1n };
    await assert.rejects(proveBatch(context, record, shownOf(other)), { code: "BatchReplaced" });
    // As many as a proof may have: their transaction has no more gas than one may.
    const most = Array.from({ length: MAX_AGGREGATED_BATCHES }, () => other);
    const items = most.map(({ chainId }) => ({ chainId, batch: record }));
    const shown = { digest: DIGEST, proof: fromHex(proofOfAggregate(most, DIGEST)) };
    const { signal } = new AbortController();
    let left = 0;
    const receipt = await showBatches(context, record, { batches: items, shown, signal, onLeaving: () => void left++ });
    assert.deepEqual([receipt?.status, left], [1, 1]);
    const skipped = receipt!.logs.filter(({ topics: [topic] }) => topic === id("BatchSkipped(uint256,uint256)"));
    assert.equal(skipped.length, MAX_AGGREGATED_BATCHES);
  });
});
