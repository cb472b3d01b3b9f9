import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, WebSocketProvider, type JsonRpcProvider } from "ethers";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { BatchUpdate, Resealed } from "../../src/chain/node/settling/batch-update.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { DevnetChainOptions } from "../../src/ecosystem/devnet/devnet.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { L1View } from "../../src/chain/settlement-layer/reader/l1-view.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { moveOn, relayerOf, transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
const WINDOW_SECONDS = 600;
const baseToken = new Interface(l2BaseTokenAbi);

class Scene {
  readonly devnet: FlowDevnet;
  readonly clients: readonly JsonRpcProvider[];
  readonly resealed: readonly (Resealed & { readonly chainId: bigint })[];

  private constructor(devnet: FlowDevnet, resealed: Scene["resealed"]) {
    this.devnet = devnet;
    this.clients = devnet.chains.map(clientOf);
    this.resealed = resealed;
  }

  static async start(chains: readonly DevnetChainOptions[]): Promise<Scene> {
    const resealed: (Resealed & { readonly chainId: bigint })[] = [];
    const onUpdate = (chainId: bigint, update: BatchUpdate): void => {
      if (update.type === "resealed") resealed.push({ chainId, ...update.resealed });
    };
    const timed = chains.map((chain) => ({ priorityOpWindowSeconds: WINDOW_SECONDS, ...chain }));
    return new Scene(await startFlowDevnet(timed, { proofs: "none" }, { onUpdate }), resealed);
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.devnet.close();
  }

  pipeline(place = 0) {
    return this.devnet.chains[place]!.pipeline;
  }

  wallet(number: number, place = 0) {
    return this.devnet.accounts.wallet(number).connect(this.clients[place]!);
  }

  address(number: number): Hex {
    return this.devnet.accounts.wallet(number).address.toLowerCase() as Hex;
  }

  async pay(value: bigint): Promise<Hex> {
    const sent = await this.wallet(ALICE).sendTransaction({ to: this.address(BOB), value });
    await sent.wait();
    return sent.hash as Hex;
  }

  /** Seals a batch that L1 does not get before the returned function is called. */
  async sealHeldBack(place = 0): Promise<{ readonly batchNumber: bigint; readonly send: () => void }> {
    const pipeline = this.pipeline(place);
    await pipeline.pause();
    const batch = await pipeline.seal();
    return { batchNumber: batch!.outputs.batchNumber, send: () => pipeline.resume() };
  }

  async deposit(place = 0): Promise<void> {
    const chainId = this.devnet.chains[place]!.chainId;
    const signer = this.devnet.accounts.wallet(ALICE).connect(this.devnet.l1.provider);
    await requestFromL1(this.devnet.ecosystem.addresses.factory, { chainId, to: this.address(BOB), valueWei: ETHER }, signer);
  }

  async later(seconds: number): Promise<void> {
    await this.devnet.l1.request("evm_increaseTime", [seconds]);
    await this.devnet.l1.request("evm_mine");
  }
}

