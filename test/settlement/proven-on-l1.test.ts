import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Contract, id, Interface, randomBytes, ZeroAddress } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { contractErrorsAbi } from "../../src/ground/abi/contract-errors.ts";
import { verifierRegistryAbi } from "../../src/ground/abi/verifier-registry.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { ExecutedProof } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import { SharedProofs } from "../../src/chain/node/settling/shared-proofs.ts";
import { type AggregatedFields, MAX_AGGREGATED_BATCHES } from "../../src/ground/protocol/aggregate.ts";
import { digestToHex, elementsToBytes } from "../../src/ground/protocol/digest.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { decodeShown, encodeShown } from "../../src/ground/protocol/shown-execution.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { createMemoryJournal } from "../../src/chain/settlement/journal/journal.ts";
import { proveBatch, showBatches } from "../../src/chain/settlement/l1-sender/prove.ts";
import type { ProofForBatch } from "../../src/chain/settlement/proof-for-batch.ts";
import { openSettlement } from "../../src/chain/settlement/settlement.ts";
import { CALLDATA_POSTING } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { proofOfAggregate } from "../support/aggregate-proof.ts";
import { createSettledChain, startSettledL1, type SettledChain, type SettledL1 } from "./support/settled-l1.ts";
import { senderContext, walletOf } from "./support/sender.ts";

type OpenOptions = Omit<Partial<ProofForBatch<FormedBatch>>, "prove"> & {
  readonly sender?: HardhatEthersSigner;
  readonly delay?: () => Promise<void>;
};

/** Version of this file's chains. */
const VERSION = 0x103n;
/** The verifier's double takes any that is canonical. */
const DIGEST = wordToHex(5n);

/*
 * What settles a chain whose version has an aggregator. The verifier of aggregates is a double, which takes the hash of the
 * statement for a proof; real ones are in test/flow/proven-on-l1.test.ts.
 */
