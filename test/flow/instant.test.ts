import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, type JsonRpcApiProvider, type JsonRpcProvider } from "ethers";
import { brokenPromisesAbi } from "../../src/ground/abi/broken-promises.ts";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { stakeRegistryAbi } from "../../src/ground/abi/stake-registry.ts";
import { jsonOfPromise, readShownPromise, type ShownPromise } from "../../src/ecosystem/devnet/promises/shown-promise.ts";
import type { EcosystemStatus, ResealInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { serviceOf } from "../../src/ecosystem/devnet/stake/services.ts";
import { AssetMessageKind, decodeAssetMessage, encodeAssetMessage } from "../../src/ground/protocol/asset-message.ts";
import { BATCH_PROMISE_TYPES, promiseServiceData } from "../../src/ground/protocol/batch-promise.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import { l2LogTreeRoot } from "../../src/ground/protocol/l2-log.ts";
import { pubdataLogLeaves, type PubdataLog } from "../../src/ground/protocol/pubdata.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { quorumDomain } from "../../src/ground/protocol/quorum.ts";
import { proveByFact } from "../../src/ecosystem/relayer/inclusion-proof.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER, refusalOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { relayerOf, transferOf } from "./support/interop.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const [A, B, C, D] = [271n, 272n, 273n, 274n];
/** A stranger with coins on L1 and on the chains. */
const CAROL = 3;
const WAIT_SECONDS = 2_000;
const MIN_STAKE = 2n * ETHER;
const TERMS = { minStakeWei: MIN_STAKE, maxAtRiskWei: 2n * ETHER };
/** Receivers wait for a quarter of it. */
const WINDOW = { priorityOpWindowSeconds: 12_000, exitDelaySeconds: 100_000 };
/*
 * With proofs "none". Alpha's batches wait for an aggregator that never comes, so L1 executes them when the test ends the wait. The
 * other chains take its promises, and gamma takes beta's.
 */
describe("promises backed by stake", () => {
  const clock = new WaitingClock(WAIT_SECONDS);
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  let relayer: Relayer;
  let l1: JsonRpcApiProvider;
  let bob: Hex;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha", execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } },
        { chainId: B, name: "beta", ...WINDOW, instant: { from: { alpha: TERMS } } },
        { chainId: C, name: "gamma", ...WINDOW, instant: { from: { alpha: TERMS, beta: TERMS } } },
        { chainId: D, name: "delta", ...WINDOW, instant: { from: { alpha: TERMS } } },
      ],
      { ...UNPROVEN, fundedAccounts: [ALICE, CAROL, RELAYER] },
      { clock },
    );
    clients = devnet.chains.map(clientOf);
    l1 = devnet.l1.provider as JsonRpcApiProvider;
    const promisesFrom = (chainId: bigint): readonly bigint[] => (chainId === A ? [] : [A]);
    relayer = relayerOf(devnet, clients, undefined, undefined, undefined, undefined, promisesFrom);
    bob = devnet.accounts.wallet(BOB).address.toLowerCase() as Hex;
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const pipelineOf = (place: number) => devnet.chains[place]!.pipeline;
  const balanceOn = (place: number): Promise<bigint> => clients[place]!.getBalance(bob);
  const journey = () => relayer.journeys().at(-1)!;
  /** A transfer on alpha in a batch that is sealed. */
  async function send(toChain: bigint, amount: bigint): Promise<bigint> {
    const signer = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await signer.sendTransaction(transferOf(toChain, amount, bob))).wait();
    return (await pipelineOf(0).seal())!.outputs.batchNumber;
  }
  async function stakeFor(from: bigint, to: bigint): Promise<bigint> {
    const { addresses } = devnet.ecosystem;
    const registry = new Contract(addresses.stakeRegistry!, stakeRegistryAbi, l1);
    const keys = devnet.chains.find(({ chainId }) => chainId === from)!.pipeline.signers.stakableKeys;
    // The registry returns weights of past seconds.
    const now = (await l1.getBlock("latest"))!.timestamp;
    await l1.send("evm_increaseTime", [2]);
    await l1.send("evm_mine", []);
    const service = serviceOf(addresses.brokenPromises!, promiseServiceData(from, to));
    const weights = keys.map(({ address }) => registry.getFunction("weightAt")(service, address, now) as Promise<bigint>);
    return (await Promise.all(weights)).reduce((sum, each) => sum + each, 0n);
  }

  test("the source's validators have the least stake of the terms for each pair", async () => {
    assert.equal(await stakeFor(A, B), MIN_STAKE);
    assert.equal(await stakeFor(A, C), MIN_STAKE);
    assert.equal(await stakeFor(B, A), 0n);
  });

  const getPromise = (place: number, toChain: bigint, batchNumber: bigint): Promise<unknown> =>
    clients[place]!.send("hyperchain_getPromise", [{ toChain: Number(toChain), batchNumber: Number(batchNumber) }]);
  const codeOf = async (place: number, method: string, parameter: object): Promise<string | number> => {
    const { code, data } = await refusalOf(clients[place]!, method, [parameter]);
    return data?.code ?? code;
  };
  /** L1 executes alpha's batches that wait, and the others import its roots. */
  async function landAlpha(batchNumber: bigint): Promise<void> {
    for (let offered: readonly { batchNumber: string }[] = []; !offered.some((each) => each.batchNumber === `${batchNumber}`);)
      offered = (await clients[0]!.send("hyperchain_getOfferedBatches", [])) as typeof offered;
    clock.endWaits();
    await pipelineOf(0).settled(batchNumber);
    for (const { pipeline } of devnet.chains) await pipeline.pollL1();
  }

  /** Promises that beta has taken, by its status, without the sentence. */
  async function takenByBeta(): Promise<unknown> {
    const { chains } = (await clients[1]!.send("hyperchain_status", [])) as EcosystemStatus;
    const { open, atRiskWei, shutOut } = chains.find(({ name }) => name === "beta")!.promises!;
    return { open, atRiskWei, shutOut: shutOut.map(({ chain }) => chain) };
  }

  test("a transfer arrives before L1 has its batch, and L1 executes both batches in order afterwards", async () => {
    await l1.send("evm_setAutomine", [false]);
    const batchNumber = await send(B, ETHER);
    await relayer.poll();
    assert.equal(journey().refusal, undefined);
    assert.equal(await balanceOn(1), ETHER);
    assert.ok(BigInt(pipelineOf(0).progress().committed) <= batchNumber, "L1 does not have the batch");
    assert.deepEqual(journey().imported, { fact: factIndex(A, batchNumber), isPromised: true });
    assert.deepEqual(await takenByBeta(), { open: 1, atRiskWei: String(ETHER), shutOut: [] });
    await l1.send("evm_setAutomine", [true]);
    await l1.send("evm_mine", []);
    const own = (await pipelineOf(1).seal())!.outputs.batchNumber;
    const request = { toChain: Number(C), batchNumber: Number(own) };
    assert.equal(await codeOf(1, "hyperchain_getPromise", request), "OpenImportBelow", "no promise over an open fact");
    await landAlpha(batchNumber);
    await pipelineOf(1).settled(own);
    await relayer.poll();
    assert.equal(journey().steps.has("importSettled"), true);
    assert.deepEqual(await takenByBeta(), { open: 0, atRiskWei: "0", shutOut: [] });
    assert.equal(await balanceOn(1), ETHER, "it arrives once");
  });

  test("above the risk: coins of open promises count, and the transfer arrives by a root", async () => {
    const before = await balanceOn(1);
    await send(B, ETHER);
    await relayer.poll();
    assert.equal((await balanceOn(1)) - before, ETHER);
    const batchNumber = await send(B, ETHER + 1n);
    await relayer.poll();
    assert.match(journey().refusal!, /2000000000000000001 wei would be promised and not executed, more than maxAtRiskWei/);
    assert.equal((await balanceOn(1)) - before, ETHER);
    await landAlpha(batchNumber);
    await relayer.poll();
    assert.equal((await balanceOn(1)) - before, 2n * ETHER + 1n);
  });

  test("the methods refuse open batches, chains without the option, changed logs and other forms by name", async () => {
    const { batchNumber: open } = pipelineOf(0).chain.sequencer;
    assert.equal(await codeOf(0, "hyperchain_getPromise", { toChain: Number(B), batchNumber: Number(open) }), "BatchNotSealed");
    assert.equal(await codeOf(1, "hyperchain_getPromise", { toChain: Number(A), batchNumber: 1 }), "ReceiverNotListed");
    assert.equal(await codeOf(0, "hyperchain_getPromise", { toChain: "272" }), -32_602);
    const batchNumber = await send(B, 1n);
    const shown = readShownPromise(await getPromise(0, B, batchNumber));
    const answer = jsonOfPromise(shown);
    assert.equal(await codeOf(0, "hyperchain_importPromise", answer), "SourceNotListed");
    assert.equal(await codeOf(2, "hyperchain_importPromise", answer), "TermsMismatch");
    assert.equal(await codeOf(1, "hyperchain_importPromise", { ...answer, logs: [] }), "LogsMismatch");
    assert.equal(await codeOf(1, "hyperchain_importPromise", { ...answer, signatures: [] }), "StakeTooSmall");
    assert.equal(await codeOf(1, "hyperchain_importPromise", { ...answer, logs: [{ type: "other" }] }), -32_602);
    const resealed = (await clients[0]!.send("hyperchain_reseal", [Number(A), Number(batchNumber)])) as ResealInfo;
    assert.deepEqual([resealed.lost, resealed.unfulfilledPromises], [[], undefined], "the rebuilt batch has the promised logs");
    await landAlpha(batchNumber);
    assert.equal(await codeOf(1, "hyperchain_importPromise", answer), "BatchExecuted");
    await relayer.poll();
  });

  /** Promise of another batch of this number, whose transfer has another amount. */
  async function forge(shown: ShownPromise, amount: bigint): Promise<ShownPromise> {
    const logs = shown.logs.map((log): PubdataLog => {
      const transfer = log.type === "message" ? decodeAssetMessage(log.body) : undefined;
      if (log.type !== "message" || transfer?.kind !== AssetMessageKind.hyperbridgeSend) return log;
      return { ...log, body: encodeAssetMessage({ ...transfer, amount }) };
    });
    const promised = { ...shown.promised, logRoot: l2LogTreeRoot(pubdataLogLeaves(logs, shown.canonicalTxHashes)) };
    const { created, signers } = pipelineOf(0);
    const domain = quorumDomain(devnet.l1.chainId, created.hyperchain);
    const sign = async (key: (typeof signers.promiseKeys)[number]): Promise<Hex> =>
      (await key.signTypedData({ ...domain }, BATCH_PROMISE_TYPES, promised)) as Hex;
    return { ...shown, promised, logs, signatures: await Promise.all(signers.promiseKeys.map(sign)) };
  }
  /** Delivers the transfer of a promise by the fact about its batch. */
  async function deliver(place: number, { promised, logs, canonicalTxHashes }: ShownPromise): Promise<void> {
    const index = logs.findIndex((log) => log.type === "message" && decodeAssetMessage(log.body) !== undefined);
    const log = logs[index]!;
    assert.ok(log.type === "message");
    const batch = { chainId: A, batchNumber: promised.batchNumber };
    const logLeaves = pubdataLogLeaves(logs, canonicalTxHashes);
    const proof = proveByFact({ batch, index, logLeaves, sender: log.sender, body: log.body });
    const router = new Contract(
      PREDEPLOYS.L2AssetRouter,
      l2AssetRouterAbi,
      devnet.accounts.wallet(CAROL).connect(clients[place]!),
    );
    const sent = (await router.getFunction("deliver")(proof, { gasLimit: 2_000_000 })) as { wait(): Promise<unknown> };
    await sent.wait();
  }
  const payeeBalance = (place: number): Promise<bigint> => l1.getBalance(pipelineOf(place).admin());

  test("a promise of another batch: both receivers rebuild after the reports, each is paid, and nothing is lost or doubled", async () => {
    const [before, carol] = await Promise.all([
      Promise.all([1, 2].map(balanceOn)),
      clients[1]!.getBalance(devnet.accounts.wallet(CAROL).address),
    ]);
    const batchNumber = await send(B, 5n);
    const forged: ShownPromise[] = [];
    for (const [place, toChain] of [
      [1, B],
      [2, C],
    ] as const) {
      const shown = readShownPromise(await getPromise(0, toChain, batchNumber));
      // The transfer goes to beta; gamma is shown one to itself.
      const logs = shown.logs.map((log): PubdataLog => {
        const transfer = log.type === "message" ? decodeAssetMessage(log.body) : undefined;
        return log.type !== "message" || transfer === undefined
          ? log
          : { ...log, body: encodeAssetMessage({ ...transfer, destinationChainId: toChain }) };
      });
      const promise = await forge({ ...shown, logs }, 2n * ETHER);
      forged.push(promise);
      await clients[place]!.send("hyperchain_importPromise", [jsonOfPromise(promise)]);
      await deliver(place, promise);
      assert.equal((await balanceOn(place)) - before[place - 1]!, 2n * ETHER, "the receiver relies on the stake");
    }
    // Third parties continue: one spends forged coins, another one its own.
    const spender = devnet.accounts.wallet(BOB).connect(clients[1]!);
    await (await spender.sendTransaction({ to: devnet.accounts.wallet(ALICE).address, value: before[0]! + ETHER })).wait();
    const other = devnet.accounts.wallet(CAROL).connect(clients[1]!);
    const receipt = (await (await other.sendTransaction({ to: spender.address, value: 7n })).wait())!;
    await landAlpha(batchNumber);
    // A stranger's report is mined before gamma's own.
    const stranger = devnet.accounts.wallet(ALICE).connect(l1);
    const { brokenPromises, stakeRegistry } = devnet.ecosystem.addresses;
    const judge = new Contract(brokenPromises!, brokenPromisesAbi, stranger);
    const stakedNumber = (await l1.getBlock(forged[1]!.promised.stakedBlock))!.number;
    const facts = { fromChain: A, epoch: 0, stakedNumber };
    const [paidBefore, gammaBefore] = await Promise.all([payeeBalance(1), payeeBalance(2)]);
    const reported = (await judge.getFunction("report")(stakeRegistry, facts, forged[1]!.promised, forged[1]!.signatures[0])) as {
      wait(): Promise<unknown>;
    };
    await reported.wait();
    assert.equal((await payeeBalance(2)) - gammaBefore, (MIN_STAKE * 4n) / 10n, "half is burnt, a tenth is the stranger's");
    const own = await Promise.all([1, 2].map(async (place) => (await pipelineOf(place).seal())!.outputs.batchNumber));
    const settled = await Promise.all([1, 2].map((place, i) => pipelineOf(place).settled(own[i]!)));
    assert.deepEqual(await takenByBeta(), { open: 0, atRiskWei: "0", shutOut: ["alpha"] });
    const broken = factIndex(A, batchNumber);
    for (const { batch } of settled) assert.ok(!batch.importedRoots.some(({ registryIndex }) => registryIndex === broken));
    // The payee also pays for beta's batches.
    assert.ok((await payeeBalance(1)) - paidBefore > (MIN_STAKE * 39n) / 100n);
    assert.deepEqual([await stakeFor(A, B), await stakeFor(A, C)], [0n, 0n]);
    await relayer.poll();
    assert.equal((await balanceOn(1)) - before[0]!, 5n + 7n, "the true transfer by a root, and the stranger's coins");
    assert.equal((await balanceOn(2)) - before[1]!, 0n);
    assert.ok(carol - (await clients[1]!.getBalance(other.address)) < ETHER / 100n);
    assert.equal((await clients[1]!.getTransactionReceipt(receipt.hash))?.status, 1, "its transaction is in the rebuilt batch");
    const request = { toChain: Number(B), batchNumber: Number(await send(B, 1n)) };
    assert.equal(await codeOf(0, "hyperchain_getPromise", request), "StakeTooSmall", "no promise without stake");
    await landAlpha(BigInt(request.batchNumber));
    await relayer.poll();
  });

  test("a promise that L1 executes late: the receiver rebuilds after the report, and the transfer arrives by a root, once", async () => {
    const batchNumber = await send(D, ETHER);
    await relayer.poll();
    assert.equal(journey().refusal, undefined);
    assert.equal(await balanceOn(3), ETHER);
    const own = (await pipelineOf(3).seal())!.outputs.batchNumber;
    const paidBefore = await payeeBalance(3);
    const rebuilt = pipelineOf(3).settled(own);
    await devnet.chains[3]!.provider.request({ method: "evm_increaseTime", params: [3_100] });
    const { batch } = await rebuilt;
    assert.ok(!batch.importedRoots.some(({ registryIndex }) => registryIndex === factIndex(A, batchNumber)));
    assert.equal(await balanceOn(3), 0n, "the delivery ran again and failed");
    assert.equal(await stakeFor(A, D), 0n);
    assert.ok((await payeeBalance(3)) - paidBefore > (MIN_STAKE * 39n) / 100n);
    await landAlpha(batchNumber);
    await relayer.poll();
    assert.equal(await balanceOn(3), ETHER);
    const last = (await pipelineOf(3).seal())!.outputs.batchNumber;
    await pipelineOf(3).settled(last);
    await relayer.poll();
    assert.equal(await balanceOn(3), ETHER);
  });
});
