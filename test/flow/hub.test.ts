import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { JsonRpcProvider } from "ethers";
import type { HubGroup } from "../../src/ecosystem/devnet/hubs/hub-group.ts";
import type { BatchProofInfo } from "../../src/ecosystem/devnet/view/batches/proof-on-l1.ts";
import type { HubInfo, LandedHubBlock } from "../../src/ecosystem/devnet/view/books/hub-info.ts";
import { HubNode } from "../../src/ecosystem/hub/hub-node.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { callByContract } from "./support/call-by-contract.ts";
import { ALICE, BOB, clientOf, ETHER, refusalOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { relayerOf, transferOf } from "./support/interop.ts";
import { failingChecks } from "./support/shown-proof.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const [A, B] = [271n, 272n];
const WAIT_SECONDS = 2_000;
const PATIENCE_SECONDS = 900;
const AMOUNT = ETHER / 10n;

/*
 * The ecosystem has proofs "none": L1 takes markers of blocks, which bind both states of the hub, and no program proves them. Members
 * wait for the hub until the test ends the wait; then they show their batches alone.
 */
describe("a hub of two chains and four aggregators", () => {
  const clock = new WaitingClock(WAIT_SECONDS);
  const pace = { aggregatorSeconds: WAIT_SECONDS };
  let devnet: FlowDevnet;
  let hub: HubGroup;
  let clients: readonly JsonRpcProvider[];
  let relayer: Relayer;
  let byRoots: Relayer;
  let bob: string;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha", execution: "proven", pace },
        { chainId: B, name: "beta", execution: "proven", pace, facts: { from: ["alpha"], patienceSeconds: PATIENCE_SECONDS } },
      ],
      { ...UNPROVEN, hubs: { main: { members: ["alpha", "beta"], aggregators: 4, landing: { maxAgeSeconds: 3_600 } } } },
      { clock },
    );
    const { chains, accounts } = devnet;
    hub = devnet.hub("main")!;
    clients = chains.map(clientOf);
    relayer = relayerOf(devnet, clients, undefined, undefined, undefined, (chainId) => (chainId === B ? [A] : []));
    byRoots = relayerOf(devnet, clients);
    bob = accounts.wallet(BOB).address;
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const alpha = () => devnet.chains[0]!.pipeline;
  const beta = () => devnet.chains[1]!.pipeline;
  const balance = (): Promise<bigint> => clients[1]!.getBalance(bob);
  /** Seals a chain's open batch, and waits until its node offers it. */
  async function offer(index: number): Promise<bigint> {
    const { batchNumber } = (await devnet.chains[index]!.pipeline.seal())!.outputs;
    for (let offered: readonly { batchNumber: string }[] = []; !offered.some((each) => each.batchNumber === `${batchNumber}`);)
      offered = (await clients[index]!.send("hyperchain_getOfferedBatches", [])) as typeof offered;
    return batchNumber;
  }
  async function send(): Promise<bigint> {
    const signer = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await signer.sendTransaction(transferOf(B, AMOUNT, bob))).wait();
    return offer(0);
  }
  const executed = (): number => alpha().progress().executed;

  /** A message that arrives before L1 has executed its batch. */
  async function byFact(): Promise<void> {
    const [before, done] = [await balance(), executed()];
    const number = await send();
    await relayer.poll();
    assert.equal((await balance()) - before, AMOUNT);
    assert.equal(executed(), done, "L1 has not executed the source's batch");
    assert.deepEqual(relayer.journeys().at(-1)!.imported, { fact: factIndex(A, number) });
  }

  /** A message that arrives by a root, after the hub has landed its batch and L1 has executed that. */
  async function byL1(): Promise<void> {
    const before = await balance();
    const number = await send();
    await hub.land();
    await alpha().settled(number);
    await beta().pollL1();
    await byRoots.poll();
    assert.equal((await balance()) - before, AMOUNT);
  }

  test("a message between members arrives by a fact before L1's way, measured in one run", async (context: TestContext) => {
    // The first message of each way is not measured: it loads code.
    await byFact();
    await byL1();
    const times: [fact: number[], root: number[]] = [[], []];
    for (let i = 0; i < 4; i++) {
      const start = performance.now();
      await (i % 2 === 0 ? byFact() : byL1());
      times[i % 2]!.push(performance.now() - start);
    }
    const [fact, root] = times.map((each) => Math.min(...each)) as [number, number];
    assert.ok(fact < root, `${fact} ms by a fact, ${root} ms by L1`);
    context.diagnostic(`by a fact ${fact.toFixed(0)} ms, by L1 ${root.toFixed(0)} ms`);
  });

  test("chains of unequal pace: a block has one batch of each in turn, and the hub tracks their state roots", async () => {
    const { number: before } = hub.block!.header;
    for (let i = 0; i < 3; i++) await send();
    const slow = await offer(1);
    const { block } = await hub.land();
    assert.equal(block.header.number, before + 1n);
    assert.deepEqual(
      block.entries.map(({ chainId }) => chainId),
      [A, B, A, A],
    );
    assert.equal(hub.state.digest(), block.header.state);
    const last = block.entries.findLast(({ chainId }) => chainId === A)!;
    assert.equal(hub.state.member(A)?.stateRoot, last.stored.newStateRoot);
    assert.equal(hub.state.member(B)?.nextBatch, slow + 1n);
    await beta().settled(slow);
  });

  test("a newcomer syncs from one digest on L1, and follows the hub", async () => {
    const bytes = (await clients[0]!.send("hyperchain_getHubState", ["main"])) as Hex;
    const newcomer = HubNode.fromL1(hub.block!.header, fromHex(bytes));
    await send();
    const { block } = await hub.land();
    newcomer.apply(block);
    assert.equal(newcomer.state.digest(), hub.state.digest());
    assert.ok(newcomer.state.encode().length < 10_000);
  });

  /** The request of a page about a batch that a hub landed: the proof in the landing's input, and the hub's states in its statement. */
  async function showsTheProofOf({ number, batches, transactionHash, state }: LandedHubBlock): Promise<void> {
    const before = (await clients[0]!.send("hyperchain_getHub", ["main"])) as HubInfo;
    const [{ batchNumber } = { batchNumber: -1 }] = batches;
    const shown = (await clients[0]!.send("hyperchain_proof", [Number(A), batchNumber])) as BatchProofInfo;
    assert.ok(shown.kind === "execution");
    assert.deepEqual(shown.hub, { before: hub.blockAt(BigInt(number - 1))!.header.state, after: state });
    assert.deepEqual([shown.checked.contract, shown.checked.transactionHash], [before.address, transactionHash]);
    assert.deepEqual(
      shown.batches.map((each) => [each.chainId, each.number]),
      [[Number(A), batchNumber]],
    );
    const l1 = clientOf(devnet.l1);
    const { hyperchain } = alpha().created;
    assert.deepEqual(await failingChecks(shown, { l1, hyperchain }), []);
    l1.destroy();
  }

  test("the hub is read and landed over JSON-RPC", async () => {
    const call = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
      clients[1]!.send(method, ["main", ...params]);
    const before = (await call("hyperchain_getHub")) as HubInfo;
    assert.deepEqual([before.members, before.aggregators.length], [["alpha", "beta"], 4]);
    await send();
    const landed = (await call("hyperchain_landHub")) as LandedHubBlock;
    assert.equal(landed.number, before.block + 1);
    const block = (await call("hyperchain_getHubBlock", landed.number)) as { hash: Hex; batches: { chainId: number }[] };
    assert.deepEqual([block.hash, block.batches.map(({ chainId }) => chainId)], [landed.hash, [Number(A)]]);
    assert.equal(await call("hyperchain_getHubBlock", landed.number + 1), null);
    await alpha().settled(BigInt(landed.batches[0]!.batchNumber));
    await showsTheProofOf(landed);
    assert.match(
      (await refusalOf(clients[0]!, "hyperchain_getHub", ["other"])).message,
      /^there is no hub "other"; the ecosystem has main$/,
    );
    assert.equal((await refusalOf(clients[0]!, "hyperchain_landHub", ["main"])).data?.code, "NothingOffered");
  });

  test("after a return to a snapshot the hub continues from the block that L1 has", async () => {
    const id = await devnet.snapshot();
    const { number } = hub.block!.header;
    await send();
    const undone = await hub.land();
    assert.equal(await devnet.revert(id), true);
    assert.equal(hub.block!.header.number, number);
    await send();
    await send();
    const { block } = await hub.land();
    assert.equal(block.header.number, undone.block.header.number);
    assert.equal(block.entries.length, 2);
  });

  test("the proof of a block that a contract lands is read in the contract's calls", async () => {
    const batchNumber = await send();
    const id = await devnet.snapshot();
    const { block, transactionHash: undone } = await hub.land();
    const l1 = clientOf(devnet.l1);
    const { to, data } = (await l1.getTransaction(undone))!;
    assert.equal(await devnet.revert(id), true);
    const transactionHash = await callByContract(devnet.accounts.wallet(ALICE).connect(l1), to!, data);
    await alpha().settled(batchNumber);
    const shown = (await clients[0]!.send("hyperchain_proof", [Number(A), Number(batchNumber)])) as BatchProofInfo;
    assert.ok(shown.kind === "execution");
    assert.deepEqual(shown.hub, { before: hub.blockAt(block.header.number - 1n)!.header.state, after: block.header.state });
    assert.equal(shown.checked.transactionHash, transactionHash);
    assert.notEqual(shown.checked.contract, to!.toLowerCase(), "the aggregator");
    assert.deepEqual(await failingChecks(shown, { l1, hyperchain: alpha().created.hyperchain }), []);
    l1.destroy();
  });

  test("one of four aggregators silent: the hub lands all the same", async () => {
    await hub.silence(0);
    await send();
    const { block } = await hub.land();
    assert.equal(hub.landedCount, block.header.number);
    hub.start(0);
  });

  test("aggregators withhold: members show their batches alone, nothing is void, and the hub continues later", async () => {
    // Messages of the tests above arrive by roots, so that the next one is the only one that needs a fact.
    await alpha().settled(BigInt(alpha().progress().sealed - 1));
    await beta().pollL1();
    await byRoots.poll();
    const before = await balance();
    const fact = await send();
    await relayer.poll();
    const arrived = await balance();
    assert.ok(arrived > before, "by a fact");
    await hub.silence(1);
    await hub.silence(2);
    await assert.rejects(hub.land(), { code: "AggregatorsSilent" });
    const own = await offer(1);
    clock.endWaits();
    await alpha().settled(fact);
    const { batch } = await beta().settled(own);
    assert.ok(
      batch.importedRoots.some(({ registryIndex }) => registryIndex === factIndex(A, fact)),
      "the fact stands",
    );
    assert.equal(await balance(), arrived);
    for (const index of [1, 2]) hub.start(index);
    const next = await send();
    const { block } = await hub.land();
    assert.equal(block.entries.at(-1)?.stored.batchNumber, next);
    assert.deepEqual(block.header.state, hub.state.digest());
  });

  test("a batch that the hub cannot take is refused by name, and no call waits for its block", async () => {
    await hub.silence(1);
    await hub.silence(2);
    const alone = await send();
    clock.endWaits();
    await alpha().settled(alone);
    for (const index of [1, 2]) hub.start(index);
    // Without a message, after a batch that the hub lacks.
    const signer = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await signer.sendTransaction({ to: bob, value: 1n })).wait();
    const unknown = await offer(0);
    await assert.rejects(hub.land(), { code: "NothingOffered", message: /has no logs, and the hub lacks the batch before it/ });
    clock.endWaits();
    await alpha().settled(unknown);
  });
});
