import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { JsonRpcProvider } from "ethers";
import { WebSocket } from "ws";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { FeedEntry } from "../../src/chain/rpc/transport/feed.ts";
import type { EcosystemStatus, MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { systemClock, type Clock } from "../../src/ground/runtime/clock.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
/** Nothing else waits for just so long. */
const POLL_MS = 123_457;

describe("an automatic ecosystem answers from its indexes", () => {
  let aheadMs = 0;
  const looks: (() => void)[] = [];
  // No poll happens unless the test triggers it.
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + aheadMs,
    after(ms, call) {
      if (ms !== POLL_MS) return systemClock.after(ms, call);
      looks.push(call);
      return () => undefined;
    },
  };
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  before(async () => {
    devnet = await startFlowDevnet([A, B], { ...UNPROVEN, pollIntervalMs: POLL_MS }, { clock });
    clients = devnet.chains.map(clientOf);
    await devnet.status();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const bob = () => devnet.accounts.wallet(BOB).address;
  const ask = async <Answer>(method: string, ...params: unknown[]): Promise<Answer> =>
    (await clients[1]!.send(method, params)) as Answer;
  const status = async (): Promise<EcosystemStatus["messages"]> => (await ask<EcosystemStatus>("hyperchain_status")).messages;
  const send = async (amount: bigint): Promise<string> => {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const receipt = await (await alice.sendTransaction(transferOf(B, amount, bob()))).wait();
    return receipt!.hash;
  };
  async function lookOnce(): Promise<void> {
    const due = looks.splice(0);
    for (const look of due) look();
    while (looks.length < due.length) await nextTurn();
  }
  const mined = () => (devnet.l1.provider as JsonRpcProvider).send("evm_mine", []);

  /** Stops all answers of L1 until they are released. */
  function silentL1(t: { readonly mock: typeof test.prototype.mock }): { asked(): number; letAnswer(): void } {
    let letAnswer = (): void => undefined;
    const silence = new Promise<void>((resolve) => (letAnswer = resolve));
    const { provider } = devnet.l1;
    const getBlock = provider.getBlock.bind(provider);
    const silent = t.mock.method(provider, "getBlock", async (...parameters: Parameters<typeof getBlock>) => {
      await silence;
      return getBlock(...parameters);
    });
    return { asked: () => silent.mock.callCount(), letAnswer };
  }

  test("a message is in the books when its receipt is answered; status, messages and message ask no member of it", async (t) => {
    const l1 = silentL1(t);
    const getLogs = devnet.chains.map(({ provider }) => t.mock.method(provider, "request"));
    const hash = await send(3n);
    assert.equal((await status()).inFlight, 1);
    const messages = await ask<readonly MessageInfo[]>("hyperchain_messages");
    assert.deepEqual(
      messages.map(({ type, steps }) => [type, steps.map(({ step, transactionHash }) => [step, transactionHash])]),
      [["transfer", [["initiated", hash]]]],
    );
    assert.equal((await ask<MessageInfo>("hyperchain_message", hash)).messageHash, messages[0]!.messageHash);
    assert.equal(l1.asked(), 0);
    assert.deepEqual(
      getLogs.flatMap((each) => each.mock.calls.map((call) => call.arguments[0]!.method)),
      [],
    );
    l1.letAnswer();
  });

  test("settled batches are included in the settle's answer, and other news of L1 after the next poll", async () => {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const { messageHash } = await withdraw(devnet.info(), { chain: A, amount: 7n, to: bob() }, alice);
    await devnet.settle();
    const steps = async (): Promise<readonly string[]> =>
      (await ask<MessageInfo>("hyperchain_message", messageHash)).steps.map(({ step }) => step);
    assert.deepEqual(await steps(), ["initiated", "settled", "inTransactionRoot"]);
    const claimer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    await finalizeWithdrawal(devnet.info(), { chain: A, messageHash }, claimer);
    assert.equal((await status()).delivered, 0);
    await lookOnce();
    assert.equal((await status()).delivered, 1);
    assert.deepEqual(await steps(), ["initiated", "settled", "inTransactionRoot", "delivered", "executed"]);
  });

  test("the feed tells that books have followed a new block of L1, once each, and nothing of what is in them", async () => {
    const entries: FeedEntry[] = [];
    const socket = new WebSocket(devnet.chains[0]!.url.replace("http", "ws"));
    socket.on("message", (data: Buffer) => {
      const { params } = JSON.parse(data.toString()) as { readonly params?: { readonly result: FeedEntry } };
      if (params !== undefined) entries.push(params.result);
    });
    await once(socket, "open");
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["hyperchain", {}] }));
    const told = () => entries.filter(({ type }) => type === "messages");
    while (entries.length === 0) await nextTurn();
    await lookOnce();
    for (const times of [1, 2]) {
      await mined();
      // The second finds L1 where it was.
      for (let look = 0; look < 2; look++) await lookOnce();
      while (told().length < times) await nextTurn();
      assert.equal(told().length, times);
    }
    assert.deepEqual(
      told().map((entry) => Object.keys(entry).toSorted()),
      Array(2).fill(["position", "type"]),
    );
    socket.terminate();
  });

  test("when steps were done is asked of members once", async (t) => {
    const [withdrawn] = (await devnet.messages()).filter(({ type }) => type === "withdrawal");
    const first = await ask<MessageInfo>("hyperchain_message", withdrawn!.messageHash);
    const request = t.mock.method(devnet.l1, "request");
    const again = await ask<MessageInfo>("hyperchain_message", withdrawn!.messageHash);
    assert.deepEqual(again, first);
    assert.ok(again.steps.every(({ timestamp }) => timestamp !== undefined));
    assert.equal(request.mock.callCount(), 0);
  });

  test("after a return to a snapshot no answer has deleted data", async () => {
    const mark = await devnet.snapshot();
    const before = await devnet.messages();
    await send(5n);
    assert.equal((await devnet.messages()).length, before.length + 1);
    assert.equal(await devnet.revert(mark), true);
    assert.deepEqual(await devnet.messages(), before);
  });

  test("an added chain is reported with all earlier messages", async () => {
    const hashes = async () => (await devnet.messages()).map(({ messageHash }) => messageHash);
    const before = await hashes();
    await devnet.addChain({ name: "gamma", chainId: 273 });
    assert.deepEqual(await hashes(), before);
  });

  // The last one, since it moves the clock.
  test("a member that does not answer holds up no status, which tells how old it is; a fresh one waits for the member", async (t) => {
    await ask("hyperchain_status", { fresh: true });
    await mined();
    const l1 = silentL1(t);
    aheadMs += 60_000;
    let isFreshAnswered = false;
    const fresh = ask<EcosystemStatus>("hyperchain_status", { fresh: true }).then((answer) => {
      isFreshAnswered = true;
      return answer;
    });
    while (l1.asked() === 0) await nextTurn();
    const { ageMs = 0, outdated, delivered } = await status();
    assert.equal(isFreshAnswered, false);
    assert.ok(ageMs >= 60_000, `${ageMs} ms`);
    assert.deepEqual([outdated, delivered], [undefined, 1]);
    l1.letAnswer();
    assert.equal((await fresh).messages.ageMs, undefined);
    assert.ok((await status()).ageMs! < ageMs);
  });
});
