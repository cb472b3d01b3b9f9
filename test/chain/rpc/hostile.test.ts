import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { WebSocket } from "ws";
import { priorityOperation } from "../../../src/chain/predeploys/priority-operation.ts";
import { predeployTransactions } from "../../../src/chain/predeploys/system-transactions.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { startRpcServer, type RpcServer } from "../../../src/chain/rpc/transport/server.ts";
import { PRIORITY_OPERATION_TYPE } from "../../../src/ground/protocol/priority-op.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID, COINBASE } from "../support/engine.ts";
import { configuration, extensions, realGenesis } from "../support/predeploys.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c4".repeat(20)}`;
/** An incomplete PUSH20: as init code or as an account's code it would end the process. */
const HOSTILE: Hex = "0x73";
/** Init code that leaves HOSTILE as the account's code: PUSH1 73, PUSH0, MSTORE8, RETURN of one byte. */
const DEPLOYS_HOSTILE: Hex = "0x60735f5360015ff3";
/** Runs its input as init code: by CREATE, and by CREATE2. */
const FACTORY: Hex = `0x${"d4".repeat(20)}`;
const FACTORY_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
const FACTORY2: Hex = `0x${"d7".repeat(20)}`;
const FACTORY2_CODE: Hex = "0x365f5f375f365f5ff55f5260205ff3";
/** Calls FACTORY with its own input. */
const CALLER: Hex = `0x${"d8".repeat(20)}`;
const CALLER_CODE: Hex = `0x365f5f375f5f365f5f73${FACTORY.slice(2)}5af15f5260205ff3`;

/** Contract that passes 200,000 bytes to an account without code, forever: 130 gas each time, after the memory is paid. */
const LOUD: Hex = `0x${"d9".repeat(20)}`;
const LOUD_CODE: Hex = "0x5f62030d40525b5f5f62030d405f5f61aaaa5ff150600656";

/** JUMPDEST, PUSH0, JUMP: forever. */
const ENDLESS: Hex = `0x${"da".repeat(20)}`;
const ENDLESS_CODE: Hex = "0x5b5f56";

interface Answer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code?: string } };
}

describe("hostile input to the RPC", () => {
  let test: TestChain;
  let server: RpcServer;
  let url: string;
  const wallet = new TestWallet(120);

  before(async () => {
    test = await startTestChain({
      predeploys: await realGenesis(),
      initialState: [
        ...configuration,
        { address: wallet.address, balanceWei: 1000n * ETHER },
        { address: FACTORY, code: FACTORY_CODE, nonce: 1n },
        { address: FACTORY2, code: FACTORY2_CODE, nonce: 1n },
        { address: CALLER, code: CALLER_CODE, nonce: 1n },
        { address: LOUD, code: LOUD_CODE, nonce: 1n },
        { address: ENDLESS, code: ENDLESS_CODE, nonce: 1n },
      ],
      extensions,
      system: predeployTransactions,
      sequencer: { firstBatch: 0n },
    });
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
    server = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine: namedNotifications(test.chain), methods });
    url = `http://127.0.0.1:${server.port}`;
  });
  after(async () => {
    await server.close();
    await test.chain.close();
    assert.deepEqual(test.faults, []);
  });

  async function rpc(method: string, ...params: unknown[]): Promise<Answer> {
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
    return (await response.json()) as Answer;
  }
  /** The refused transaction's nonce is unused, and its sender waits for the work that it made. */
  function nextTry(): void {
    wallet.nonce--;
    test.clock.advance(600_000);
  }
  async function isAlive(): Promise<void> {
    assert.equal((await rpc("eth_chainId")).result, `0x${CHAIN_ID.toString(16)}`);
    assert.deepEqual(test.faults, []);
  }

  const waysIn: readonly [string, Hex | undefined, Hex][] = [
    ["as a transaction's init code", undefined, HOSTILE],
    ["as code that a creation leaves", undefined, DEPLOYS_HOSTILE],
    ["as the init code of a nested CREATE", FACTORY, HOSTILE],
    ["as the code that a nested CREATE leaves", FACTORY, DEPLOYS_HOSTILE],
    ["as the init code of a nested CREATE2", FACTORY2, HOSTILE],
    ["as the code that a nested CREATE2 leaves", FACTORY2, DEPLOYS_HOSTILE],
    ["behind a call to a factory", CALLER, HOSTILE],
    ["behind a call to a factory that leaves it", CALLER, DEPLOYS_HOSTILE],
  ];

  // First: filters of traces run all blocks again, and later ones are heavy.
  it("every method answers every kind of nonsense, and nothing breaks", async () => {
    const long = "0x" + "f".repeat(64);
    const nonsense: readonly unknown[] = [
      null,
      true,
      -1,
      1.5,
      2 ** 53,
      1e300,
      "",
      "0x",
      "0xg",
      "latest",
      "0x0",
      long,
      "0x" + "f".repeat(65),
      `0x${"00".repeat(40_000)}`,
      "🦄",
      "__proto__",
      [],
      [[]],
      [null],
      {},
      { from: 5 },
      { to: "0x" },
      { to: SINK, data: 7 },
      { fromBlock: "0x0", toBlock: long },
      { topics: [[[["0x"]]]] },
      { blockHash: long },
      { address: [SINK, "x"], topics: Array.from({ length: 9 }, () => null) },
      { tracer: "function() {}" },
      { tracer: "callTracer", tracerConfig: 5 },
      { to: SINK, gas: long, gasPrice: long, value: long, nonce: long },
      { to: SINK, accessList: [{ address: "0x", storageKeys: [1] }] },
      { to: SINK, authorizationList: [{}] },
      { to: SINK, maxFeePerGas: "0x1", gasPrice: "0x1" },
      { to: SINK, blobs: ["0x"], blobVersionedHashes: [long], maxFeePerBlobGas: "0x1" },
      { [SINK]: { code: "0x", balance: "zz" } },
      { [SINK]: null },
      { [SINK]: { stateDiff: { "0x": 1 } } },
      { x: 1 },
    ];
    const names = [...chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false }).keys()];
    for (const method of names) {
      const lists = nonsense.flatMap((value) => [
        [value],
        [SINK, value],
        [value, value, value],
        [SINK, "0x0", value],
        [{ to: SINK }, value],
        [{ to: SINK }, "latest", value],
        [long, value],
      ]);
      for (let i = 0; i < lists.length; i += 100) {
        const body = JSON.stringify(lists.slice(i, i + 100).map((params, id) => ({ jsonrpc: "2.0", id, method, params })));
        const response = await fetch(url, { method: "POST", body });
        const answers = (await response.json()) as Answer[];
        for (const { result, error } of answers) assert.ok(result !== undefined || typeof error?.code === "number", method);
      }
    }
    await isAlive();
  });

  const runOperation = ({ to, nonce, data }: { readonly to: bigint; readonly nonce: bigint; readonly data: Hex }) => {
    const operation = {
      txType: PRIORITY_OPERATION_TYPE,
      from: 0xabcdn,
      to,
      gasLimit: 1_000_000n,
      gasPerPubdataByteLimit: 800n,
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce,
      value: 0n,
      reserved: [0n, 0n, 0n, 0n] as const,
      data,
      signature: "0x",
      factoryDeps: [],
      paymasterInput: "0x",
      reservedDynamic: "0x",
    } as const;
    return test.chain.sequencer.runPriorityOp(priorityOperation(operation, COINBASE));
  };

  for (const [way, to, data] of waysIn) {
    it(`incomplete PUSH20 ${way}: a transaction is refused, calls and estimates are answered or refused`, async () => {
      const target = to === undefined ? {} : { to };
      const { error } = await rpc("eth_sendRawTransaction", await wallet.signRaw({ ...target, data }));
      assert.deepEqual([error?.code, error?.data?.code], [-32000, "HostileCode"]);
      wallet.nonce--;
      for (const method of ["eth_call", "eth_estimateGas", "zks_estimateFee", "zks_estimateGasL1ToL2"]) {
        const answer = await rpc(method, { from: wallet.address, ...target, data });
        assert.notEqual(answer.error?.code, -32603, `${method}: ${answer.error?.message}`);
      }
      await isAlive();
    });

    it(`incomplete PUSH20 ${way}: an operation from L1 runs as in the EVM, and the chain continues`, async () => {
      const nonce = BigInt(waysIn.findIndex(([name]) => name === way));
      const { success, operationHash } = await runOperation({ to: BigInt(to ?? 0), nonce, data });
      assert.deepEqual([success, operationHash !== undefined], [true, true]);
      await isAlive();
    });
  }

  it("incomplete PUSH20 that an operation from L1 has left as code is called, traced and estimated, and the chain continues", async () => {
    const { operationHash } = await runOperation({ to: 0n, nonce: 100n, data: DEPLOYS_HOSTILE });
    const { contractAddress: to } = (await rpc("eth_getTransactionReceipt", operationHash)).result as { contractAddress: Hex };
    assert.equal((await rpc("eth_getCode", to, "latest")).result, HOSTILE);
    for (const method of ["eth_call", "eth_estimateGas", "debug_traceCall"]) {
      const answer = await rpc(method, { from: wallet.address, to }, "latest");
      assert.notEqual(answer.error?.code, -32603, `${method}: ${answer.error?.message}`);
    }
    const sent = await rpc("eth_sendRawTransaction", await wallet.signRaw({ to, gasLimit: 100_000n }));
    if (sent.error !== undefined) wallet.nonce--;
    else await rpc("debug_traceTransaction", sent.result);
    await isAlive();
  });

  it("incomplete PUSH20 as overridden code runs where it can, called directly or by others", async () => {
    for (const override of [HOSTILE, `0x73${"ab".repeat(19)}`, `0x73${"ab".repeat(20)}`]) {
      for (const to of [SINK, CALLER]) {
        const { error } = await rpc("eth_call", { to }, "latest", { [SINK]: { code: override } });
        assert.equal(error, undefined);
        const stateOverrides = { [SINK]: { code: override } };
        const traced = await rpc("debug_traceCall", { to }, "latest", { tracer: "callTracer", stateOverrides });
        assert.equal(traced.error, undefined);
      }
    }
    await isAlive();
  });

  it("incomplete PUSH20 through a delegation (EIP-7702) is refused", async () => {
    const authorization = wallet.authorize(FACTORY, wallet.nonce + 1);
    const raw = await wallet.signRaw({ type: 4, to: wallet.address, data: HOSTILE, authorizationList: [authorization] });
    assert.equal((await rpc("eth_sendRawTransaction", raw)).error?.data?.code, "HostileCode");
    wallet.nonce--;
    await isAlive();
  });

  it("calls that pass on more data than memory can hold never reach the engine, by any way", async () => {
    // With 2^24 gas it would be 25 GB, of which the engine keeps every byte.
    const before = process.memoryUsage().rss;
    for (const type of [2, 1, 0]) {
      const { error } = await rpc("eth_sendRawTransaction", await wallet.signRaw({ to: LOUD, gasLimit: 2n ** 24n, type }));
      assert.equal(error?.data?.code, "CallDataTooLarge");
      nextTry();
    }
    // The same code as init code: its jumps land where they did.
    const creation = await rpc("eth_sendRawTransaction", await wallet.signRaw({ data: LOUD_CODE, gasLimit: 2n ** 24n }));
    assert.equal(creation.error?.data?.code, "CallDataTooLarge");
    nextTry();
    for (const method of ["eth_call", "eth_estimateGas", "zks_estimateFee", "zks_estimateGasL1ToL2", "debug_traceCall"]) {
      for (const call of [{ to: LOUD }, { to: LOUD, gas: "0xffffff" }, { data: LOUD_CODE }]) {
        const { error } = await rpc(method, { from: wallet.address, ...call });
        assert.ok(error !== undefined && error.code !== -32603, `${method}: ${error?.message}`);
      }
    }
    for (const tag of ["0x1", "earliest"]) assert.notEqual((await rpc("eth_call", { to: LOUD }, tag)).error, undefined);
    const overridden = await rpc("eth_call", { to: SINK }, "latest", { [SINK]: { code: LOUD_CODE } });
    assert.notEqual(overridden.error, undefined);
    const operation = {
      txType: PRIORITY_OPERATION_TYPE,
      from: 0xabcdn,
      to: BigInt(LOUD),
      gasLimit: 2n ** 24n,
      gasPerPubdataByteLimit: 800n,
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce: 99n,
      value: 0n,
      reserved: [0n, 0n, 0n, 0n] as const,
      data: "0x",
      signature: "0x",
      factoryDeps: [],
      paymasterInput: "0x",
      reservedDynamic: "0x",
    } as const;
    assert.equal((await test.chain.sequencer.runPriorityOp(priorityOperation(operation, COINBASE))).success, false);
    // With little gas it is a transaction like any other.
    assert.match(
      String((await rpc("eth_sendRawTransaction", await wallet.signRaw({ to: LOUD, gasLimit: 125_000n }))).result),
      /^0x/,
    );
    assert.ok(process.memoryUsage().rss - before < 1.5 * 2 ** 30);
    await isAlive();
  });

  it("code that runs more instructions than memory can hold never reaches the engine, by any way", async () => {
    // With 2^24 gas it would be 5 GB: the engine remembers each instruction.
    for (const request of [{ to: ENDLESS }, { to: CALLER, data: ENDLESS_CODE }, { data: ENDLESS_CODE }]) {
      const { error } = await rpc("eth_sendRawTransaction", await wallet.signRaw({ ...request, gasLimit: 2n ** 24n }));
      assert.equal(error?.data?.code, "TooManySteps");
      nextTry();
    }
    const operation = {
      txType: PRIORITY_OPERATION_TYPE,
      from: 0xabcdn,
      to: BigInt(ENDLESS),
      gasLimit: 2n ** 24n,
      gasPerPubdataByteLimit: 800n,
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce: 100n,
      value: 0n,
      reserved: [0n, 0n, 0n, 0n] as const,
      data: "0x",
      signature: "0x",
      factoryDeps: [],
      paymasterInput: "0x",
      reservedDynamic: "0x",
    } as const;
    assert.equal((await test.chain.sequencer.runPriorityOp(priorityOperation(operation, COINBASE))).success, false);
    // With little gas it is a transaction like any other, which fails.
    const hash = (await rpc("eth_sendRawTransaction", await wallet.signRaw({ to: ENDLESS, gasLimit: 125_000n }))).result;
    assert.equal(((await rpc("eth_getTransactionReceipt", hash)).result as { status: Hex }).status, "0x0");
    await isAlive();
  });

  it("a question about fees names 100 percentiles at most", async () => {
    const percentiles = (count: number) => Array.from({ length: count }, (_, i) => i / 10);
    assert.equal((await rpc("eth_feeHistory", "0x1", "latest", percentiles(100))).error, undefined);
    assert.equal((await rpc("eth_feeHistory", "0x1", "latest", percentiles(101))).error?.code, -32005);
  });

  it("malformed transactions of each type are named, whatever their bytes", async () => {
    const raw = await wallet.signRaw({ to: SINK, value: 1n });
    wallet.nonce--;
    for (let position = 2; position < raw.length; position += 2) {
      const broken = `${raw.slice(0, position)}${raw.slice(position, position + 2) === "ff" ? "00" : "ff"}${raw.slice(position + 2)}`;
      const { error } = await rpc("eth_sendRawTransaction", broken);
      assert.ok(error !== undefined && error.code !== -32603, `byte ${position / 2 - 1}: ${error?.message}`);
    }
    for (const type of ["00", "01", "02", "03", "04", "71", "7f", "c0", "f8"]) {
      for (const rest of ["", "00", "80", "c0", "ff", "b8", `f9ffff${"00".repeat(100)}`, "c1".repeat(60_000)]) {
        const { error } = await rpc("eth_sendRawTransaction", `0x${type}${rest}`);
        assert.ok(error !== undefined && error.code !== -32603, `${type} ${rest.slice(0, 8)}: ${error?.message}`);
      }
    }
    await isAlive();
  });

  it("a WebSocket takes nonsense, binary frames and floods without losing others", async () => {
    const open = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}`);
      socket.on("error", () => undefined);
      await once(socket, "open");
      return socket;
    };
    const socket = await open();
    for (const message of ["{", "[".repeat(50_000), Buffer.from([0xff, 0xfe, 0x00]), ""]) {
      socket.send(message);
      const [answer] = (await once(socket, "message")) as [Buffer];
      assert.ok(((JSON.parse(answer.toString()) as Answer).error?.code ?? 0) <= -32600);
    }
    const closed = once(socket, "close");
    socket.send(Buffer.alloc(1024 * 1024 + 1));
    assert.equal((await closed)[0], 1009);

    const flood = await Promise.all(Array.from({ length: 20 }, open));
    for (const one of flood)
      for (let id = 0; id < 200; id++)
        one.send(JSON.stringify({ id, method: "eth_subscribe", params: ["logs", { topics: [] }] }));
    await isAlive();
    for (const one of flood) one.terminate();
    await isAlive();
  });

  it("a client that asks much and reads nothing is cut off", async () => {
    const slow = connectSocket(server.port, "127.0.0.1");
    slow.on("error", () => undefined);
    await once(slow, "connect");
    slow.write(
      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    await once(slow, "data");
    slow.pause();
    let gone = false;
    slow.on("close", () => (gone = true));
    // Code of half a megabyte that returns itself: CODESIZE, PUSH0, PUSH0, CODECOPY, CODESIZE, PUSH0, RETURN.
    const params = [{ to: SINK }, "latest", { [SINK]: { code: `0x385f5f39385ff3${"00".repeat(500_000)}` } }];
    const frame = maskedFrame(JSON.stringify({ id: 1, method: "eth_call", params }));
    for (let i = 0; i < 200 && !gone; i++) {
      slow.write(frame);
      await isAlive();
    }
    while (!gone) {
      slow.write(maskedFrame("{}"));
      await nextTurn();
      await isAlive();
    }
  });

  it("takes an honest transaction after all of it", async () => {
    assert.match(
      String((await rpc("eth_sendRawTransaction", await wallet.signRaw({ to: SINK, value: 5n }))).result),
      /^0x[0-9a-f]{64}$/,
    );
    assert.notEqual(await test.chain.seal(), undefined);
  });
});

/** A text frame as clients send it, with a mask of zeros. */
function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(payload.length < 126 ? 6 : 14);
  head[0] = 0x81;
  if (payload.length < 126) {
    head[1] = 0x80 | payload.length;
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([head, payload]);
}
