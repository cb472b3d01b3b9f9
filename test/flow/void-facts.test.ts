import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER } from "./support/devnet.ts";
import { relayerOf, transferOf } from "./support/interop.ts";
import { Kept } from "./support/kept.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const [A, B, C] = [271n, 272n, 273n];
const WAIT_SECONDS = 2_000;
const PATIENCE_SECONDS = 600;
/** Time of the first attempt, half of the patience, like `ATTEMPTS` of the settlement. */
const HALF_SECONDS = PATIENCE_SECONDS / 2;

/*
 * Proofs are "none": markers are verified and shown to L1 instead of proofs. Batches of alpha and beta wait for an aggregator that
 * never comes, as those of a source that has stopped after its commit.
 */
describe("sources that stop, of an ecosystem in a folder", () => {
  const clock = new WaitingClock(WAIT_SECONDS);
  const waiting = { execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } } as const;
  const kept = new Kept(
    [
      { ...waiting, chainId: A, name: "alpha" },
      { ...waiting, chainId: B, name: "beta", facts: { from: ["alpha"], patienceSeconds: PATIENCE_SECONDS } },
      { chainId: C, name: "gamma", facts: { from: ["alpha", "beta"], patienceSeconds: PATIENCE_SECONDS } },
    ],
    {},
    undefined,
    { clock },
  );
  before(() => kept.start());
  after(() => kept.end());

  const pipeline = (place: number) => kept.devnet.chains[place]!.pipeline;
  const bob = (): string => kept.devnet.accounts.wallet(BOB).address;
  const balance = (place: number): Promise<bigint> => kept.client(place).getBalance(bob());
  const pass = (seconds: number): Promise<unknown> => kept.request("evm_increaseTime", seconds);
  const indexesOf = (batch: { readonly importedRoots: readonly { readonly registryIndex: bigint }[] }): readonly bigint[] =>
    batch.importedRoots.map(({ registryIndex }) => registryIndex);

  async function withRelayer(work: (relayer: Relayer, clients: readonly JsonRpcProvider[]) => Promise<void>): Promise<void> {
    const clients = kept.devnet.chains.map(clientOf);
    const from = new Map([
      [B, [A]],
      [C, [A, B]],
    ]);
    try {
      await work(
        relayerOf(kept.devnet, clients, undefined, undefined, undefined, (chainId) => from.get(chainId) ?? []),
        clients,
      );
    } finally {
      for (const client of clients) client.destroy();
    }
  }

  /** Sends coins from a chain in a batch that L1 stores and whose node offers its evidence. */
  async function send(place: number, to: bigint, clients: readonly JsonRpcProvider[]): Promise<bigint> {
    const alice = kept.devnet.accounts.wallet(ALICE).connect(clients[place]!);
    await (await alice.sendTransaction(transferOf(to, ETHER, bob()))).wait();
    const { batchNumber } = (await pipeline(place).seal())!.outputs;
    for (let offered: readonly { batchNumber: string }[] = []; !offered.some((each) => each.batchNumber === `${batchNumber}`);)
      offered = (await clients[place]!.send("hyperchain_getOfferedBatches", [])) as typeof offered;
    return batchNumber;
  }

  test("restart between the import and half of the patience: the importer has L1 execute the source from its stored evidence", async () => {
    let fact = -1n;
    await withRelayer(async (relayer, clients) => {
      fact = await send(0, C, clients);
      await relayer.poll();
      assert.equal(relayer.journeys().at(-1)?.refusal, undefined);
    });
    assert.equal(await balance(2), ETHER);
    const own = (await pipeline(2).seal())!.outputs.batchNumber;
    await kept.restart();
    const settled = pipeline(2).settled(own);
    await pass(HALF_SECONDS + 10);
    assert.deepEqual(indexesOf((await settled).batch), [factIndex(A, fact)]);
    const { receipts } = await pipeline(0).settled(fact);
    assert.equal(receipts.prove, undefined, "the source has shown no proof");
    assert.equal(await balance(2), ETHER, "the transfer arrives once");
  });

  test("slow source of a source: an importer has L1 execute both, in their order", async () => {
    let [first, second] = [-1n, -1n];
    await withRelayer(async (relayer, clients) => {
      first = await send(0, B, clients);
      await relayer.poll();
      assert.equal(await balance(1), ETHER);
      second = await send(1, C, clients);
      await relayer.poll();
    });
    assert.equal(await balance(2), 2n * ETHER);
    const own = (await pipeline(2).seal())!.outputs.batchNumber;
    const settled = pipeline(2).settled(own);
    await pass(HALF_SECONDS + 10);
    assert.deepEqual(indexesOf((await settled).batch), [factIndex(B, second)]);
    const { batch } = await pipeline(1).settled(second);
    assert.deepEqual(indexesOf(batch), [factIndex(A, first)]);
    await pipeline(0).settled(first);
    assert.deepEqual([await balance(1), await balance(2)], [ETHER, 2n * ETHER]);
  });

  test("restart between the import and the void: the importer rebuilds without the fact of a reverted batch, and the transfer arrives by a root, once", async () => {
    const before = await balance(2);
    let fact = -1n;
    await withRelayer(async (relayer, clients) => {
      fact = await send(0, C, clients);
      await relayer.poll();
    });
    assert.equal(await balance(2), before + ETHER);
    const own = (await pipeline(2).seal())!.outputs.batchNumber;
    // With an operation of L1's queue the rebuilt batch has another log root.
    await kept.deposit(0);
    assert.equal((await pipeline(0).reseal(fact)).firstBatch, fact);
    await kept.restart();
    // L1 stores the rebuilt batch and has not executed it: the importer does not wait for that.
    assert.deepEqual(indexesOf((await pipeline(2).settled(own)).batch), []);
    assert.ok(BigInt(pipeline(0).progress().executed) <= fact);
    clock.endWaits();
    await pipeline(0).settled(fact);
    assert.equal(await balance(2), before, "the delivery failed");
    await withRelayer(async (relayer) => {
      await pipeline(2).pollL1();
      await relayer.poll();
    });
    assert.equal(await balance(2), before + ETHER);
  });
});
