import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Transaction, Wallet } from "ethers";
import { WebSocket } from "ws";
import type { Chain } from "../../../src/chain/chain.ts";
import { accountMethods } from "../../../src/chain/rpc/accounts/account-methods.ts";
import type { RpcClient } from "../../../src/chain/rpc/request/dispatch.ts";
import { Impersonation } from "../../../src/chain/rpc/development/impersonation.ts";
import { fairLine } from "../../../src/chain/rpc/calls/fair-line.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { namedReads } from "../../../src/chain/rpc/blocks/named-reads.ts";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { startRpcServer } from "../../../src/chain/rpc/transport/server.ts";
import type { Questions } from "../../../src/chain/questions/questions.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain } from "../support/chain.ts";
import { outsideClient } from "../support/outside-client.ts";
import { ask as askChain } from "../support/ask.ts";

/** A line whose work ends when it is let go, in the order in which it was begun. */
function heldLine(options: { readonly width?: number; readonly places?: number; readonly placesPerClient?: number } = {}) {
  const line = fairLine({ width: 1, places: 100, placesPerClient: 50, what: "calls wait", ...options });
  const begun: string[] = [];
  const held: (() => void)[] = [];
  const ask = (client: RpcClient | undefined, name: string): Promise<string> => {
    const answer = line(client, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => held.push(resolve));
      return name;
    });
    answer.catch(() => undefined);
    return answer;
  };
  const letGo = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      while (held.length === 0) await nextTurn();
      held.shift()?.();
    }
    await nextTurn();
  };
  return { ask, begun, letGo };
}

const refused = { code: -32005, message: /calls wait/ };

