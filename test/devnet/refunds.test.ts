import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, keccak256, toBeHex, type JsonRpcProvider } from "ethers";
import { forceDelivery } from "../../src/ecosystem/client/transfers/force-delivery.ts";
import { loadEcosystem, type RunningEcosystem } from "../../src/ecosystem/client/ecosystem/running-ecosystem.ts";
import type { EcosystemStatus, MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { Journey } from "../../src/ecosystem/relayer/journey.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { callOf, moveOn, relayerOf, transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
const NO_CHAIN = 999n;
/** Account without a relation to the transfers. */
const STRANGER = 5;

/** Chains whose messages a test follows. */
class Scene {
  readonly devnet: FlowDevnet;
  readonly clients: readonly JsonRpcProvider[];
  readonly relayer: Relayer;
  readonly ecosystem: RunningEcosystem;

  private constructor(devnet: FlowDevnet, clients: readonly JsonRpcProvider[], ecosystem: RunningEcosystem) {
    this.devnet = devnet;
    this.clients = clients;
    this.relayer = relayerOf(devnet, clients);
    this.ecosystem = ecosystem;
  }

  static async start(chains: readonly bigint[]): Promise<Scene> {
    const options = { proofs: "none", fundedAccounts: [ALICE, STRANGER, 9] } as const;
    const devnet = await startFlowDevnet(chains, options);
    const clients = devnet.chains.map(clientOf);
    // What funded the accounts.
    for (const { chainId } of devnet.chains) await devnet.settle(chainId);
    return new Scene(devnet, clients, await loadEcosystem(clients[0]!));
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.devnet.close();
    assert.deepEqual(this.devnet.faults, []);
  }

  address(account: number): Hex {
    return this.devnet.accounts.wallet(account).address.toLowerCase() as Hex;
  }

  balance(account: number, place = 0): Promise<bigint> {
    return this.clients[place]!.getBalance(this.address(account));
  }

  onL1(account: number) {
    return this.devnet.accounts.wallet(account).connect(this.devnet.l1.provider);
  }

  /** Sends it from Alice; resolves with the hash of its transaction after L1 has executed its batch. */
  async send(request: { readonly to: Hex; readonly data: string; readonly value: bigint }): Promise<Hex> {
    const sent = await this.devnet.accounts.wallet(ALICE).connect(this.clients[0]!).sendTransaction(request);
    await sent.wait();
    await settleNow(this.devnet.chains[0]!);
    return sent.hash as Hex;
  }

  async status(): Promise<EcosystemStatus["messages"]> {
    return ((await this.clients[0]!.send("hyperchain_status", [])) as EcosystemStatus).messages;
  }

  async message(hash: Hex): Promise<MessageInfo> {
    return (await this.clients[0]!.send("hyperchain_message", [hash])) as MessageInfo;
  }

  journeys(type: Journey["content"]["type"]): readonly Journey[] {
    return this.relayer.journeys().filter(({ content }) => content.type === type);
  }
}

describe("A9: a transfer that L1 refused, of a chain whose operator lets no refund in", () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.start([A]);
    // It takes neither roots nor transactions that give something back.
    Object.assign(scene.devnet.chains[0]!.pipeline.chain.sequencer, { importRoots: () => Promise.resolve() });
  });
  after(() => scene.close());

  test("is refunded by the chain's queue, which any account fills without base token, and L1 executes the batch", async () => {
    await scene.send(transferOf(NO_CHAIN, ETHER, scene.address(BOB)));
    await moveOn(scene.devnet, scene.relayer);
    const [refund] = scene.journeys("refund");
    assert.deepEqual([refund?.imported, refund?.steps.has("executed")], [undefined, false]);

    const [alice, stranger] = await Promise.all([scene.balance(ALICE), scene.balance(STRANGER)]);
    const request = { chain: Number(A), messageHash: refund!.messageHash };
    const forced = await forceDelivery(scene.ecosystem, request, scene.onL1(STRANGER));
    assert.deepEqual([forced.destinationChainId, forced.rootTransactionHash !== undefined], [Number(A), true]);
    await scene.devnet.chains[0]!.pipeline.pollL1();
    assert.equal((await scene.clients[0]!.getTransactionReceipt(forced.deliveryTransactionHash))?.status, 1);
    // No account has paid for it on the chain.
    assert.deepEqual([await scene.balance(ALICE), await scene.balance(STRANGER)], [alice + ETHER, stranger]);
    await settleNow(scene.devnet.chains[0]!);
    await scene.relayer.poll();
    assert.equal(scene.journeys("refund")[0]?.steps.has("executed"), true);
    assert.deepEqual((await scene.status()).stuck, []);

    const again = await forceDelivery(scene.ecosystem, request, scene.onL1(STRANGER));
    await scene.devnet.chains[0]!.pipeline.pollL1();
    assert.equal((await scene.clients[0]!.getTransactionReceipt(again.deliveryTransactionHash))?.status, 0);
    assert.equal(await scene.balance(ALICE), alice + ETHER);
  });
});

