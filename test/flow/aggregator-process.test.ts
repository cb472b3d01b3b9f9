import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { connectHttp } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { type Clock, systemClock } from "../../src/ground/runtime/clock.ts";
import { hyperchainInterface, proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { type Fate, serveFaultyL1, type FaultyL1 } from "../support/faulty-l1.ts";
import { type AggregatorProcess, startAggregator } from "./support/aggregator-process.ts";
import { type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";

const [AGGREGATOR, STRANGER] = [5, 6];
const WAIT_SECONDS = 3_000;
/** Polls of a node, a second apart, while the aggregator makes a proof, which takes many more. */
const LOOKS_INTO_A_PROOF = 8;

/** The machine's time, but that the chains' wait for their aggregator ends when the test says so. */
class WaitingClock implements Clock {
  readonly #waits = new Set<() => void>();

  nowMs(): number {
    return systemClock.nowMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs !== WAIT_SECONDS * 1_000) return systemClock.after(delayMs, callback);
    this.#waits.add(callback);
    return () => this.#waits.delete(callback);
  }

  /** Number of ended waits. */
  endWaits(): number {
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const end of waits) end();
    return waits.length;
  }
}

/*
 * As users have it: the package's programs, keys and contracts, with at least 100 proven bits; the aggregator is the task, a process
 * that knows URLs, a contract and a key.
 */