describe("a line in which clients take turns", () => {
  it("lets the first question of a client wait for one of each other, however many those have", async () => {
    const { ask, begun, letGo } = heldLine();
    const [flood, calm] = [outsideClient(), outsideClient()];
    for (let i = 0; i < 20; i++) void ask(flood.client, `flood ${i}`);
    for (let i = 0; i < 2; i++) void ask(calm.client, `calm ${i}`);
    await letGo(5);
    assert.deepEqual(begun, ["flood 0", "flood 1", "calm 0", "flood 2", "calm 1", "flood 3"]);
  });

  it("counts the connections of one machine as one in the turns between machines", async () => {
    const { ask, begun, letGo } = heldLine();
    for (let i = 0; i < 10; i++) void ask(outsideClient("192.0.2.7").client, `flood ${i}`);
    const calm = outsideClient("192.0.2.8");
    for (let i = 0; i < 2; i++) void ask(calm.client, `calm ${i}`);
    await letGo(5);
    assert.deepEqual(begun, ["flood 0", "flood 1", "calm 0", "flood 2", "calm 1", "flood 3"]);
  });

  describe("attack: one connection shows another token with each request", () => {
    /** The connection as the server makes it of each request with other headers. */
    const asAnother = (client: RpcClient): RpcClient => ({ ...client });

    /** State of the answer at the next turn of the event loop. */
    const state = async (answer: Promise<string>): Promise<string> =>
      Promise.race([answer.catch((error: Error) => error.message), nextTurn().then(() => "waits")]);

    it("which adds neither places nor turns", async () => {
      const { ask, begun, letGo } = heldLine({ placesPerClient: 3 });
      const [flood, calm] = [outsideClient(), outsideClient()];
      for (let i = 0; i < 3; i++) void ask(asAnother(flood.client), `flood ${i}`);
      void ask(calm.client, "calm 0");
      assert.match(await state(ask(asAnother(flood.client), "flood 3")), refused.message);
      await letGo(3);
      assert.deepEqual(begun, ["flood 0", "flood 1", "calm 0", "flood 2"]);
    });

    it("and what waits of it is withdrawn when it ends, also when some of it was answered before", async () => {
      const { ask, begun, letGo } = heldLine();
      const { client, end } = outsideClient();
      const other = outsideClient("192.0.2.9");
      for (let i = 0; i < 3; i++) void ask(other.client, `other ${i}`);
      const first = ask(asAnother(client), "first");
      const second = ask(asAnother(client), "second");
      await letGo(3);
      assert.equal(await first, "first");
      assert.deepEqual(begun, ["other 0", "other 1", "first", "other 2"]);
      end();
      assert.equal(await state(second), "the connection has ended");
    });
  });

  it("refuses one connection what is beyond its own places, and others nothing for it", async () => {
    const { ask } = heldLine({ placesPerClient: 3 });
    const [flood, calm] = [outsideClient(), outsideClient()];
    for (let i = 0; i < 3; i++) void ask(flood.client, `flood ${i}`);
    await assert.rejects(ask(flood.client, "flood 3"), refused);
    void ask(calm.client, "calm");
  });

  it("takes the places for others from the connection with most, its newest first, when it is full", async () => {
    const { ask, begun, letGo } = heldLine({ places: 6 });
    const flood = outsideClient();
    const asked = Array.from({ length: 6 }, (_, i) => ask(flood.client, `flood ${i}`));
    const calm = outsideClient();
    void ask(calm.client, "calm 0");
    await assert.rejects(asked[5]!, refused);
    await assert.rejects(ask(flood.client, "flood 6"), refused);
    void ask(calm.client, "calm 1");
    await assert.rejects(asked[4]!, refused);
    await letGo(6);
    assert.deepEqual(begun.toSorted(), ["calm 0", "calm 1", "flood 0", "flood 1", "flood 2", "flood 3"]);
  });

  it("withdraws what a connection asked that has ended, and takes nothing more of it", async () => {
    const { ask, begun, letGo } = heldLine({ places: 3 });
    const [ending, calm] = [outsideClient(), outsideClient()];
    const asked = Array.from({ length: 3 }, (_, i) => ask(ending.client, `ending ${i}`));
    ending.end();
    await assert.rejects(asked[1]!, /connection has ended/);
    await assert.rejects(asked[2]!, /connection has ended/);
    await assert.rejects(ask(ending.client, "ending 3"), /connection has ended/);
    for (let i = 0; i < 2; i++) void ask(calm.client, `calm ${i}`);
    await letGo(3);
    assert.deepEqual(begun, ["ending 0", "calm 0", "calm 1"]);
  });

  it("lets the process's own askers wait for no client", async () => {
    const { ask, begun } = heldLine({ places: 3, placesPerClient: 3 });
    const flood = outsideClient();
    for (let i = 0; i < 3; i++) void ask(flood.client, `flood ${i}`);
    void ask(undefined, "relayer");
    await nextTurn();
    assert.deepEqual(begun.toSorted(), ["flood 0", "relayer"]);
  });

  it("continues with others when work fails", async () => {
    const line = fairLine({ width: 1, places: 10, placesPerClient: 10, what: "calls wait" });
    const [one, other] = [outsideClient(), outsideClient()];
    const failing = line(one.client, () => Promise.reject(new Error("no")));
    const next = line(other.client, async () => "here");
    await assert.rejects(failing, /no/);
    assert.equal(await next, "here");
  });
});

const SEVEN: Hex = `0x${"d5".repeat(20)}`;
const SEVEN_CODE: Hex = "0x60075f5260205ff3";
const WORD_SEVEN = `0x${"07".padStart(64, "0")}`;

/** The chain with answers to questions that come when they are let go. */
function withHeldAnswers(chain: Chain): { readonly chain: Chain; readonly held: (() => void)[] } {
  const held: (() => void)[] = [];
  const questions: Questions = {
    async ask(kind, question) {
      await new Promise<void>((resolve) => held.push(resolve));
      return chain.questions.ask(kind, question);
    },
    close: () => chain.questions.close(),
  };
  return { chain: { ...chain, questions }, held };
}

it("an attack by a flood of reads that take long leaves time for blocks: eight of these reads are pending at a time", async () => {
  const test = await startTestChain();
  try {
    const held: (() => void)[] = [];
    const block = async (): Promise<undefined> => {
      await new Promise<void>((resolve) => held.push(resolve));
    };
    const reads = namedReads({ ...test.chain, blocks: { block } as unknown as Chain["blocks"] });
    const { client } = outsideClient();
    const flood = Array.from({ length: 40 }, async () => reads.get("eth_getBlockByNumber")!(["0x0", false], client));
    // Each rests a turn before it reads.
    const reading = async (): Promise<void> => {
      for (let turn = 0; turn < 4; turn++) await nextTurn();
    };
    await reading();
    assert.equal(held.length, 8);
    let most = 0;
    for (let answered = 0; answered < flood.length; answered++) {
      most = Math.max(most, held.length);
      held.shift()?.();
      await reading();
    }
    await Promise.all(flood);
    assert.equal(most, 8);
  } finally {
    await test.chain.close();
  }
});