describe("A7: a chain reseals a batch that L1 refuses", () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.start([{ chainId: A }]);
  });
  after(async () => {
    await scene.close();
    assert.deepEqual(scene.devnet.faults, []);
  });

  test("nothing is sealed on a view of L1 older than the window: the chain looks first, and takes what became due", async () => {
    await scene.devnet.settle(A);
    await scene.pay(1n);
    await scene.deposit();
    await scene.later(2 * WINDOW_SECONDS + 60);
    const before = await scene.clients[0]!.getBalance(scene.address(BOB));
    await scene.devnet.settle(A);
    assert.equal((await scene.clients[0]!.getBalance(scene.address(BOB))) - before, ETHER);
    assert.deepEqual(scene.resealed, []);
  });

  test("where an operation became overdue unseen: with the operation, and all that had confirmed", async () => {
    const [client] = scene.clients;
    const paid = await scene.pay(5n);
    const withdrawal = await (
      await scene.wallet(BOB).sendTransaction({
        to: PREDEPLOYS.L2BaseToken,
        data: baseToken.encodeFunctionData("withdraw", [scene.address(BOB)]),
        value: ETHER / 2n,
      })
    ).wait();
    const before = await client!.getBalance(scene.address(BOB));
    const socket = new WebSocketProvider(scene.devnet.chains[0]!.url.replace("http", "ws"));
    const heads: number[] = [];
    await socket.on("block", (number: number) => heads.push(number));
    const { batchNumber, send } = await scene.sealHeldBack();
    const height = await client!.getBlockNumber();
    await scene.deposit();
    await scene.later(2 * WINDOW_SECONDS + 60);
    const waiting = scene.pipeline().settled(batchNumber);
    send();

    // A waiting caller gets the batch that L1 accepted.
    const settled = await waiting;
    assert.deepEqual([settled.batch.outputs.batchNumber, settled.batch.outputs.priorityOpCount], [batchNumber, 1n]);
    assert.deepEqual(scene.resealed, [{ chainId: A, firstBatch: batchNumber, lost: [] }]);
    assert.equal(scene.pipeline().fault(), undefined);
    assert.equal((await client!.getBalance(scene.address(BOB))) - before, ETHER);
    assert.equal((await client!.getTransactionReceipt(paid))?.status, 1);
    // Clients that wait for a block see one above those that they knew.
    const head = await client!.getBlockNumber();
    assert.ok(head > height, `${head} after ${height}`);
    while (!heads.includes(head)) await socket.getBlockNumber();
    await socket.destroy();
    assert.deepEqual(scene.pipeline().progress(), {
      sealed: Number(batchNumber) + 1,
      committed: Number(batchNumber) + 1,
      proven: Number(batchNumber) + 1,
      executed: Number(batchNumber) + 1,
    });

    const [sent] = withdrawal!.logs
      .filter(({ address }) => address === PREDEPLOYS.L1Messenger)
      .map((log) => messenger.parseLog(log));
    const messageHash = keccak(fromHex(String(sent!.args["message"])));
    const { ecosystem, l1 } = scene.devnet;
    const view = new L1View(
      {
        chains: [{ chainId: A, hyperchain: scene.pipeline().created.hyperchain }],
        registry: ecosystem.addresses.roots,
        fromBlock: ecosystem.fromBlock,
      },
      { provider: l1.provider },
    );
    const claimed = await finalizeWithdrawal(
      scene.devnet.info(),
      { chain: A, messageHash },
      scene.devnet.accounts.wallet(ALICE).connect(l1.provider),
      view,
    );
    assert.equal(claimed.state, "paid");
  });

  test("with a snapshot taken in the refused batch: that snapshot ends, by name, and one from before the batch stands", async () => {
    await scene.devnet.settle(A);
    const before = await scene.devnet.snapshot();
    const balance = await scene.clients[0]!.getBalance(scene.address(BOB));
    await scene.pay(1n);
    await scene.pipeline().pause();
    const within = await scene.devnet.snapshot();
    const batch = await scene.pipeline().seal();
    await scene.deposit();
    await scene.later(2 * WINDOW_SECONDS + 60);
    const waiting = scene.pipeline().settled(batch!.outputs.batchNumber);
    scene.pipeline().resume();
    assert.equal((await waiting).batch.outputs.priorityOpCount, 1n);
    assert.equal(scene.pipeline().fault(), undefined);
    const height = await scene.devnet.l1.provider.getBlockNumber();
    for (let attempt = 0; attempt < 2; attempt++)
      await assert.rejects(scene.devnet.revert(within), {
        code: "SnapshotEnded",
        message: /snapshot 0x\w+ has ended: a chain has formed the batch again/,
      });
    // No state has returned: L1 and the chain continue together.
    assert.ok((await scene.devnet.l1.provider.getBlockNumber()) >= height);
    await scene.pay(1n);
    await scene.devnet.settle(A);
    assert.equal((await scene.clients[0]!.getBalance(scene.address(BOB))) - balance, ETHER + 2n);

    assert.equal(await scene.devnet.revert(before), true);
    assert.equal(await scene.clients[0]!.getBalance(scene.address(BOB)), balance);
    await scene.pay(1n);
    await scene.devnet.settle(A);
    assert.equal(scene.pipeline().fault(), undefined);
  });
});

