import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import { keccak256 } from "ethers";
import hre from "hardhat";
import { withAliases } from "../../../src/chain/rpc/request/aliases.ts";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { withRequiredParameters } from "../../../src/chain/rpc/request/required-parameters.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { orderedRoot } from "../../../src/chain/witness/ordered-root.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

/** Stores 5 in slot 7 and 6 in slot 8. */
const STORE: Hex = `0x${"d6".repeat(20)}`;
const STORE_CODE: Hex = "0x6005600755600660085500";

interface ShownBlock {
  readonly hash: Hex;
  readonly number: Hex;
  readonly timestamp: Hex;
  readonly transactionsRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly transactions: readonly { readonly hash: Hex; readonly blockTimestamp: Hex }[];
}

describe("answers of Hardhat's node, anvil and Ethereum's specification", () => {
  let test: TestChain;
  let methods: ReadonlyMap<string, RpcMethod>;
  let first: Hex;
  const wallet = new TestWallet(512);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: STORE, code: STORE_CODE, nonce: 1n },
      ],
      distinctTimestamps: true,
      sequencer: { cheatsAllowed: true },
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 7n }, development: true });
    for (const type of [0, 1, 2]) {
      const hash = await test.chain.submit(await wallet.signRaw({ to: STORE, type }));
      first ??= hash;
    }
  });
  after(() => test.chain.close());

  const ask = async <Result>(method: string, ...params: readonly unknown[]): Promise<Result> =>
    (await methods.get(method)!(params, undefined)) as Result;
  const newest = () => ask<ShownBlock>("eth_getBlockByNumber", "latest", true);

  it("a number of a block is a quantity, decimal digits or a JSON number, as in Hardhat's network", async () => {
    const { provider, close } = await hre.network.create({ network: "local" });
    try {
      await provider.request({ method: "hardhat_mine", params: ["0x3"] });
      for (const two of ["0x2", "2", 2]) {
        const theirs = (await provider.request({ method: "eth_getBlockByNumber", params: [two, false] })) as ShownBlock;
        assert.equal((await ask<ShownBlock>("eth_getBlockByNumber", two, false)).number, theirs.number);
      }
    } finally {
      await close();
    }
    const call = { to: STORE, from: wallet.address };
    for (const [method, ...before] of [
      ["eth_call", call],
      ["eth_getStorageAt", STORE, "0x7"],
      ["eth_getBlockReceipts"],
      ["trace_block"],
    ] as const) {
      const expected = await ask(method, ...before, "0x2");
      for (const two of ["2", 2, { blockNumber: "2" }]) assert.deepEqual(await ask(method, ...before, two), expected, method);
    }
    const logs = await ask("eth_getLogs", { fromBlock: 1, toBlock: "3" });
    assert.deepEqual(logs, await ask("eth_getLogs", { fromBlock: "0x1", toBlock: "0x3" }));
    for (const none of ["", "-1", "1e3", 1.5, -1, true]) {
      await assert.rejects(ask("eth_getBalance", STORE, none), { code: -32602 }, JSON.stringify(none));
    }
  });

  it("other numbers of a request are taken in the forms that Hardhat's network takes, and refused by name in others", async () => {
    const { provider, close } = await hre.network.create({ network: "local" });
    const theirs = (method: string, ...params: readonly unknown[]) => provider.request({ method, params: [...params] });
    const [funded] = (await theirs("eth_accounts")) as [Hex];
    const slot = [STORE, "0x10", wordToHex(16n)];
    for (const node of [ask, theirs]) await node("hardhat_setStorageAt", ...slot);
    await ask("hardhat_impersonateAccount", wallet.address);
    type Asked = (value: unknown, from: Hex) => readonly [method: string, ...params: readonly unknown[]];
    const both = async (asked: Asked, value: unknown): Promise<readonly [unknown, unknown]> => {
      const [[method, ...ours], [, ...other]] = [asked(value, wallet.address), asked(value, funded)];
      return Promise.all([ask(method, ...ours), theirs(method, ...other)]);
    };
    const amount: Asked = (value, from) => ["eth_call", { from, to: wallet.address, value }];
    const sent: Asked = (value, from) => ["eth_sendTransaction", { from, to: wallet.address, value }];
    const limit: Asked = (gas, from) => ["eth_estimateGas", { from, to: wallet.address, gas }];
    const place: Asked = (index) => ["eth_getStorageAt", STORE, index, "latest"];
    const count: Asked = (blocks) => ["eth_feeHistory", blocks, "latest", []];
    try {
      for (const [asked, values] of [
        [amount, ["0x1", "1", "01", 1, "0x", "0X1", null]],
        [sent, ["1", 1, "0x"]],
        [limit, ["30000", 30_000]],
        [count, ["0x2", "2", 2]],
      ] as const) {
        for (const value of values) await both(asked, value);
      }
      // Digits of a slot are hexadecimal in each form.
      for (const [index, expected] of [
        ["0", 0n],
        ["0x", 0n],
        ["10", 16n],
      ] as const) {
        assert.deepEqual(await both(place, index), [wordToHex(expected), wordToHex(expected)], index);
      }
      const history = await ask<{ readonly oldestBlock: Hex }>("eth_feeHistory", "2", "latest", []);
      assert.deepEqual(history, await ask("eth_feeHistory", "0x2", "latest", []));
      const tooLarge = `1${"0".repeat(78)}`;
      for (const asked of [amount, sent, limit, count]) {
        for (const [value, reason] of [
          [-1, /-1 is negative/],
          ["-1", /"-1" is negative/],
          [1.5, /1.5 is not a whole number/],
          ["foo", /"foo" is not a number/],
          ["1e3", /"1e3" is not a number/],
          [true, /true is not a number/],
          [tooLarge, /is more than 2\^256 - 1/],
          [`0x1${"0".repeat(64)}`, /is more than 2\^256 - 1/],
        ] as const) {
          const [method, ...params] = asked(value, wallet.address);
          await assert.rejects(ask(method, ...params), { code: -32602, message: reason }, `${method} ${value}`);
          await assert.rejects(theirs(...asked(value, funded)));
        }
        const [method, ...params] = asked(2 ** 53, wallet.address);
        await assert.rejects(ask(method, ...params), { code: -32602, message: /is more than 2\^53 - 1/ });
      }
      for (const value of ["5", 5]) {
        for (const node of [ask, theirs]) await assert.rejects(node("hardhat_setBalance", STORE, value), { code: -32602 });
      }
      await assert.rejects(ask("eth_getStorageAt", STORE, "foo"), { code: -32602, message: /"foo" is not a word/ });
    } finally {
      await close();
    }
  });

  it("a block's second parameter is a boolean, and a transaction that creates a contract has code, as in Hardhat's network", async () => {
    const { provider, close } = await hre.network.create({ network: "local" });
    const [funded] = (await provider.request({ method: "eth_accounts" })) as [Hex];
    await ask("hardhat_impersonateAccount", wallet.address);
    try {
      const ofBlock = { method: "eth_getBlockByNumber", params: ["latest", "true"] };
      await assert.rejects(provider.request(ofBlock), { code: -32602 });
      await assert.rejects(ask(ofBlock.method, ...ofBlock.params), {
        code: -32602,
        message: /^the second parameter is a boolean/,
      });
      for (const nothing of [{}, { data: "0x" }, { to: null }]) {
        const sent = { ...nothing, gas: "0x30000" };
        const theirs = { method: "eth_sendTransaction", params: [{ from: funded, ...sent }] };
        await assert.rejects(provider.request(theirs), /Contract creation without any data/);
        await assert.rejects(ask("eth_sendTransaction", { from: wallet.address, ...sent }), {
          code: -32602,
          message: /^the transaction creates a contract without any code/,
        });
      }
    } finally {
      await close();
    }
  });

  it("a refusal has geth's words, since clients read its kind there", async () => {
    const [from, poor]: readonly Hex[] = [wallet.address, `0x${"17".repeat(20)}`];
    const gas = { gas: "0x4e20" };
    for (const method of ["eth_call", "eth_estimateGas", "debug_traceCall"])
      await assert.rejects(
        ask(method, { from, to: STORE, ...gas }, "latest"),
        /intrinsic gas too low: the gas limit is 20000, at least 21000/,
      );
    await ask("hardhat_impersonateAccount", poor);
    await assert.rejects(ask("eth_sendTransaction", { from: poor, to: STORE, value: "0x5" }), (error: Error) => {
      assert.ok(error.message.includes(`insufficient funds for gas * price + value: ${poor} has 0 wei, it may cost up to 5`));
      return true;
    });
    await assert.rejects(
      ask("eth_sendTransaction", { from: poor, to: STORE, nonce: "0x9" }),
      /nonce too high: 9 .* next one is 0/,
    );
    const raw = await wallet.signRaw({ to: STORE, gasLimit: 2n ** 24n + 1n });
    await assert.rejects(
      ask("eth_sendRawTransaction", raw),
      /^\S+ transaction gas limit too high: it is 16777217, at most 16777216/,
    );
  });

  // From geth's core/vm/errors.go; OpenEthereum's words as in Hardhat's network.
  it("a failure of the EVM has geth's words in calls and traces, and OpenEthereum's in its traces", async () => {
    const from = wallet.address;
    for (const [data, geth, parity] of [
      ["0x600456", "invalid jump destination", "Bad jump destination"],
      ["0x5b5f600056", "stack limit reached", "Out of stack"],
      ["0x60ef5f5360015ff3", "invalid code: must not begin with 0xef", undefined],
      ["0x6160015ff3", "max code size exceeded", undefined],
    ] as const) {
      const call = { from, data, gas: "0x800000" };
      await assert.rejects(ask("eth_call", call, "latest"), new RegExp(`execution failed: ${geth}$`));
      const { error } = await ask<{ error: string }>("debug_traceCall", call, "latest", { tracer: "callTracer" });
      assert.equal(error, geth);
      if (parity === undefined) continue;
      const { trace } = await ask<{ trace: readonly { error: string }[] }>("trace_call", call, ["trace"], "latest");
      assert.equal(trace[0]?.error, parity);
    }
  });

  it("a panic is named with its code and meaning, with the data that Hardhat's network reports", async () => {
    const { provider, close } = await hre.network.create({ network: "local" });
    try {
      for (const [code, ours, theirs] of [
        [0x01n, /^execution reverted: panic code 0x01 \(assert of a false condition\)$/, /panic code 0x1 /],
        [0x11n, /^execution reverted: panic code 0x11 \(arithmetic overflow or underflow\)$/, /panic code 0x11 /],
        [0x12n, /^execution reverted: panic code 0x12 \(division or modulo by zero\)$/, /panic code 0x12 /],
        [0x99n, /^execution reverted: panic code 0x99$/, /unknown panic code 0x99/],
      ] as const) {
        const data = `0x4e487b71${wordToHex(code).slice(2)}`;
        // Copies the 36 bytes behind its 12 bytes of instructions to memory, and reverts with them.
        const revert = `0x6024600c5f3960245ffd0000${data.slice(2)}`;
        const params = [{ to: STORE }, "latest", { [STORE]: { code: revert } }];
        for (const method of ["eth_call", "eth_estimateGas"])
          await assert.rejects(ask(method, ...params), { code: 3, message: ours, data });
        await assert.rejects(provider.request({ method: "eth_call", params }), { code: 3, message: theirs, data });
      }
    } finally {
      await close();
    }
  });

  it("every method that needs a parameter names the first one that is missing", async () => {
    const answered = withRequiredParameters(withAliases(methods));
    const asked = (method: string, ...params: readonly unknown[]) => answered.get(method)!(params, undefined);
    const missing: string[] = [];
    for (const method of methods.keys()) {
      try {
        await asked(method);
      } catch (error) {
        const { code, message } = error as { readonly code: unknown; readonly message: string };
        assert.doesNotMatch(message, /undefined/, `${method}: ${message}`);
        if (code !== -32602) continue;
        missing.push(method);
        assert.match(message, new RegExp(`^${method}: the first parameter is missing: \\w+`));
      }
    }
    assert.ok(missing.length > 60, String(missing.length));
    await assert.rejects(asked("eth_getStorageAt", STORE), {
      message: "eth_getStorageAt: the second parameter is missing: the slot",
    });
    await assert.rejects(asked("anvil_setBalance", STORE), {
      message: "anvil_setBalance: the second parameter is missing: the balance in wei",
    });
  });

  it("a transaction has its block's time", async () => {
    const { timestamp, transactions } = await newest();
    assert.equal(transactions[0]?.blockTimestamp, timestamp);
    const { blockTimestamp, blockNumber } = await ask<{ blockTimestamp: Hex; blockNumber: Hex }>(
      "eth_getTransactionByHash",
      first,
    );
    assert.equal(blockTimestamp, (await ask<ShownBlock>("eth_getBlockByNumber", blockNumber, false)).timestamp);
  });

  it("several slots and accounts are read by one request, as `eth_getStorageAt` reads each", async () => {
    const slots = [wordToHex(7n), "0x8", wordToHex(9n)];
    const values = await ask("eth_getStorageValues", { [STORE]: slots, [wallet.address]: ["0x0"] }, "latest");
    assert.deepEqual(values, { [STORE]: [wordToHex(5n), wordToHex(6n), wordToHex(0n)], [wallet.address]: [wordToHex(0n)] });
    assert.deepEqual(await ask("eth_getStorageValues", { [STORE]: slots }, 0), { [STORE]: slots.map(() => wordToHex(0n)) });
    await assert.rejects(ask("eth_getStorageValues", {}, "latest"), { code: -32602 });
    const many = Array.from({ length: 1_025 }, () => "0x7");
    await assert.rejects(ask("eth_getStorageValues", { [STORE]: many }), {
      code: -32005,
      message: /at most 1024 slots, got 1025/,
    });
    const info = await ask("eth_getAccountInfo", STORE, "latest");
    assert.deepEqual(info, { balance: "0x0", nonce: "0x1", code: STORE_CODE });
  });

  it("a block's bytes have its hash, and its transactions and receipts the roots of its header", async () => {
    const block = await newest();
    for (const tag of ["latest", block.hash, Number(block.number)]) {
      assert.equal(keccak256(await ask<Hex>("debug_getRawHeader", tag)), block.hash);
    }
    const [header, transactions, uncles, withdrawals] = RLP.decode(fromHex(await ask<Hex>("debug_getRawBlock", "latest"))) as [
      Uint8Array[],
      Uint8Array[],
      Uint8Array[],
      Uint8Array[],
    ];
    assert.equal(keccak256(RLP.encode(header)), block.hash);
    assert.deepEqual([uncles, withdrawals], [[], []]);
    assert.deepEqual(
      transactions.map((raw) => keccak256(raw)),
      block.transactions.map(({ hash }) => hash),
    );
    assert.equal(toHex(orderedRoot(transactions)), block.transactionsRoot);
    for (const number of [1, 2, 3]) {
      const receipts = await ask<readonly Hex[]>("debug_getRawReceipts", number);
      const { receiptsRoot } = await ask<ShownBlock>("eth_getBlockByNumber", number, false);
      assert.equal(toHex(orderedRoot(receipts.map((raw) => fromHex(raw)))), receiptsRoot);
    }
    assert.equal(await ask("debug_getRawBlock", `0x${"ab".repeat(32)}`), null);
  });

  it("the configuration is Osaka's, with every precompiled contract (EIP-7910)", async () => {
    const { current, next, last } = await ask<Record<string, Record<string, unknown>>>("eth_config");
    assert.deepEqual([next, last], [null, null]);
    const genesis = await ask<ShownBlock>("eth_getBlockByNumber", "earliest", false);
    assert.deepEqual([current?.["chainId"], current?.["activationTime"]], [await ask("eth_chainId"), Number(genesis.timestamp)]);
    assert.equal(current?.["forkId"], toHex(fromHex(checksum(fromHex(genesis.hash)))));
    const places = Object.values(current?.["precompiles"] as Record<string, Hex>).map(Number);
    assert.deepEqual(places, [...Array.from({ length: 17 }, (_, i) => i + 1), 0x100]);
  });

  it("the namespaces are listed, and a user operation has a price", async () => {
    const modules = await ask<Record<string, string>>("rpc_modules");
    for (const name of ["eth", "net", "web3", "debug", "trace", "txpool", "rpc", "zks"]) assert.equal(modules[name], "1.0", name);
    assert.equal(modules["erigon"], undefined);
    const price = { maxFeePerGas: "0x7", maxPriorityFeePerGas: "0x7" };
    assert.deepEqual(await ask("pimlico_getUserOperationGasPrice"), { slow: price, standard: price, fast: price });
  });
});

/** CRC-32 of IEEE 802.3, bit by bit. */
function checksum(bytes: Uint8Array): Hex {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0xedb88320 : 0);
  }
  return `0x${((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0")}`;
}