describe("settlement of a chain whose version has an aggregator", () => {
  let settled: SettledL1;
  let l1: SettledL1["l1"]["ethers"]["provider"];
  let aggregator: string;

  before(async () => {
    settled = await startSettledL1();
    const { ecosystem, accounts } = settled;
    l1 = settled.l1.ethers.provider;
    const { addresses, versions } = ecosystem;
    const version = versions.trusted!;
    const verifier = await (await settled.l1.deploy("AggregateVerifierDouble")).getAddress();
    aggregator = (
      await (await settled.l1.deploy("ProofAggregator", addresses.factory, verifier, VERSION)).getAddress()
    ).toLowerCase();
    const content = {
      ...{ verifier: addresses.verifier, aggregator, tree: addresses.stateTree, reader: addresses.reader },
      secondVerifier: ZeroAddress,
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
    { sender = settled.accounts[0]!, delay, ...given }: OpenOptions = {},
  ) =>
    openSettlement<FormedBatch>(
      { quorum: { members: chain.members }, posting: CALLDATA_POSTING },
      {
        context: senderContext(chain, sender, delay && { delay }),
        journal: createMemoryJournal(),
        proofs: { prove, ...given },
      },
    );

  /** A chain whose batches are shown with others', when `pace` has them go; a proof of one alone is not made. */
  const openShared = async (chainId: bigint, sender: HardhatEthersSigner, shared: SharedProofs, pace: () => Promise<void>) => {
    const chain = await createSettledChain(settled, chainId, { protocolVersion: VERSION });
    const showTogether: OpenOptions["showTogether"] =
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
    const settlement = await open(chain, () => assert.fail("no batch has a separate proof"), {
      sender,
      showTogether,
      awaitDue: pace,
    });
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
    const sent: { readonly hash: string; readonly to: string; readonly data: string }[] = [];
    for (let number = from + 1; number <= (await provider.getBlockNumber()); number++)
      for (const hash of (await provider.getBlock(number))!.transactions) {
        const { to, data } = (await provider.getTransaction(hash))!;
        sent.push({ hash, to: to!.toLowerCase(), data });
      }
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
    const sent = await transactionsSince(from);
    assert.equal(sent.filter(({ to }) => to === aggregator).length, 2);
    const others = sent.filter(({ to }) => to !== aggregator);
    const selectors = new Interface(hyperchainAbi);
    // Batches are committed and executed one by one, or together if they wait.
    const called = new Set(others.map(({ to, data }) => `${to} ${selectors.parseTransaction({ data })?.name}`));
    const { hyperchain } = chain.created;
    assert.deepEqual([...called].sort(), [`${hyperchain} commitBatches`, `${hyperchain} executeBatches`]);
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
    await refused("proveBatch", [stored, toHex(proof)], /ExecutionUnproven\(259\)/);
    await refused("executeBatches", [[{ batch: stored, imports: [], flows: [] }]], /BatchNotProven/);
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

  test("reports that the aggregator skips a batch which its chain has lost", async () => {
    const chain = await createSettledChain(settled, 332n, { protocolVersion: VERSION });
    const context = senderContext(chain, settled.accounts[0]!);
    const batch = await chain.form({ writes: [{ leaf: 1, value: 5n }] });
    const other = fieldsOf(chain, batch);
    const record = { ...chain.genesis, ...other.batch, committedAt: 1n };
    await assert.rejects(proveBatch(context, record, shownOf(other)), { code: "BatchReplaced" });
    // The maximum of a proof, whose transaction must still fit the gas limit.
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

  /** A committed batch, a transaction of another account that proves it and is not mined yet, and what the operator then does. */
  const besideAnother = async (chainId: bigint) => {
    const chain = await createSettledChain(settled, chainId, { protocolVersion: VERSION });
    const settlement = await open(chain, () => Promise.withResolvers<Uint8Array>().promise);
    const batch = await chain.form({ writes: [{ leaf: 1, value: 5n }] });
    const stored = await settlement.submit(batch).committed;
    await settlement.close();
    const shown = shownOf(fieldsOf(chain, batch));
    const { digest, proof } = decodeShown(shown);
    const data = proofAggregatorInterface.encodeFunctionData("proveBatches", [[{ chainId, batch: stored }], digest, proof]);
    const call = { to: aggregator, data, gasLimit: 2_000_000n };
    const [operator, other] = [settled.accounts[0]!, settled.accounts[1]!];
    await l1.send("evm_setAutomine", [false]);
    const theirs = await other.sendTransaction(call);
    let looks = 0;
    const show = (paused: () => Promise<void>, pending = (asked: readonly unknown[]) => l1.send("eth_call", [...asked])) => {
      const send = (method: string, params: unknown[]): Promise<unknown> => {
        if (method !== "eth_call" || params[1] !== "pending") return l1.send(method, params);
        looks++;
        return pending(params);
      };
      const provider = new Proxy(walletOf(operator).provider!, {
        get(target, name) {
          if (name === "send") return send;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        },
      });
      const context = senderContext(chain, operator, { provider, delay: paused });
      return proveBatch(context, stored, shown);
    };
    return { call, theirs, operator, other, show, looks: () => looks };
  };
  /** Transactions that wait to be mined. */
  const waiting = async (): Promise<readonly string[]> =>
    ((await l1.send("eth_getBlockByNumber", ["pending", false])) as { readonly transactions: readonly string[] }).transactions;
  const mine = (): Promise<unknown> => l1.send("evm_mine", []);

  test("waits for the transaction of another account that is about to prove its batch, and pays for none itself", async (context) => {
    context.after(() => l1.send("evm_setAutomine", [true]));
    const { theirs, operator, show } = await besideAnother(336n);
    const balance = await l1.getBalance(operator.address);
    const [paused, mined] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const own = show(() => (paused.resolve(undefined), mined.promise));
    await Promise.race([paused.promise, own.then(() => assert.fail("it has not waited"))]);
    assert.deepEqual(await waiting(), [theirs.hash]);
    await mine();
    mined.resolve(undefined);
    assert.equal(await own, undefined);
    assert.deepEqual([await l1.getBalance(operator.address), await waiting()], [balance, []]);
  });

  test("makes no separate proof if the wait for an aggregator ends while its transaction waits to be mined", async (context) => {
    context.after(() => l1.send("evm_setAutomine", [true]));
    const chain = await createSettledChain(settled, 343n, { protocolVersion: VERSION });
    const late = Promise.withResolvers<never>();
    const [paused, mined] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const settlement = await open(chain, () => assert.fail("a separate proof is made"), {
      showTogether: () => () => late.promise,
      delay: () => (paused.resolve(undefined), mined.promise),
    });
    const batch = await chain.form({ writes: [{ leaf: 1, value: 5n }] });
    const { committed, executed } = settlement.submit(batch);
    const stored = await committed;
    const { digest, proof } = decodeShown(shownOf(fieldsOf(chain, batch)));
    const data = proofAggregatorInterface.encodeFunctionData("proveBatches", [
      ...[[{ chainId: 343n, batch: stored }], digest, proof],
    ]);
    await l1.send("evm_setAutomine", [false]);
    const theirs = await settled.accounts[1]!.sendTransaction({ to: aggregator, data, gasLimit: 2_000_000n });
    const from = await l1.getBlockNumber();
    late.reject(new Error("no aggregator had L1 shown the batch in time"));
    await Promise.race([paused.promise, executed.then(() => assert.fail("it has not waited"))]);
    await mine();
    await l1.send("evm_setAutomine", [true]);
    mined.resolve(undefined);
    await executed;
    await settlement.close();
    const shownTo = (await transactionsSince(from)).filter(({ to }) => to === aggregator);
    assert.deepEqual(
      shownTo.map(({ hash }) => hash),
      [theirs.hash],
    );
  });

  const unhelped = [
    { why: "that is not mined in thirty looks", chainId: 337n, looks: 30, pending: undefined },
    {
      ...{ why: "of which L1's node does not tell", chainId: 338n, looks: 1 },
      pending: () => Promise.reject(new Error("invalid block tag")),
    },
    { why: "where L1's node has no contract in what waits", chainId: 339n, looks: 1, pending: () => Promise.resolve("0x") },
  ] as const;
  for (const { why, chainId, looks, pending } of unhelped)
    test(`shows its batch itself in addition to another account's transaction ${why}; both are paid for`, async (context) => {
      context.after(() => l1.send("evm_setAutomine", [true]));
      const beside = await besideAnother(chainId);
      const own = beside.show(() => new Promise((resolve) => setImmediate(resolve)), pending);
      while ((await waiting()).length < 2);
      assert.equal(beside.looks(), looks);
      await mine();
      const [first, second] = [await l1.getTransactionReceipt(beside.theirs.hash), await own];
      assert.deepEqual([first!.status, second!.status], [1, 1]);
      const skipped = second!.logs.map(({ topics: [topic] }) => topic === id("BatchSkipped(uint256,uint256)"));
      assert.deepEqual(skipped, [true]);
    });

  test("a refusal before the proof is looked at costs what its bytes cost, to the gas: an earlier check would spare nothing of that", async (context) => {
    const chain = await createSettledChain(settled, 342n, { protocolVersion: VERSION });
    context.after(() => l1.send("evm_setAutomine", [true]));
    await l1.send("evm_setAutomine", [false]);
    const record = { ...chain.genesis, protocolVersion: VERSION + 1n };
    // As long as a proof by the package's programs.
    const proof = randomBytes(81_000);
    const data = proofAggregatorInterface.encodeFunctionData("proveBatches", [[{ chainId: 342n, batch: record }], DIGEST, proof]);
    const sent = await settled.accounts[1]!.sendTransaction({ to: aggregator, data, gasLimit: 8_000_000n });
    await mine();
    const receipt = (await l1.getTransactionReceipt(sent.hash))!;
    // EIP-7623: 10 for a zero byte, 40 for another one, in addition to the base cost of a transaction.
    const zeros = BigInt(fromHex(data as Hex).filter((byte) => byte === 0).length);
    const bytes = BigInt(data.length / 2 - 1);
    assert.deepEqual([receipt.status, receipt.gasUsed], [0, 21_000n + 40n * bytes - 30n * zeros]);
  });
});
