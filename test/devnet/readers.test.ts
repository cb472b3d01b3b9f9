import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { Interface, type BrowserProvider } from "ethers";
import { WebSocket } from "ws";
import { METHOD_ACCESS } from "../../src/chain/rpc/access/method-access.ts";
import { ANVIL_ALIASES } from "../../src/chain/rpc/request/aliases.ts";
import { openSession } from "../../src/ecosystem/client/ecosystem/open-session.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { ActivityBlock } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import type { EcosystemInfo, MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { ALICE, BOB, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [HIDDEN, OPEN] = [271n, 272n];
const READER = 3;
/** Methods about one chain, on any member. */
const OF_THE_CHAIN = ["hyperchain_batches", "hyperchain_batch", "hyperchain_proof", "hyperchain_reseal"];
/** L1 and open chains show their blocks to all, with what came into them from the chain; so it is judged by what they tell. */
const BLOCKS_IN_WORDS = "hyperchain_activity";
/** Methods without an effect of a second call. */
/** JSON-RPC 2.0: a chain without nodes or an external sequencer has no methods for them. */
const METHOD_NOT_FOUND = -32_601;

function isRefused(error: Answer["error"]): boolean {
  return error?.data?.code === "SessionRequired" || error?.code === METHOD_NOT_FOUND;
}

const DRIVES = new Set(["hyperchain_relay", "hyperchain_settle", "evm_snapshot"]);
const SECRET = `0x${"5ec7e7".padEnd(40, "7")}`;

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code?: string } };
}