describe("A7: hyperchain_reseal while a batch is on its way to L1", () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.start([{ chainId: A }]);
    await scene.devnet.settle(A);
  });
  after(async () => {
    await scene.close();
    assert.deepEqual(scene.devnet.faults, []);
  });

  const ask = (method: string, ...params: readonly unknown[]) => scene.devnet.chains[0]!.provider.request({ method, params });
  const ofL1 = (method: string, ...params: readonly unknown[]) => scene.devnet.l1.request(method, [...params]);

  test("does not make the next one wait until approvals of the one before have expired", async () => {
    const operator = scene.address(ACCOUNT_NUMBERS.firstOperator);
    const balance = await scene.devnet.l1.provider.getBalance(operator);
    await scene.pay(1n);
    // Approved, and not sent: L1 has nothing of it.
    await ofL1("hardhat_setBalance", operator, "0x0");
    const batch = await scene.pipeline().seal();
    const waiting = scene.pipeline().settled(batch!.outputs.batchNumber);
    while (scene.pipeline().waitsFor() === undefined) await scene.clients[0]!.getBlockNumber();
    assert.match(String(scene.pipeline().waitsFor()), /cannot pay/);
    await ofL1("hardhat_setBalance", operator, `0x${balance.toString(16)}`);
    await ask("hyperchain_reseal", Number(A));
    assert.notEqual((await waiting).batch.commitment, batch!.commitment);
  });

  test("settles whatever is asked for at the same time", async () => {
    for (let round = 0; round < 4; round++) {
      await scene.pay(1n);
      // One of them may find nothing to reseal; none waits forever, and none stops the chain.
      const asked = [
        ask("hyperchain_settle"),
        ask("hyperchain_reseal", Number(A)),
        ask("hyperchain_sealBatch"),
        ask("hyperchain_settle"),
      ];
      for (const outcome of await Promise.allSettled(asked))
        if (outcome.status === "rejected") assert.match(String(outcome.reason), /nothing to rebuild|is executed on L1/);
      await scene.devnet.settle(A);
      assert.equal(scene.pipeline().fault(), undefined);
    }
  });

  test("waits until L1 has mined what it was given", async () => {
    await scene.pay(1n);
    await ofL1("evm_setAutomine", false);
    const batch = await scene.pipeline().seal();
    const waiting = scene.pipeline().settled(batch!.outputs.batchNumber);
    const operator = scene.address(ACCOUNT_NUMBERS.firstOperator);
    const { provider } = scene.devnet.l1;
    const given = async (): Promise<boolean> =>
      (await provider.getTransactionCount(operator, "pending")) > (await provider.getTransactionCount(operator, "latest"));
    while (!(await given())) continue;
    await scene.pay(1n);
    const asked = ask("hyperchain_reseal", Number(A));
    await ofL1("evm_setAutomine", true);
    await ofL1("evm_mine");
    // The batch is on L1 already and stays; the open one is resealed.
    const firstBatch = Number(batch!.outputs.batchNumber) + 1;
    assert.deepEqual(await asked, { chainId: Number(A), firstBatch, lost: [] });
    assert.equal((await waiting).batch.commitment, batch!.commitment);
    assert.equal(scene.pipeline().fault(), undefined);
  });
});