describe("an aggregator in a separate process that is killed", () => {
  const clock = new WaitingClock();
  const running: AggregatorProcess[] = [];
  let devnet: FlowDevnet;
  let l1: JsonRpcProvider;
  /** Between the processes and L1, and between them and the first chain's node. */
  let wayToL1: FaultyL1;
  let wayToNode: FaultyL1;
  let node: JsonRpcProvider;

  before(async () => {
    const chain = { execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } } as const;
    devnet = await startFlowDevnet(
      [
        { ...chain, chainId: 271n },
        { ...chain, chainId: 272n },
      ],
      { ...OWN_BATCHES, prover: { workers: 2 } },
      { clock },
    );
    l1 = connectHttp(devnet.l1.chainId, devnet.l1.url);
    wayToL1 = await serveFaultyL1((method, params) => l1.send(method, [...params]));
    node = connectHttp(271n, devnet.chains[0]!.url);
    wayToNode = await serveFaultyL1((method, params) => node.send(method, [...params]));
  });
  after(async () => {
    for (const each of running) await each.kill();
    await Promise.all([wayToL1.close(), wayToNode.close()]);
    for (const each of [l1, node]) each.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const start = (maxBatches: number): AggregatorProcess => {
    const started = startAggregator({
      ...{ l1: wayToL1.url, chains: [wayToNode.url, devnet.chains[1]!.url], maxBatches },
      ...{ aggregator: devnet.ecosystem.versions.proven!.aggregator, key: devnet.accounts.wallet(AGGREGATOR).privateKey },
    });
    running.push(started);
    return started;
  };
  const nonce = (): Promise<number> => l1.getTransactionCount(devnet.accounts.wallet(AGGREGATOR).address, "latest");
  /** Resolves when a process asks that this way. `fate`: what becomes of the question. */
  const asked = (way: FaultyL1, isIt: (method: string, params: readonly unknown[]) => boolean, fate: Fate) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    way.decide = (method, params) => {
      if (!isIt(method, params)) return "answered";
      resolve(undefined);
      return fate;
    };
    return promise;
  };
  /** Number of L1's events that report the batch's execution proof, and its execution. */
  const onL1 = async (place: number, batchNumber: bigint): Promise<Readonly<Record<string, number>>> => {
    const { hyperchain } = devnet.chains[place]!.pipeline.created;
    const counts: Record<string, number> = {};
    for (const name of ["ExecutionProven", "BlockExecution"]) {
      const topics = hyperchainInterface.encodeFilterTopics(name, [batchNumber]);
      counts[name] = (await l1.getLogs({ address: hyperchain, topics, fromBlock: 0 })).length;
    }
    return counts;
  };
  const ONCE = { ExecutionProven: 1, BlockExecution: 1 };

  test("loses nothing in the midst of a proof, and behind its transaction, which L1 has not mined: one proof and one transaction are paid for", async (context) => {
    const numbers = await Promise.all([0, 1].map(async (place) => (await sealOne(devnet, place)).outputs.batchNumber));
    const from = await nonce();

    const first = start(2);
    await first.told(/^making one proof of 2 batches…$/);
    let looks = 0;
    await asked(wayToNode, (method) => method === "hyperchain_getOfferedBatches" && ++looks === LOOKS_INTO_A_PROOF, "answered");
    await first.kill();
    assert.equal(await nonce(), from, "L1 has seen nothing of it");

    await l1.send("evm_setAutomine", [false]);
    const second = start(2);
    await asked(wayToL1, (method) => method === "eth_sendRawTransaction", "answerLost");
    await second.kill();
    let pool: readonly Hex[] = [];
    while (pool.length === 0)
      pool = ((await l1.send("eth_getBlockByNumber", ["pending", false])) as { readonly transactions: readonly Hex[] })
        .transactions;

    // Its nodes still wait, so it makes the proof, and sees on L1's way what the one before has sent.
    const third = start(2);
    await asked(wayToL1, (method, params) => method === "eth_call" && params[1] === "pending", "answered");
    await l1.send("evm_setAutomine", [true]);
    await l1.send("evm_mine", []);
    for (const chainId of [271, 272])
      assert.equal(await third.told(new RegExp(`^batch ${chainId}:0 `)), `batch ${chainId}:0 is proven on L1 with another one`);
    assert.equal(await third.interrupt(), 0);

    const settled = await Promise.all(numbers.map((number, place) => devnet.chains[place]!.pipeline.settled(number)));
    for (const [place, { receipts, proof }] of settled.entries()) {
      assert.deepEqual([receipts.prove, proof.bytes], [undefined, 0], "its operator has shown no proof");
      assert.deepEqual(await onL1(place, numbers[place]!), ONCE);
    }
    assert.equal(await nonce(), from + 1);
    const receipt = (await l1.getTransactionReceipt(pool[0]!))!;
    assert.equal(receipt.status, 1);
    context.diagnostic(`gas of the one transaction: ${receipt.gasUsed}`);
  });

  test("attack: a stranger copies its transaction: nothing is executed twice, and the copy is paid for in full, nearly all of it for its bytes", async (context) => {
    const { aggregator } = devnet.ecosystem.versions.proven!;
    const proven = await l1.getLogs({
      address: devnet.chains[0]!.pipeline.created.hyperchain,
      topics: hyperchainInterface.encodeFilterTopics("ExecutionProven", [0n]),
      fromBlock: 0,
    });
    const { data } = (await l1.getTransaction(proven[0]!.transactionHash))!;
    const stranger = devnet.accounts.wallet(STRANGER).connect(l1);
    const copy = (await (await stranger.sendTransaction({ to: aggregator, data, gasLimit: 10_000_000n })).wait())!;
    const skipped = copy.logs.map((log) => proofAggregatorInterface.parseLog(log)?.args.toArray().join(":"));
    // In the order in which their nodes had them ready.
    assert.deepEqual(skipped.sort(), ["271:0", "272:0"]);
    for (const place of [0, 1]) assert.deepEqual(await onL1(place, 0n), ONCE);
    const bytes = fromHex(data as Hex);
    const zeros = bytes.filter((byte) => byte === 0).length;
    // EIP-7623: what a check before the proof would leave to be paid.
    const floor = 21_000 + 40 * bytes.length - 30 * zeros;
    context.diagnostic(`gas of the copy: ${copy.gasUsed}; of its bytes alone: ${floor}`);
    assert.ok(Number(copy.gasUsed) < 1.1 * floor);
  });

  test("killed while it makes a proof, and never followed by another: the chain's wait ends, and it shows its own", async () => {
    const { batchNumber } = (await sealOne(devnet)).outputs;
    const from = await nonce();
    const killed = start(1);
    await killed.told(/^making one proof of 1 batch…$/);
    await killed.kill();
    assert.equal(clock.endWaits(), 1);
    const { receipts, proof } = await devnet.chains[0]!.pipeline.settled(batchNumber);
    assert.equal(receipts.prove?.from.toLowerCase(), devnet.chains[0]!.pipeline.created.configuration.admin);
    assert.ok(proof.bytes > 0);
    assert.deepEqual([await onL1(0, batchNumber), await nonce()], [ONCE, from]);
  });
});
