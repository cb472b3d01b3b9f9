import assert from "node:assert/strict";
import { connect as connectSocket } from "node:net";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { JsonRpcProvider, Wallet, WebSocketProvider } from "ethers";
import { WebSocket } from "ws";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { MAX_BODY_BYTES } from "../../../src/chain/rpc/transport/server-limits.ts";
import { startRpcServer, type RpcServer } from "../../../src/chain/rpc/transport/server.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID } from "../support/engine.ts";
import { testContract } from "../support/artifact.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c4".repeat(20)}`;
const HOSTILE = "0x73";
/** Creates a contract from its input. */
const FACTORY: Hex = `0x${"d4".repeat(20)}`;
const FACTORY_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
/** Returns the word 7. */
const SEVEN: Hex = `0x${"d5".repeat(20)}`;
const SEVEN_CODE: Hex = "0x60075f5260205ff3";

interface Answer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

describe("RPC server", () => {
  let test: TestChain;
  let server: RpcServer;
  let url: string;
  const wallet = new TestWallet(40);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 1000n * ETHER },
        { address: FACTORY, code: FACTORY_CODE, nonce: 1n },
        { address: SEVEN, code: SEVEN_CODE, nonce: 1n },
      ],
    });
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 10n ** 6n }, development: true });
    server = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine: namedNotifications(test.chain), methods });
    url = `http://127.0.0.1:${server.port}`;
  });
  after(async () => {
    await server.close();
    await test.chain.close();
  });

  async function post(body: string | Uint8Array): Promise<{ readonly status: number; readonly answer: Answer & Answer[] }> {
    const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
    return { status: response.status, answer: (await response.json()) as Answer & Answer[] };
  }
  async function rpc(method: string, ...params: unknown[]): Promise<Answer> {
    return (await post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }))).answer;
  }
  async function isAlive(): Promise<void> {
    assert.deepEqual((await rpc("eth_chainId")).result, `0x${CHAIN_ID.toString(16)}`);
  }

  it("serves ethers over HTTP: send, receipt, call, revert, logs", async () => {
    const provider = new JsonRpcProvider(url, CHAIN_ID, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    const signer = Wallet.createRandom(provider);
    await test.chain.submit(await wallet.signRaw({ to: signer.address, value: 10n * ETHER }));
    const workload = await testContract("Workload");
    const deployed = await signer.sendTransaction({ data: workload.initCode, gasLimit: 3_000_000n });
    const receipt = await deployed.wait();
    assert.equal(receipt?.status, 1);
    const to = receipt?.contractAddress ?? "";
    const sent = await signer.sendTransaction({ to, data: workload.abi.encodeFunctionData("work", [3, 8]) });
    assert.equal((await sent.wait())?.status, 1);
    assert.ok((await provider.getLogs({ address: to })).length > 0);
    assert.equal((await provider.call({ to, data: workload.abi.encodeFunctionData("counter") }).then(BigInt)) >= 0n, true);
    await assert.rejects(
      provider.call({ to, data: workload.abi.encodeFunctionData("refuse", [5]) }),
      (error: { data?: string }) => {
        assert.equal(error.data, workload.abi.encodeErrorResult("Refused", [5]));
        return true;
      },
    );
    provider.destroy();
  });

  it("serves ethers over WebSocket with block notifications", async () => {
    const provider = new WebSocketProvider(`ws://127.0.0.1:${server.port}`, CHAIN_ID);
    const seen = new Promise<number>((resolve) => void provider.once("block", resolve));
    assert.equal(await provider.send("eth_chainId", []), `0x${CHAIN_ID.toString(16)}`);
    await provider.send("eth_blockNumber", []);
    await test.chain.sequencer.mine();
    assert.equal(await seen, Number(test.chain.sequencer.head.number));
    // Answered after the unsubscription that `once` has sent by now.
    await provider.send("eth_chainId", []);
    await provider.destroy();
  });

  it("answers batches in order, each request for itself", async () => {
    const { answer } = await post(
      JSON.stringify([
        { id: "a", method: "eth_chainId" },
        { id: 2, method: "no_such_method", params: [] },
        7,
        { id: 3, method: "eth_getBalance", params: [SINK, "latest"] },
      ]),
    );
    assert.deepEqual(
      answer.map(({ id, error }) => [id, error?.code]),
      [
        ["a", undefined],
        [2, -32601],
        [null, -32600],
        [3, undefined],
      ],
    );
  });

  it("names what is wrong with a transaction", async () => {
    const send = async (raw: unknown) => (await rpc("eth_sendRawTransaction", raw)).error;
    const code = (error: Answer["error"]) => [error?.code, (error?.data as { code?: string } | undefined)?.code];
    assert.deepEqual(code(await send("0x")), [-32602, "Malformed"]);
    assert.deepEqual(code(await send("zz")), [-32602, "Malformed"]);
    assert.deepEqual(code(await send(5)), [-32602, undefined]);
    assert.deepEqual(code(await send("0x02c0")), [-32602, "Malformed"]);
    assert.deepEqual(code(await send("0x03c0")), [-32602, "TypeNotSupported"]);
    assert.deepEqual(code(await send("0x7fc0")), [-32602, "TypeNotSupported"]);
    assert.deepEqual(code(await send(`0x02${"00".repeat(140_000)}`)), [-32602, "TooLarge"]);
    const broke = new TestWallet(41);
    assert.deepEqual(code(await send(await broke.signRaw({ to: SINK, value: 1n }))), [-32000, "InsufficientFunds"]);
    assert.deepEqual(code(await send(await wallet.signRaw({ to: SINK, nonce: 0 }))), [-32000, "NonceTooLow"]);
    wallet.nonce--;
    for (const type of [0, 1, 2]) {
      const fees = type === 2 ? {} : { gasPrice: 10n };
      const elsewhere = await send(await wallet.signRaw({ to: SINK, chainId: 1, type, ...fees }));
      assert.deepEqual(code(elsewhere), [-32602, "WrongChain"]);
      assert.match(JSON.stringify(elsewhere), /signed for another chain than this, which is chain \d+"/);
      wallet.nonce--;
    }
    assert.deepEqual(code(await send(await wallet.signRaw({ to: FACTORY, data: HOSTILE }))), [-32000, "HostileCode"]);
    wallet.nonce--;
    await isAlive();
  });

  it("survives code that would end the engine, by every way in that changes nothing", async () => {
    const hostile = (answer: Answer) =>
      assert.ok(answer.error !== undefined && answer.error.code !== -32603, JSON.stringify(answer));
    const override = { [SINK]: { code: HOSTILE } };
    hostile(await rpc("eth_estimateGas", { data: HOSTILE }));
    hostile(await rpc("eth_estimateGas", { to: FACTORY, data: HOSTILE }));
    const traced = await rpc("debug_traceCall", { to: FACTORY, data: HOSTILE }, "latest");
    assert.equal((traced.result as { readonly failed: boolean }).failed, false);
    hostile(await rpc("hardhat_setCode", SINK, HOSTILE));
    hostile(await rpc("eth_sendTransaction", { from: SINK, data: HOSTILE }));
    // The other EVM can run it, so calls get their true answers: it ends, and returns nothing.
    assert.equal((await rpc("eth_call", { data: HOSTILE }, "latest")).result, "0x");
    assert.equal((await rpc("eth_call", { input: `0x73${"00".repeat(10)}` })).result, "0x");
    assert.equal((await rpc("eth_call", { to: SINK }, "latest", override)).result, "0x");
    assert.equal((await rpc("eth_estimateGas", { to: SINK }, "latest", override)).result, "0x520b");
    for (const block of ["latest", "0x0"]) {
      // Through the factory: a contract was created.
      const nested = await rpc("eth_call", { to: FACTORY, data: HOSTILE }, block);
      assert.match(String(nested.result), /^0x0{24}[0-9a-f]{40}$/);
      assert.notEqual(BigInt(nested.result as Hex), 0n);
    }
    // The same through overridden code that creates.
    const overridden = await rpc("eth_call", { to: SINK, data: HOSTILE }, "latest", { [SINK]: { code: FACTORY_CODE } });
    assert.notEqual(BigInt(overridden.result as Hex), 0n);
    // And through overridden code that only calls the factory: 0x73 into memory, CALL.
    const caller = `0x60735f535f5f60015f5f73${FACTORY.slice(2)}5af15f5260205ff3`;
    assert.equal((await rpc("eth_call", { to: SINK }, "latest", { [SINK]: { code: caller } })).result, wordToHex(1n));
    await isAlive();
  });

  it("says where proofs of values are to be had, since no header names Ethereum's root of the state", async () => {
    const { error } = await rpc("eth_getProof", FACTORY, [], "latest");
    assert.match(error?.message ?? "", /zks_getProof proves values under the root that L1 has/);
    assert.deepEqual([error?.code, (error?.data as { code?: string }).code], [-32601, "MethodNotServed"]);
  });

  it("answers guarded calls as the engine would", async () => {
    // The overrides make both equal to the guard, except for the unreachable CREATE's reachability.
    const guarded = async (code: Hex, data: Hex = "0x") => rpc("eth_call", { to: SINK, data }, "latest", { [SINK]: { code } });
    const plain = (await guarded(SEVEN_CODE)).result;
    assert.equal(plain, wordToHex(7n));
    assert.equal((await guarded(`${SEVEN_CODE}5bf0`)).result, plain);
    const reverting = "0x60095f5260205ffd";
    const [direct, viaWitness] = [await guarded(reverting), await guarded(`${reverting}5bf0`)];
    assert.equal(direct.error?.code, 3);
    assert.equal(direct.error?.data, wordToHex(9n));
    assert.deepEqual([viaWitness.error?.code, viaWitness.error?.data], [direct.error?.code, direct.error?.data]);
  });

  it("estimates gas that suffices, with and without creations", async () => {
    const simple = await rpc("eth_estimateGas", { from: wallet.address, to: SINK, value: "0x1" });
    // The engine's own estimate of a plain transfer is one above the 21,000 that it takes.
    assert.ok([21_000n, 21_001n].includes(BigInt(simple.result as Hex)), String(simple.result));
    const workload = await testContract("Workload");
    const gas = BigInt((await rpc("eth_estimateGas", { from: wallet.address, data: workload.initCode })).result as Hex);
    const used = async (gasLimit: bigint) => {
      const hash = await test.chain.submit(await wallet.signRaw({ data: workload.initCode, gasLimit }));
      return (await ask(test.chain, "eth_getTransactionReceipt", [hash])) as { status: Hex; gasUsed: Hex };
    };
    const receipt = await used(gas);
    assert.equal(receipt.status, "0x1");
    assert.ok(gas <= (BigInt(receipt.gasUsed) * 105n) / 100n, `${gas} for ${BigInt(receipt.gasUsed)}`);
    assert.equal((await rpc("eth_estimateGas", { data: "0x5f5ffd" })).error?.code, 3);
  });

  it("stands malformed, huge, deep and unknown requests", async () => {
    for (const body of [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      "[[[]]]",
      '{"method":5}',
      '{"method":"eth_chainId","params":{}}',
      '{"id":{},"method":"x"}',
    ]) {
      const { answer } = await post(body);
      const [first] = [answer].flat() as [Answer];
      assert.ok(first.error !== undefined && first.error.code <= -32600, body);
    }
    // As JSON-RPC 2.0 shows it, and geth does.
    const { answer: empty } = await post("[]");
    assert.deepEqual([empty.id, empty.error?.code, empty.error?.message], [null, -32600, "a batch holds at least one request"]);
    const deep = await post(`{"id":1,"method":"eth_call","params":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    assert.equal(deep.answer.error?.code, -32600);
    const huge = await post(new Uint8Array(MAX_BODY_BYTES + 1).fill(0x20));
    assert.deepEqual([huge.status, huge.answer.error?.code], [413, -32005]);
    const many = await post(JSON.stringify(Array.from({ length: 201 }, () => ({ id: 1, method: "eth_chainId" }))));
    assert.equal(many.answer.error?.code, -32005);
    for (const method of [
      "eth_getUncleCountByBlockHash",
      "eth_compileSolidity",
      "__proto__",
      "constructor",
      "eth_fillTransaction",
      "personal_unlockAccount",
    ]) {
      assert.equal((await rpc(method)).error?.code, -32601, method);
    }
    assert.equal((await fetch(`${url}/nowhere`)).status, 405);
    await isAlive();
  });

  it("answers GET and HEAD of its root, since tools that wait for a server send them", async () => {
    for (const method of ["GET", "HEAD"]) assert.equal((await fetch(url, { method })).status, 200, method);
    assert.match(await (await fetch(url)).text(), /send POST requests/);
  });

  it("bounds a connection's subscriptions and ends them with it", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}`);
    await once(socket, "open");
    const answers: Answer[] = [];
    const allAnswered = new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer) => {
        answers.push(JSON.parse(data.toString()) as Answer);
        if (answers.length === 120) resolve();
      });
    });
    for (let id = 0; id < 120; id++) socket.send(JSON.stringify({ id, method: "eth_subscribe", params: ["newHeads"] }));
    await allAnswered;
    assert.equal(answers.filter(({ error }) => error?.code === -32005).length, 20);
    const [first] = answers.flatMap(({ result }) => (typeof result === "string" ? [result] : []));
    assert.ok(first);
    // Another connection cannot end it.
    const other = new WebSocket(`ws://127.0.0.1:${server.port}`);
    await once(other, "open");
    other.send(JSON.stringify({ id: 1, method: "eth_unsubscribe", params: [first] }));
    const [reply] = (await once(other, "message")) as [Buffer];
    assert.equal((JSON.parse(reply.toString()) as Answer).result, false);
    assert.equal((await rpc("eth_subscribe", "newHeads")).error?.code, -32601);
    socket.close();
    other.terminate();
    await isAlive();
  });

  it("moves time, mines and returns to snapshots for developers", async () => {
    const number = async () => BigInt((await rpc("eth_blockNumber")).result as Hex);
    const before = await number();
    const mark = (await rpc("evm_snapshot")).result;
    await rpc("evm_increaseTime", 500);
    await rpc("hardhat_mine", "0x2");
    assert.equal(await number(), before + 2n);
    assert.equal((await rpc("evm_revert", mark)).result, true);
    assert.equal(await number(), before);
    assert.equal((await rpc("evm_revert", mark)).result, false);
    assert.equal((await rpc("evm_setNextBlockTimestamp", 1)).error?.code, -32000);
    await isAlive();
  });

  it("refuses a port in use and closes with clients connected", async () => {
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
    const dependencies = { engine: namedNotifications(test.chain), methods };
    await assert.rejects(startRpcServer({ host: "127.0.0.1", port: server.port }, dependencies), /EADDRINUSE/);
    const second = await startRpcServer({ host: "127.0.0.1", port: 0 }, dependencies);
    const socket = new WebSocket(`ws://127.0.0.1:${second.port}`);
    await once(socket, "open");
    // A client that sends half a request and waits.
    const slow = connectSocket(second.port, "127.0.0.1");
    await once(slow, "connect");
    slow.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    slow.on("error", () => undefined);
    await second.close();
    socket.terminate();
    slow.destroy();
  });
});