describe("B7 F3: an excluded reader of a validium gets nothing, by any method; a reader with a session gets all", () => {
  let devnet: FlowDevnet;
  let info: EcosystemInfo;
  let inside: BrowserProvider;
  let transactionHash: string;
  let blockHash: string;
  let message: MessageInfo;
  let authorization: string;

  before(async () => {
    const reader = lowerCaseAddress(createDevelopmentAccounts().wallet(READER).address);
    devnet = await startFlowDevnet(
      [
        { chainId: HIDDEN, name: "hidden", dataAvailability: "validium", readers: [reader] },
        { chainId: OPEN, name: "open" },
      ],
      { proofs: "none", relayer: true },
    );
    info = devnet.info();
    inside = connectInProcess(HIDDEN, devnet.chains[0]!.provider);
    const alice = devnet.accounts.wallet(ALICE).connect(inside);
    const sent = await alice.sendTransaction({ to: SECRET, value: ETHER });
    const receipt = await sent.wait();
    [transactionHash, blockHash] = [sent.hash, receipt!.blockHash];
    const bob = devnet.accounts.wallet(BOB).address;
    await send(info, { chain: "hidden", to: `${bob}@open`, amount: 1n }, alice);
    [message] = (await devnet.messages()) as [MessageInfo];
    const session = await openSession(info.chains[0]!, devnet.accounts.wallet(READER));
    authorization = `Bearer ${session.token}`;
  });
  after(async () => {
    inside.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const hidden = () => devnet.chains[0]!.url;
  const everyUrl = () => [devnet.l1.url, ...devnet.chains.map(({ url }) => url)];
  async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    return (await fetch(url, { method: "POST", body: JSON.stringify(body), headers })).json();
  }
  const ask = (url: string, method: string, params: readonly unknown[] = [], headers: Record<string, string> = {}) =>
    post(url, { jsonrpc: "2.0", id: 1, method, params }, headers) as Promise<Answer>;
  const asReader = (method: string, params: readonly unknown[] = [], url = hidden()) =>
    ask(url, method, params, { authorization });
  /** Requests about a chain. A client that may not read it must get no answer with data that it does not have already. */
  const questions = (): readonly (readonly unknown[])[] => [
    [],
    [SECRET, "latest"],
    [transactionHash],
    [blockHash, true],
    ["0x1", true],
    ["latest", false],
    [message.messageHash],
    ["hidden", 0],
    ["hidden"],
    [{ to: SECRET }, "latest"],
    [[{ chainId: Number(HIDDEN), address: SECRET }]],
    [SECRET],
  ];
  /** Told nowhere but on the chain; a question's own words may come back in an error. */
  const ofTheChain = (asked: readonly unknown[]): readonly string[] =>
    [
      transactionHash,
      blockHash,
      SECRET.slice(2),
      message.messageHash,
      ...message.steps.map((step) => step.transactionHash),
    ].filter((secret) => !JSON.stringify(asked).includes(secret));

  /** The answers to all questions by one method, in the questions' order. */
  async function asked(url: string, method: string): Promise<readonly (readonly [params: readonly unknown[], answer: Answer])[]> {
    const all = DRIVES.has(method) ? [[]] : questions();
    const answers = (await post(
      url,
      all.map((params, id) => ({ jsonrpc: "2.0", id, method, params })),
    )) as readonly Answer[];
    return all.map((params, i) => [params, answers[i]!]);
  }
  async function tellsNothing(url: string, method: string, told = ""): Promise<void> {
    for (const [params, answer] of await asked(url, method)) {
      const text = JSON.stringify(answer);
      for (const secret of ofTheChain(params))
        if (!told.includes(secret)) assert.ok(!text.includes(secret), `${method} ${JSON.stringify(params)}: ${text}`);
    }
  }
  /** Public data of L1 and the open chain: their blocks with receipts. */
  async function toldByOthers(): Promise<string> {
    const answers: Answer[] = [];
    for (const url of [devnet.l1.url, devnet.chains[1]!.url]) {
      const newest = Number((await ask(url, "eth_blockNumber")).result);
      for (let number = 0; number <= newest; number++) {
        const named = `0x${number.toString(16)}`;
        answers.push(await ask(url, "eth_getBlockByNumber", [named, true]), await ask(url, "eth_getBlockReceipts", [named]));
      }
    }
    return JSON.stringify(answers);
  }

  test("by JSON-RPC: every method of the table, under anvil's names too", async () => {
    const aliases = Object.entries(ANVIL_ALIASES).map(([name, stock]) => [name, METHOD_ACCESS.get(stock)] as const);
    for (const [method, access] of [...METHOD_ACCESS, ...aliases]) {
      await tellsNothing(hidden(), method);
      if (access !== "reader" || /subscribe$/.test(method)) continue;
      for (const [params, { error }] of await asked(hidden(), method))
        assert.ok(isRefused(error), `${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`);
    }
  });

  test("by another member: what is asked of the whole ecosystem leaves the chain out", async () => {
    const parts = [...METHOD_ACCESS].filter(([, access]) => access === "parts").map(([method]) => method);
    for (const url of everyUrl()) {
      for (const method of parts.filter((method) => method !== BLOCKS_IN_WORDS)) await tellsNothing(url, method);
      assert.deepEqual((await ask(url, "hyperchain_messages")).result, []);
      assert.equal((await ask(url, "hyperchain_message", [message.messageHash])).result, null);
      assert.equal((await ask(url, "hyperchain_dump")).error?.data?.code, "SessionRequired");
      const read = { chain: "hidden", address: SECRET, function: "balanceOf(address)", arguments: [SECRET] };
      assert.equal((await ask(url, "hyperchain_read", [read])).result, undefined);
      for (const method of OF_THE_CHAIN)
        assert.equal((await ask(url, method, ["hidden", 0])).error?.data?.code, "SessionRequired", method);
      for (const method of ["hyperchain_stopChain", "hyperchain_startChain", "hyperchain_removeChain"])
        assert.equal((await ask(url, method, ["hidden"])).error?.data?.code, "SessionRequired", method);
    }
  });

  test("by blocks as text: those of other chains are reported like to any client, and none of the chain", async () => {
    const told = await toldByOthers();
    for (const secret of [transactionHash, blockHash, SECRET.slice(2), message.steps[0]!.transactionHash])
      assert.ok(!told.includes(secret), secret);
    for (const url of everyUrl()) {
      await tellsNothing(url, BLOCKS_IN_WORDS, told);
      const blocks = (await ask(url, BLOCKS_IN_WORDS)).result as readonly ActivityBlock[];
      assert.deepEqual([...new Set(blocks.map(({ chainId }) => chainId))], [info.l1.chainId, Number(OPEN)]);
      for (const { hash, transactions } of blocks)
        for (const each of [hash, ...transactions.map((transaction) => transaction.hash)]) assert.ok(told.includes(each), each);
      for (const chain of ["hidden", Number(HIDDEN)])
        assert.equal((await ask(url, BLOCKS_IN_WORDS, [[{ chain, from: 0 }]])).error?.data?.code, "SessionRequired");
    }
    const seen = (await asReader(BLOCKS_IN_WORDS, [[{ chain: "hidden", from: 0, to: 100 }]])).result;
    for (const secret of [transactionHash, blockHash, SECRET.slice(2)]) assert.ok(JSON.stringify(seen).includes(secret), secret);
  });

  test("by a batch of requests", async () => {
    const methods = [...METHOD_ACCESS].filter(([name, access]) => access === "reader" && !/subscribe$/.test(name));
    const batch = methods.map(([method], id) => ({ jsonrpc: "2.0", id, method, params: [SECRET, "latest"] }));
    const answers = (await post(hidden(), batch)) as readonly Answer[];
    assert.deepEqual(
      batch.filter((_, i) => !isRefused(answers[i]!.error)),
      [],
    );
  });

  test("by REST: status 401, and what it has to do", async () => {
    const paths = [`/accounts/${SECRET}`, `/transactions/${transactionHash}`, "/blocks/latest", "/blocks/1", "/batches/latest"];
    for (const path of paths) {
      const answer = await fetch(hidden() + path);
      const body = (await answer.json()) as { readonly error: { readonly code: string; readonly message: string } };
      assert.deepEqual([answer.status, body.error.code], [401, "SessionRequired"], path);
      assert.match(body.error.message, /hyperchain_getSessionChallenge/);
    }
    const sent = await fetch(`${hidden()}/transactions`, { method: "POST", body: '{"raw":"0x02"}' });
    assert.equal(sent.status, 401);
    assert.equal((await fetch(`${hidden()}/openapi.json`)).status, 200);
    const read = await fetch(`${hidden()}/accounts/${SECRET}`, { headers: { authorization } });
    assert.deepEqual([read.status, ((await read.json()) as { readonly balanceWei: string }).balanceWei], [200, String(ETHER)]);
  });

  test("C5, by the gateway of reads of other chains: neither a slot of the chain, nor what it has of others", async () => {
    const gateway = new Interface(["function viewSlot(uint256,address,uint256,uint64)"]);
    const lookup = (chain: bigint) =>
      `/views/${PREDEPLOYS.CrossChainViews}/${gateway.encodeFunctionData("viewSlot", [chain, SECRET, 0n, 0n])}`;
    const open = devnet.chains[1]!.url;
    for (const [url, chain] of [
      [open, HIDDEN],
      [hidden(), OPEN],
      [hidden(), HIDDEN],
    ] as const) {
      const codeFor = async (headers: Record<string, string>): Promise<readonly [number, string | undefined]> => {
        const answer = await fetch(url + lookup(chain), { headers });
        const { error } = (await answer.json()) as { readonly error?: { readonly code: string } };
        return [answer.status, error?.code];
      };
      assert.deepEqual(await codeFor({}), [401, "SessionRequired"], url);
      assert.notEqual((await codeFor({ authorization }))[0], 401, url);
    }
    const asked = [Number(OPEN), PREDEPLOYS.CrossChainViews, lookup(HIDDEN).split("/").at(-1)];
    for (const url of everyUrl())
      assert.equal((await ask(url, "hyperchain_lookUp", asked)).error?.data?.code, "SessionRequired", url);
  });

  test("by a filter of a reader, whose id it knows", async () => {
    const { result: id } = await asReader("eth_newFilter", [{ fromBlock: "earliest" }]);
    for (const method of ["eth_getFilterLogs", "eth_getFilterChanges", "eth_uninstallFilter"])
      assert.equal((await ask(hidden(), method, [id])).error?.data?.code, "SessionRequired");
    assert.ok(((await asReader("eth_getFilterLogs", [id])).result as readonly unknown[]).length > 0);
  });

  test("by a WebSocket: no question, and no subscription but to what all members tell", async () => {
    const socket = await openSocket(hidden());
    for (const kind of ["newHeads", "logs", "newPendingTransactions"])
      assert.equal((await over(socket, "eth_subscribe", [kind])).error?.data?.code, "SessionRequired", kind);
    assert.equal((await over(socket, "eth_getBalance", [SECRET, "latest"])).error?.data?.code, "SessionRequired");
    assert.equal((await over(socket, "hyperchain_useSession", ["guess"])).error?.data?.code, "SessionUnknown");
    // A browser cannot send the header.
    assert.equal((await over(socket, "hyperchain_useSession", [authorization.slice(7)])).result, true);
    assert.equal((await over(socket, "eth_getBalance", [SECRET, "latest"])).result, `0x${ETHER.toString(16)}`);
    socket.terminate();
    const reader = await openSocket(hidden(), { authorization });
    const { result: subscription } = await over(reader, "eth_subscribe", ["newHeads"]);
    const told = once(reader, "message") as Promise<[Buffer]>;
    await devnet.chains[0]!.provider.request({ method: "evm_mine", params: [] });
    const [notification] = await told;
    assert.equal((JSON.parse(String(notification)) as { params: { subscription: string } }).params.subscription, subscription);
    reader.terminate();
  });

  test("by the feed: it learns of no act on the chain, and its readers do, whichever member they follow", async () => {
    for (const { url } of devnet.chains) {
      const follow = async (headers: Record<string, string>) => {
        const socket = await openSocket(url, headers);
        const told: unknown[] = [];
        socket.on("message", (data: Buffer) => {
          const { params } = JSON.parse(String(data)) as { params?: { result: { type: string } } };
          if (params !== undefined) told.push(params.result.type);
        });
        socket.on("close", (code) => told.push(code));
        assert.ok((await over(socket, "eth_subscribe", ["hyperchain"])).result);
        const next = async (count: number): Promise<readonly unknown[]> => {
          while (told.length < count) await Promise.race(["message", "close"].map((event) => once(socket, event)));
          return told;
        };
        assert.deepEqual(await next(1), ["here"]);
        return { socket, next };
      };
      // The end of a session closes no socket that follows public news.
      const [reader, stranger] = [await follow({ authorization }), await follow({ authorization: "Bearer over" })];
      // It makes no block.
      await devnet.chains[0]!.provider.request({ method: "evm_setAutomine", params: [true] });
      assert.deepEqual(await reader.next(2), ["here", "act"]);
      await devnet.chains[1]!.provider.request({ method: "evm_setAutomine", params: [true] });
      assert.deepEqual(await reader.next(3), ["here", "act", "act"]);
      // After all earlier messages.
      stranger.socket.ping();
      await once(stranger.socket, "pong");
      assert.deepEqual(await stranger.next(2), ["here", "act"]);
      for (const { socket } of [reader, stranger]) socket.terminate();
    }
  });

  test("a reader's session reads the chain, and the ecosystem through every member", async () => {
    assert.equal((await asReader("eth_getBalance", [SECRET, "latest"])).result, `0x${ETHER.toString(16)}`);
    assert.equal((await asReader("eth_getTransactionByHash", [transactionHash])).error, undefined);
    for (const url of everyUrl()) {
      const found = (await asReader("hyperchain_message", [message.messageHash], url)).result as MessageInfo;
      assert.equal(found.messageHash, message.messageHash);
      const { transactions } = (await asReader("hyperchain_history", [SECRET], url)).result as {
        readonly transactions: readonly { readonly transactionHash: string }[];
      };
      assert.deepEqual(
        transactions.map((each) => each.transactionHash),
        [transactionHash],
      );
    }
  });

  test("a reader stops and starts the chain, also with a session that it opens while the chain is stopped", async () => {
    assert.equal((await asReader("hyperchain_stopChain", ["hidden"])).error, undefined);
    assert.equal((await ask(hidden(), "hyperchain_startChain", ["hidden"])).error?.data?.code, "SessionRequired");
    assert.equal((await asReader("eth_getBalance", [SECRET, "latest"])).error?.data?.code, "ChainStopped");
    const { token } = await openSession(info.chains[0]!, devnet.accounts.wallet(READER));
    const { error } = await ask(hidden(), "hyperchain_startChain", ["hidden"], { authorization: `Bearer ${token}` });
    assert.equal(error, undefined);
    assert.equal((await asReader("eth_getBalance", [SECRET, "latest"])).result, `0x${ETHER.toString(16)}`);
  });

  test("attack: an unknown token and a returned one open nothing, and get the same answer as no token", async () => {
    const balance = (bearer: string) => ask(hidden(), "eth_getBalance", [SECRET], { authorization: bearer });
    assert.equal((await balance("Bearer guess")).error?.data?.code, "SessionUnknown");
    const { token } = await openSession(info.chains[0]!, devnet.accounts.wallet(READER));
    assert.equal((await balance(`Bearer ${token}`)).error, undefined);
    assert.equal((await ask(hidden(), "hyperchain_closeSession", [], { authorization: `Bearer ${token}` })).result, true);
    assert.equal((await balance(`Bearer ${token}`)).error?.data?.code, "SessionUnknown");
  });

  test("attack: an account without rights gets no session, and learns of no account that has", async () => {
    await assert.rejects(openSession(info.chains[0]!, devnet.accounts.wallet(BOB)), {
      code: "Refused",
      details: { code: "SessionRefused" },
    });
    for (const number of [READER, BOB]) {
      const { result } = await ask(hidden(), "hyperchain_getSessionChallenge", [devnet.accounts.wallet(number).address]);
      assert.deepEqual(Object.keys(result as object), ["domain", "types", "primaryType", "message"]);
    }
  });

  test("attack: a server that passes the chain's challenge on gets no signature", async () => {
    const passed: string[] = [];
    const between = createServer((request, response) => {
      request.setEncoding("utf8");
      request.once("data", (body: string) => {
        passed.push((JSON.parse(body) as { readonly method: string }).method);
        void fetch(hidden(), { method: "POST", body }).then(async (answer) => response.end(await answer.text()));
      });
    });
    between.listen(0, "127.0.0.1");
    await once(between, "listening");
    const { port } = between.address() as AddressInfo;
    const chain = { ...info.chains[0]!, url: `http://127.0.0.1:${port}` };
    await assert.rejects(openSession(chain, devnet.accounts.wallet(READER)), /nothing was signed/);
    assert.deepEqual(passed, ["hyperchain_getSessionChallenge"]);
    between.close();
  });

  test("the open chain and L1 answer everybody, and this process needs no session", async () => {
    assert.equal((await ask(devnet.chains[1]!.url, "eth_getBalance", [SECRET, "latest"])).result, "0x0");
    assert.equal((await ask(devnet.l1.url, "eth_getBalance", [SECRET, "latest"])).result, "0x0");
    assert.equal(await inside.getBalance(SECRET), ETHER);
  });
});

async function openSocket(url: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), { headers });
  await once(socket, "open");
  return socket;
}

/** One question at a time. */
async function over(socket: WebSocket, method: string, params: readonly unknown[]): Promise<Answer> {
  const answered = once(socket, "message") as Promise<[Buffer]>;
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  const [answer] = await answered;
  return JSON.parse(String(answer)) as Answer;
}