it("a server forgets the calls of HTTP and WebSocket connections that end, and answers others between those that stay", async () => {
  const test = await startTestChain({ genesis: [{ address: SEVEN, code: SEVEN_CODE, nonce: 1n }] });
  const { chain, held } = withHeldAnswers(test.chain);
  const methods = chainMethods(chain, { gasPrice: { toldWei: 1n }, development: false });
  const server = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine: namedNotifications(chain), methods });
  const call = { jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ to: SEVEN }] };
  const batch = JSON.stringify(Array.from({ length: 200 }, () => call));
  let answered = 0;
  const answerAll = async (until: () => boolean): Promise<void> => {
    while (!until()) {
      if (held.length > 0) answered++;
      held.shift()?.();
      await nextTurn();
    }
  };
  try {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}`);
    await once(socket, "open");
    for (let i = 0; i < 4; i++) socket.send(batch);
    const raw = connect(server.port, "127.0.0.1");
    await once(raw, "connect");
    raw.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${batch.length}\r\n\r\n${batch}`);
    while (held.length < 2) await nextTurn();
    const ends = [once(socket, "close"), once(raw, "close")];
    socket.terminate();
    raw.destroy();
    await Promise.all(ends);
    let isAnswered = false;
    const asked = fetch(`http://127.0.0.1:${server.port}`, { method: "POST", body: JSON.stringify(call) }).then(
      async (response) => {
        isAnswered = true;
        return (await response.json()) as { readonly result: unknown };
      },
    );
    await answerAll(() => isAnswered);
    assert.equal((await asked).result, WORD_SEVEN);
    let turns = 0;
    await answerAll(() => turns++ === 200);
    // The two that were pending when the connections ended, at most two that took their places before the server noticed,
    // and this.
    assert.ok(answered <= 5, `${answered} calls were answered`);
  } finally {
    for (const release of held) release();
    await server.close();
    await test.chain.close();
  }
});

it("A12: transactions of unlocked accounts wait in a line in which a machine with many of them holds up no other", async () => {
  const account = Wallet.createRandom();
  const from = account.address.toLowerCase() as Hex;
  const test = await startTestChain({ genesis: [{ address: from, balanceWei: 10n ** 18n }] });
  const order: string[] = [];
  const held: (() => void)[] = [];
  const methods = accountMethods(
    {
      ...test.chain,
      async submit(raw) {
        order.push(Transaction.from(raw).to!.toLowerCase());
        await new Promise<void>((resolve) => held.push(resolve));
        return test.chain.submit(raw);
      },
    },
    {
      accounts: { addresses: () => [from], wallet: (address) => (address === from ? account : undefined) },
      impersonated: new Impersonation(),
      gasPrice: { toldWei: 1n },
      others: chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true }),
    },
  );
  const send = (to: string, client: RpcClient | undefined): Promise<unknown> =>
    methods.get("eth_sendTransaction")!([{ from, to, gas: "0x5208" }], client);
  const [greedy, modest] = [outsideClient("192.0.2.1").client, outsideClient("192.0.2.2").client];
  const [many, few, own] = ["aa", "bb", "cc"].map((byte) => `0x${byte.repeat(20)}`) as [string, string, string];
  try {
    const flood = Array.from({ length: 258 }, () => send(many, greedy));
    const outcomes = Promise.allSettled(flood);
    const others = [send(few, modest), send(own, undefined)];
    const done = Promise.all(others).then(() => true);
    for (let ended = false; !ended; ended = await Promise.race([done, nextTurn(false)])) held.shift()?.();
    // After the pending one, and one whose turn came before they were sent.
    assert.deepEqual(
      [few, own].map((to) => order.indexOf(to) <= 3),
      [true, true],
    );
    const letGo = outcomes.then(() => true);
    for (let ended = false; !ended; ended = await Promise.race([letGo, nextTurn(false)])) held.shift()?.();
    // Of one connection there are 256 places; nonces are given in turn, so that all of those are taken.
    assert.equal((await outcomes).filter(({ status }) => status === "rejected").length, 2);
    assert.equal(BigInt((await askChain(test.chain, "eth_getTransactionCount", [from, "latest"])) as Hex), 258n);
  } finally {
    await test.chain.close();
  }
});