/** Registers a chain on L1 as created at this second: later than the begin of batches that send to it. */
async function createLater({ l1, ecosystem, chains }: FlowDevnet, place: number, second: bigint): Promise<void> {
  const { factory } = ecosystem.addresses;
  const { chainId, pipeline } = chains[place]!;
  for (let slot = 0; slot < 64; slot++) {
    const word = keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [chainId, slot]));
    if (BigInt(await l1.provider.getStorage(factory, word)) !== pipeline.created.bornAt) continue;
    await l1.request("hardhat_setStorageAt", [factory, word, toBeHex(second, 32)]);
    return;
  }
  throw new Error("the factory keeps no birth of the chain");
}

describe("A9: what is sent to a chain that is created after its batch has begun", () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.start([A, B]);
    const { timestamp } = (await scene.devnet.l1.provider.getBlock("latest"))!;
    await createLater(scene.devnet, 1, BigInt(timestamp) + 86_400n);
  });
  after(() => scene.close());

  const refusal = (verb: string): string =>
    `SentBeforeChain: chain ${B} was created after the batch that sends this had begun, so L1 moved nothing there; what it carries ${verb} back on chain ${A}`;
  /** Until the message's destination has a root that holds it, and the source one that shows what L1 refused. */
  const importBoth = async (): Promise<void> => {
    for (const { pipeline } of scene.devnet.chains) await pipeline.pollL1();
    await scene.relayer.observe();
  };

  test("is refused by name, reported as refundable only, and never delivered", async () => {
    const hash = await scene.send(transferOf(B, ETHER, scene.address(BOB)));
    await importBoth();
    const told = await scene.message(hash);
    assert.deepEqual([told.refusal, told.sentTooEarly], [refusal("goes"), "goesBack"]);
    assert.equal(told.waitingFor, "the sending chain must refund it");
    assert.match(
      told.stuck?.help ?? "",
      new RegExp(`'npx hardhat hyperchain:deliver ${told.messageHash}' gives it back, with --through-queue also where`),
    );
    assert.deepEqual(
      (await scene.status()).stuck.map(({ type, why }) => [type, why]),
      [
        ["transfer", refusal("goes")],
        ["refund", "this ecosystem runs no relayer"],
      ],
    );
    const alice = await scene.balance(ALICE);
    await moveOn(scene.devnet, scene.relayer);
    assert.deepEqual([await scene.balance(BOB, 1), await scene.balance(ALICE)], [0n, alice + ETHER]);
    await moveOn(scene.devnet, scene.relayer);
    const over = await scene.message(hash);
    assert.deepEqual(
      [over.refusal, over.sentTooEarly, over.waitingFor, over.stuck],
      [refusal("went"), "wentBack", undefined, undefined],
    );
    assert.deepEqual((await scene.status()).stuck, []);
  });

  test("is refunded with a bundle's value, which no attempt to deliver the bundle has touched", async () => {
    const call = { to: scene.address(BOB), data: "0x", value: ETHER, reward: 7n };
    const hash = await scene.send(callOf(B, call));
    await importBoth();
    const alice = await scene.balance(ALICE);
    assert.equal((await scene.message(hash)).refusal, refusal("goes"));
    const [bundle] = scene.journeys("bundle");
    const request = { chain: Number(A), messageHash: bundle!.messageHash };
    await assert.rejects(forceDelivery(scene.ecosystem, request, scene.onL1(STRANGER)), {
      code: "NotDeliverable",
      message: /^SentBeforeChain: .*; it is in 0x[0-9a-f]{64}: refund each$/,
    });
    await moveOn(scene.devnet, scene.relayer);
    assert.deepEqual([await scene.balance(BOB, 1), await scene.balance(ALICE)], [0n, alice + ETHER + 7n]);
    await moveOn(scene.devnet, scene.relayer);
    assert.equal((await scene.message(hash)).sentTooEarly, "wentBack");
  });
});
