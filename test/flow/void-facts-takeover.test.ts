import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { createNoProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import type { DevnetChain } from "../../src/ecosystem/devnet/devnet.ts";
import { continueChain } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import { dropOpenBatches, type DroppedBatches } from "../../src/ecosystem/devnet/reconstruction/drop-open-batches.ts";
import { operateChain, type OperatedChain } from "../../src/ecosystem/devnet/reconstruction/operate-chain.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import type { Node } from "../../src/chain/node/node.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import type { L2CanonicalTransaction } from "../../src/ground/protocol/priority-op.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, dependencies, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { relayerOf, transferOf } from "./support/interop.ts";
import { RUNNING } from "./support/rebuilt-rollup.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const [A, B] = [271n, 272n];
const WAIT_SECONDS = 2_000;
/** Holds proofs back, so that L1 has a chain's batches and has not executed them. */
const HELD_BACK = { maxBatches: 7 } as const;
const DEPOSIT_WEI = 5n;

/*
 * Proofs are "none". Batches of alpha wait for an aggregator that never comes; beta's operator dies with batches that L1 has not
 * executed, and another process with the key continues beta.
 */
describe("void after a takeover", () => {
  const clock = new WaitingClock(WAIT_SECONDS);
  let devnet: FlowDevnet;
  let chains: readonly DevnetChain[];
  let bob: string;
  const clients: JsonRpcProvider[] = [];
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha", execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } },
        { chainId: B, name: "beta", facts: { from: ["alpha"] }, pace: HELD_BACK },
      ],
      UNPROVEN,
      { clock },
    );
    chains = [...devnet.chains];
    bob = devnet.accounts.wallet(BOB).address;
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const source = () => chains[0]!.pipeline;
  const contract = () => chains[1]!.pipeline.created.hyperchain;
  const operator = () =>
    devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator + chains[1]!.plan.place).connect(devnet.l1.provider);
  const alice = (client: JsonRpcProvider) => devnet.accounts.wallet(ALICE).connect(client);
  function client(chainId: bigint, { url }: Pick<Node, "url">): JsonRpcProvider {
    const made = clientOf({ chainId, url });
    clients.push(made);
    return made;
  }
  const relayerBetween = (onAlpha: JsonRpcProvider, onBeta: JsonRpcProvider): Relayer =>
    relayerOf({ ...devnet, chains }, [onAlpha, onBeta], undefined, undefined, undefined, (id) => (id === B ? [A] : []));

  async function deposit(chainId: bigint): Promise<void> {
    const wallet = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const request = { chainId, to: lowerCaseAddress(wallet.address), valueWei: DEPOSIT_WEI };
    await requestFromL1(devnet.ecosystem.addresses.factory, request, wallet);
  }
  /** Seals a batch of alpha that L1 stores and whose node offers its evidence. */
  async function sealAlpha(onAlpha: JsonRpcProvider): Promise<bigint> {
    const { batchNumber } = (await source().seal())!.outputs;
    for (let offered: readonly { batchNumber: string }[] = []; !offered.some((each) => each.batchNumber === `${batchNumber}`);)
      offered = (await onAlpha.send("hyperchain_getOfferedBatches", [])) as typeof offered;
    return batchNumber;
  }
  async function sealBeta(node: Pick<Node, "seal" | "progress">): Promise<bigint> {
    const { batchNumber } = (await node.seal())!.outputs;
    while (node.progress().committed <= Number(batchNumber)) await devnet.l1.provider.getBlockNumber();
    return batchNumber;
  }
  const rebuild = async (): Promise<Reconstruction> =>
    reconstruct({ l1: devnet.l1.provider, hyperchain: contract(), genesis: await genesisOf(), upTo: "committed" });
  async function drop(rebuilt: Reconstruction, quorum?: { readonly members: readonly [] }, again = rebuild) {
    let dropped: DroppedBatches | undefined;
    const reconstruction = await dropOpenBatches(rebuilt, {
      ...{ l1: devnet.l1.provider, clock: systemClock, operator: operator(), quorum, rebuild: again },
      onDropped: (batches) => (dropped = batches),
    });
    return { reconstruction, dropped };
  }
  async function goOn(context: TestContext, rebuilt: Reconstruction, pace = {}): Promise<Node> {
    const node = await continueChain(
      rebuilt,
      { ...RUNNING, pace },
      {
        l1: devnet.l1.provider,
        connect: dependencies.connectChain,
        clock: systemClock,
        prover: createNoProver(),
        operator: operator(),
        onStop: (error) => devnet.faults.push(error),
      },
    );
    context.after(() => node.close());
    return node;
  }
  /** Requests that the open batches are dropped, and the chain served on the port of another one. */
  function operateOnPortOf({ url }: DevnetChain, rebuilt: Reconstruction): Promise<OperatedChain> {
    const { minGasPriceWei } = RUNNING;
    return operateChain(
      rebuilt,
      {
        ...{ l1Url: devnet.l1.url, confirmations: 1, key: operator().privateKey as Hex, minGasPriceWei },
        ...{ host: "127.0.0.1", port: Number(new URL(url).port), batchAgeMs: 50, pollIntervalMs: 50 },
        ...{ proofs: "none", prover: { workers: 1 }, dropsOpenBatches: true },
      },
      {
        ...{ rebuild, connect: dependencies.connectChain, clock: systemClock },
        ...{ onUpdate: () => undefined, onStop: (error) => devnet.faults.push(error) },
      },
    );
  }
  /** Coins of all accounts. The base token's contract has the others. */
  const coinsOf = ({ state }: Reconstruction): bigint =>
    state
      .accounts()
      .filter(({ address }) => address !== PREDEPLOYS.L2BaseToken)
      .reduce((sum, { balanceWei = 0n }) => sum + balanceWei, 0n);

  test("inherited batches from the first with an open fact on are dropped, and the transfer arrives by a root, once", async (context) => {
    const [onAlpha, onBeta] = chains.map((chain) => client(chain.chainId, chain)) as [JsonRpcProvider, JsonRpcProvider];
    const importer = chains[1]!.pipeline;
    assert.equal(await sealBeta(importer), 0n, "a batch without a fact");
    await (await alice(onAlpha).sendTransaction(transferOf(B, ETHER, bob))).wait();
    const fact = await sealAlpha(onAlpha);
    const relayer = relayerBetween(onAlpha, onBeta);
    await relayer.poll();
    assert.equal(relayer.journeys().at(-1)?.refusal, undefined);
    assert.equal(await onBeta.getBalance(bob), ETHER);
    await (await alice(onBeta).sendTransaction(transferOf(A, 3n, bob))).wait();
    await deposit(B);
    await importer.pollL1();
    assert.equal(await sealBeta(importer), 1n);
    await devnet.stopChain(B);
    // With an operation of L1's queue the rebuilt batch has another log root.
    await deposit(A);
    assert.equal((await source().reseal(fact)).firstBatch, fact);

    const rebuilt = await rebuild();
    const named = new RegExp(`batch 1 imports a fact about batch ${fact} of chain 271, which L1 does not show to the chain`);
    await assert.rejects(goOn(context, rebuilt), { name: "ContinuationError", code: "FactsOpen", message: named });
    const unsigned = { name: "ContinuationError", code: "FactsOpen", message: /1 of the validators .* must sign/ };
    await assert.rejects(drop(rebuilt, { members: [] }), unsigned);
    const { reconstruction, dropped } = await drop(rebuilt);
    assert.match(dropped?.reason ?? "", named);
    // Alice's transfer, and beta's receipt for the other one.
    assert.deepEqual(dropped, { firstBatch: 1n, lastBatch: 1n, messages: 2, operations: 1, reason: dropped?.reason });
    assert.equal(reconstruction.batches.length, 1);
    assert.deepEqual((await drop(reconstruction)).dropped, undefined);

    const continued = await goOn(context, reconstruction);
    const onContinued = client(B, continued);
    await continued.settled(0n);
    assert.equal((await continued.pollL1()).operations.length, 1, "the deposit waits again");
    assert.equal(await onContinued.getBalance(bob), 0n);
    clock.endWaits();
    await source().settled(fact);
    assert.equal((await continued.pollL1()).roots.length, 1);
    const later = relayerBetween(onAlpha, onContinued);
    for (let polls = 0; polls < 2; polls++) await later.poll();
    assert.equal(await onContinued.getBalance(bob), ETHER);
    assert.equal(await onAlpha.getBalance(bob), 0n, "beta's transfer is lost");
    const last = (await continued.seal())!;
    await continued.settled(last.outputs.batchNumber);
    await later.poll();
    assert.equal(await onContinued.getBalance(bob), ETHER);
    const after = await rebuild();
    assert.equal(after.stateRoot, digestToHex(last.newStateRoot));
    const [{ reserved }] = reconstruction.pendingOperations as [L2CanonicalTransaction];
    assert.equal(coinsOf(after) - coinsOf(reconstruction), ETHER + (reserved[0] ?? 0n));
  });

  /** Another operator's batch, which imports this fact without a check of the rule. */
  async function importElsewhere(context: TestContext, batchNumber: bigint, root: Hex): Promise<readonly [bigint, Node]> {
    const node = await goOn(context, await rebuild(), HELD_BACK);
    await node.chain.sequencer.importRoots([{ registryIndex: factIndex(A, batchNumber), root }]);
    return [await sealBeta(node), node];
  }

  test("a batch whose fact L1 has executed by then stays, and is executed", async (context) => {
    const [onAlpha] = clients as [JsonRpcProvider];
    await (await alice(onAlpha).sendTransaction(transferOf(B, 2n, bob))).wait();
    const fact = await sealAlpha(onAlpha);
    const { logRoot } = source().chain.archive.batch(fact)!;
    const [inherited, former] = await importElsewhere(context, fact, logRoot);
    await former.close();
    const stale = await rebuild();
    await assert.rejects(goOn(context, stale), { code: "FactsOpen", message: /--drop-open-batches$/ });
    clock.endWaits();
    await source().settled(fact);
    // Rebuilt before L1 executed the fact: a second rebuild decides.
    const { reconstruction, dropped } = await drop(stale);
    assert.equal(dropped, undefined);
    const continued = await goOn(context, reconstruction);
    const { batch } = await continued.settled(inherited);
    assert.deepEqual(batch.importedRoots, [{ registryIndex: factIndex(A, fact), root: logRoot }]);
  });

  test("a batch with a fact about a batch that L1 has never stored is dropped unseen, and none that was committed after the examination", async (context) => {
    const [inherited, former] = await importElsewhere(context, 99n, wordToHex(5n));
    const rebuilt = await rebuild();
    assert.deepEqual(
      rebuilt.unapplied.map(({ stored }) => stored.batchNumber),
      [inherited],
    );
    const reason = /it imports facts about batches that no chain of L1 has stored \(1\)/;
    await assert.rejects(goOn(context, rebuilt), { code: "FactsOpen", message: reason });

    // A port in use costs no batch.
    await assert.rejects(operateOnPortOf(chains[0]!, rebuilt), { name: "PortInUseError" });
    // The former operator commits another batch between the examination and the revert.
    const examined = drop(rebuilt, undefined, async () => {
      const newest = await rebuild();
      await deposit(B);
      await former.pollL1();
      await sealBeta(former);
      return newest;
    });
    await assert.rejects(examined, { name: "ContinuationError", code: "BatchesChanged", message: /nothing was reverted/ });
    await former.close();

    const { reconstruction, dropped } = await drop(await rebuild());
    assert.match(dropped?.reason ?? "", reason);
    assert.deepEqual(dropped, {
      ...{ firstBatch: inherited, lastBatch: inherited + 1n, messages: 0, operations: 1 },
      reason: dropped?.reason,
    });
    assert.equal(reconstruction.batches.length, Number(inherited));
    const continued = await goOn(context, reconstruction);
    await continued.pollL1();
    await continued.settled((await continued.seal())!.outputs.batchNumber);
  });
});
