import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { createNoBatchesProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { settleQueue } from "../../src/ecosystem/devnet/reconstruction/settle-queue.ts";
import type { Node } from "../../src/chain/node/node.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { findExecutedBatch } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { ETHER, startFlowDevnet, dependencies, type FlowDevnet, UNPROVEN } from "./support/devnet.ts";
import { startForeignL1, type ForeignL1 } from "./support/foreign-l1.ts";
import { genesisOf } from "./support/genesis.ts";
import { NO_EXECUTION_PROVER } from "./support/on-l1.ts";

const CHAIN_ID = 271n;
const CHAIN = { chainId: CHAIN_ID, execution: "proven", sequencing: "queue" } as const;
/** More than a batch is open, which is a quarter of 3,600 seconds. */
const BATCH_SECONDS = 1_000n;

/** Nothing is proven: L1, which reorganizes, accepts markers. */
describe("a node without a quorum whose L1 reorganizes", () => {
  const prover = createProver({ workers: 1 });
  const nodes: Node[] = [];
  const stops: unknown[] = [];
  let foreign: ForeignL1;
  let l1: JsonRpcProvider;
  let owner: Wallet;
  let devnet: FlowDevnet;

  before(async () => {
    foreign = await startForeignL1();
    l1 = new JsonRpcProvider(foreign.url, undefined, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 });
    owner = Wallet.createRandom(l1) as unknown as Wallet;
    devnet = await startFlowDevnet([CHAIN], {
      l1: { url: foreign.url, deployerKey: foreign.deployerKey, confirmations: 1 },
      ...UNPROVEN,
    });
    const payer = new Wallet(foreign.deployerKey, l1);
    await (await payer.sendTransaction({ to: owner.address, value: 100n * ETHER })).wait();
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await devnet.close();
    await prover.close();
    l1.destroy();
    await foreign.close();
  });

  const contract = (): Hex => devnet.chains[0]!.pipeline.created.hyperchain;
  /** A settler in another process, say, that knows L1's URL and the chain's contract. */
  const settler = async (confirmations: number): Promise<Node> => {
    const node = await settleQueue(
      await reconstruct({ l1, hyperchain: contract(), genesis: await genesisOf() }),
      { minGasPriceWei: 0n },
      {
        ...{ l1, l1MayBeBehind: true, confirmations, connect: dependencies.connectChain, clock: systemClock, prover },
        operator: owner,
        execution: { prover: NO_EXECUTION_PROVER, l1Prover: createNoBatchesProver() },
        onStop: (error) => stops.push(error),
      },
    );
    nodes.push(node);
    return node;
  };
  const queue = (to: Hex, valueWei: bigint): Promise<unknown> =>
    requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to, valueWei, data: "0x" }, owner);
  const balanceOf = async ({ chain }: Node, account: Hex): Promise<bigint> => {
    const state = chain.engine.state("now");
    return (await state.account(account))?.balanceWei ?? 0n;
  };
  const account = (digit: string): Hex => `0x${digit.repeat(40)}`;
  const rootOf = ({ chain }: Node): Hex => digestToHex(chain.tree.root);
  const executedRoot = async (batchNumber: bigint): Promise<Hex | undefined> =>
    (await findExecutedBatch({ provider: l1, hyperchain: contract(), fromBlock: 0 }, batchNumber))?.newStateRoot;

  it("takes an operation at the depth that it asks for", async () => {
    await queue(account("a"), 1n);
    const [eager, patient] = [await settler(1), await settler(3)];
    await foreign.mine(1);
    await eager.pollL1();
    await patient.pollL1();
    assert.deepEqual([await balanceOf(eager, account("a")), await balanceOf(patient, account("a"))], [1n, 0n]);
    await foreign.mine(1);
    await patient.pollL1();
    assert.equal(await balanceOf(patient, account("a")), 1n);
    await nodes.pop()!.close();
  });

  it("derives again what L1 has after the reorg, from the last batch that is executed there, and settles it", async () => {
    const [node] = nodes as [Node];
    await foreign.pass(BATCH_SECONDS);
    await node.pollL1();
    await node.settled(0n);
    const fork = await foreign.fork();

    // Executed in batch 1, and waiting in batch 2: the reorg takes all of it back.
    await queue(account("b"), 2n);
    await node.pollL1();
    await foreign.pass(BATCH_SECONDS);
    await node.pollL1();
    await node.settled(1n);
    await queue(account("c"), 3n);
    await node.pollL1();
    assert.deepEqual([await balanceOf(node, account("b")), await balanceOf(node, account("c"))], [2n, 3n]);
    await foreign.reorganize(fork);
    assert.equal(await executedRoot(1n), undefined);
    await queue(account("d"), 4n);
    // The other branch gets longer.
    await foreign.mine(10);
    await queue(account("c"), 5n);

    const { operations } = await node.pollL1();
    assert.equal(operations.length, 2);
    const balances = [account("a"), account("b"), account("c"), account("d")].map((each) => balanceOf(node, each));
    assert.deepEqual(await Promise.all(balances), [1n, 0n, 5n, 4n]);
    await foreign.pass(BATCH_SECONDS);
    await node.pollL1();
    const { stored } = await node.settled(1n);
    assert.equal(await executedRoot(1n), stored.newStateRoot);
    assert.equal(node.fault(), undefined);
    assert.deepEqual(stops, []);

    // One that never saw the other branch comes out equal.
    const fresh = await settler(1);
    await fresh.pollL1();
    assert.equal(rootOf(fresh), rootOf(node));
    assert.equal(fresh.chain.sequencer.head.number, node.chain.sequencer.head.number);
  });

  it("adopts the cut of another settler here as well, and settles the next batch", async () => {
    const [node, other] = nodes as [Node, Node];
    await queue(account("e"), 6n);
    await other.pollL1();
    await queue(account("f"), 7n);
    await node.pollL1();
    await other.chain.seal();
    const { stored } = await other.settled(2n);
    await node.pollL1();
    assert.equal(rootOf(node), stored.newStateRoot);
    await foreign.pass(BATCH_SECONDS);
    await node.pollL1();
    const next = await node.settled(3n);
    await other.pollL1();
    assert.deepEqual([rootOf(node), rootOf(other)], [next.stored.newStateRoot, next.stored.newStateRoot]);
    assert.deepEqual([await balanceOf(node, account("e")), await balanceOf(node, account("f"))], [6n, 7n]);
    assert.deepEqual(stops, []);
  });
});