describe("A7: validators that re-execute every batch", () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.start([{ chainId: A, executionDelaySeconds: 60, quorum: { members: 2, threshold: 2 } }]);
  });
  after(async () => {
    await scene.close();
    assert.deepEqual(scene.devnet.faults, []);
  });

  test("sign a batch that became too old for them directly after it is resealed", async () => {
    const paid = await scene.pay(7n);
    const { batchNumber, send } = await scene.sealHeldBack();
    await scene.later(WINDOW_SECONDS + 60);
    const waiting = scene.pipeline().settled(batchNumber);
    send();
    while (scene.pipeline().progress().committed <= Number(batchNumber)) await scene.clients[0]!.getBlockNumber();
    assert.deepEqual(scene.resealed, [{ chainId: A, firstBatch: batchNumber, lost: [] }]);
    await scene.later(60);
    assert.equal((await waiting).batch.commitment, (await waiting).stored.commitment);
    assert.equal((await scene.clients[0]!.getTransactionReceipt(paid))?.status, 1);
  });

  test("sign the operation that was overdue", async () => {
    await scene.pay(7n);
    const { batchNumber, send } = await scene.sealHeldBack();
    await scene.deposit();
    await scene.later(2 * WINDOW_SECONDS + 60);
    const waiting = scene.pipeline().settled(batchNumber);
    send();
    while (scene.pipeline().progress().committed <= Number(batchNumber)) await scene.clients[0]!.getBlockNumber();
    await scene.later(60);
    assert.equal((await waiting).batch.outputs.priorityOpCount, 1n);
  });

  const reseal = (...params: readonly unknown[]) =>
    scene.devnet.chains[0]!.provider.request({ method: "hyperchain_reseal", params: [Number(A), ...params] });

  test("revert a committed batch on L1 by hyperchain_reseal, and L1 executes the resealed one", async () => {
    const paid = await scene.pay(9n);
    const batch = await scene.pipeline().seal();
    const { batchNumber } = batch!.outputs;
    while (scene.pipeline().progress().committed <= Number(batchNumber)) await scene.clients[0]!.getBlockNumber();
    const waiting = scene.pipeline().settled(batchNumber);
    assert.deepEqual(await reseal(Number(batchNumber)), { chainId: Number(A), firstBatch: Number(batchNumber), lost: [] });
    while (scene.pipeline().progress().committed <= Number(batchNumber)) await scene.clients[0]!.getBlockNumber();
    await scene.later(60);
    const settled = await waiting;
    assert.equal(settled.stored.commitment, settled.batch.commitment);
    assert.notEqual(settled.batch.commitment, batch!.commitment);
    assert.equal((await scene.clients[0]!.getTransactionReceipt(paid))?.status, 1);
  });

  test("refuse to reseal an executed batch, a missing one, and a malformed number", async () => {
    const { sealed } = scene.pipeline().progress();
    await assert.rejects(reseal(0), /batch 0 is executed on L1 and stays/);
    await assert.rejects(reseal(sealed), /has not begun/);
    await assert.rejects(reseal(-1), /number of the first batch/);
    // The chain continues normally.
    await scene.pay(1n);
    const batch = await scene.pipeline().seal();
    while (scene.pipeline().progress().committed <= Number(batch!.outputs.batchNumber)) await scene.clients[0]!.getBlockNumber();
  });
});

describe("A1: batches that are sealed when a test moves the time", () => {
  const WEEK = 7 * 24 * 3_600;
  let scene: Scene;
  before(async () => {
    const quorum = { members: 2, threshold: 2 };
    scene = await Scene.start([
      { chainId: A, quorum },
      { chainId: B, quorum, executionDelaySeconds: 60 },
    ]);
  });
  after(async () => {
    await scene.close();
    assert.deepEqual(scene.devnet.faults, []);
  });

  const payOn = async (place: number) => {
    await (await scene.wallet(ALICE, place).sendTransaction({ to: scene.address(BOB), value: 1n })).wait();
  };
  const moves: readonly (readonly [string, (now: number) => readonly [string, readonly unknown[]]])[] = [
    ["evm_increaseTime", () => ["evm_increaseTime", [WEEK]]],
    ["evm_setNextBlockTimestamp", (now) => ["evm_setNextBlockTimestamp", [now + WEEK]]],
    ["evm_mine with a time", (now) => ["evm_mine", [now + WEEK]]],
    ["hardhat_mine at an interval", () => ["hardhat_mine", ["0x2", `0x${WEEK.toString(16)}`]]],
  ];
  for (const [title, move] of moves)
    for (const place of [0, 1, 2]) {
      const member = ["chain A", "chain B", "L1"][place]!;

      test(`are committed unchanged before ${title} on ${member} moves it by a week`, async () => {
        const provider = scene.devnet.chains[place]?.provider ?? scene.devnet.l1.eip1193;
        const sealed = [];
        for (const chain of [0, 1]) {
          await payOn(chain);
          const batch = await scene.pipeline(chain).seal();
          sealed.push({ chain, batch: batch!, settled: scene.pipeline(chain).settled(batch!.outputs.batchNumber) });
        }
        const newest = (await provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
          readonly timestamp: string;
        };
        const [method, params] = move(Number(newest.timestamp));
        await provider.request({ method, params });
        await provider.request({ method: "evm_mine", params: [] });
        for (const { batch, settled } of sealed) assert.equal((await settled).batch.commitment, batch.commitment);
        assert.deepEqual(scene.resealed, []);
      });
    }

  test("where L1 mines on demand, the time is moved at once", async () => {
    await scene.devnet.l1.request("evm_setAutomine", [false]);
    await payOn(0);
    const batch = await scene.pipeline().seal();
    const settled = scene.pipeline().settled(batch!.outputs.batchNumber);
    await scene.devnet.chains[0]!.provider.request({ method: "evm_increaseTime", params: [60] });
    assert.equal(scene.pipeline().progress().committed, Number(batch!.outputs.batchNumber));
    await scene.devnet.l1.request("evm_setAutomine", [true]);
    await scene.devnet.l1.request("evm_mine");
    await settled;
  });

  test("where the operator has no money, the time is moved at once", async () => {
    const operator = scene.address(ACCOUNT_NUMBERS.firstOperator);
    const balance = await scene.devnet.l1.provider.getBalance(operator);
    await scene.devnet.l1.request("hardhat_setBalance", [operator, "0x0"]);
    await payOn(0);
    const batch = await scene.pipeline().seal();
    const settled = scene.pipeline().settled(batch!.outputs.batchNumber);
    await scene.devnet.l1.request("evm_increaseTime", [60]);
    assert.equal(scene.pipeline().progress().committed, Number(batch!.outputs.batchNumber));
    await scene.devnet.l1.request("hardhat_setBalance", [operator, `0x${balance.toString(16)}`]);
    assert.equal((await settled).batch.commitment, batch!.commitment);
  });
});

describe("A7: messages of chains that reseal batches", () => {
  let scene: Scene;
  let relayer: Relayer;
  before(async () => {
    scene = await Scene.start([{ chainId: A }, { chainId: B }]);
    relayer = relayerOf(scene.devnet, scene.clients);
  });
  after(async () => {
    await scene.close();
    assert.deepEqual(scene.devnet.faults, []);
  });

  test("a delivery in a resealed batch happens once", async () => {
    await (await scene.wallet(ALICE).sendTransaction(transferOf(B, 3n, scene.address(BOB)))).wait();
    await moveOn(scene.devnet, relayer);
    assert.equal(await scene.clients[1]!.getBalance(scene.address(BOB)), 3n);
    const { batchNumber, send } = await scene.sealHeldBack(1);
    await scene.deposit(1);
    await scene.later(2 * WINDOW_SECONDS + 60);
    send();
    await scene.pipeline(1).settled(batchNumber);
    assert.deepEqual(
      scene.resealed.map(({ chainId, lost }) => [chainId, lost]),
      [[B, []]],
    );
    await moveOn(scene.devnet, relayer);
    await moveOn(scene.devnet, relayer);
    assert.equal(await scene.clients[1]!.getBalance(scene.address(BOB)), 3n + ETHER);
    assert.equal(relayer.journeys().length, 1);
  });
});
