import assert from "node:assert/strict";
import { after, before, describe, it, mock } from "node:test";
import { Bloom } from "@ethereumjs/vm";
import { getCreateAddress, keccak256 } from "ethers";
import { createPublicClient, custom } from "viem";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { COINBASE } from "../support/engine.ts";
import { outsideClient } from "../support/outside-client.ts";
import { TestWallet } from "../support/wallet.ts";

/** Adds 1 to slot 0, logs it, and returns it with the number of the block. Reverts with input. */
const COUNTER: Hex = `0x${"a1".repeat(20)}`;
const COUNTER_CODE: Hex = "0x36601d575f546001015f555f545f52436020525f5f60205fa060405ff300005b5f5ffd";
/** Passes its value on to FRIEND. */
const FORWARDER: Hex = `0x${"a2".repeat(20)}`;
/** Reverts with the word 5. */
const REFUSING: Hex = `0x${"a3".repeat(20)}`;
/** Creates a contract from its input. */
const FACTORY: Hex = `0x${"a4".repeat(20)}`;
const FRIEND: Hex = `0x${"f1".repeat(20)}`;

describe("methods of Ethereum's nodes", () => {
  let test: TestChain;
  const wallet = new TestWallet(210);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: COUNTER, code: COUNTER_CODE, nonce: 1n },
        { address: FORWARDER, code: `0x5f5f5f5f3473${FRIEND.slice(2)}5af100`, nonce: 1n },
        { address: FACTORY, code: "0x365f5f37365f5ff05f5260205ff3", nonce: 1n },
        { address: REFUSING, code: "0x60055f5260205ffd", nonce: 1n },
      ],
    });
  });
  after(() => test.chain.close());

  const methods = () => chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
  const ask = async <Result>(method: string, ...params: unknown[]) => (await methods().get(method)!(params, undefined)) as Result;
  const words = (data: Hex): bigint[] => (data.slice(2).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`));

  it("eth_simulateV1 runs blocks of calls on each other's state, and viem reads its answer", async () => {
    const client = createPublicClient({
      transport: custom({ request: ({ method, params }) => ask(method, ...((params as unknown[] | undefined) ?? [])) }),
    });
    const head = test.chain.sequencer.head.number;
    const blocks = await client.simulateBlocks({
      blocks: [
        {
          calls: [{ to: COUNTER }, { to: COUNTER }],
          stateOverrides: [{ address: COUNTER, stateDiff: [{ slot: wordToHex(0n), value: wordToHex(10n) }] }],
        },
        {
          blockOverrides: { number: head + 2n, time: 1_900_000_000n },
          stateOverrides: [{ address: FRIEND, balance: 7n }],
          calls: [{ to: COUNTER }, { to: COUNTER, data: "0x01" }, { account: FRIEND, to: wallet.address, value: 7n }],
        },
      ],
    });
    assert.deepEqual(
      blocks.map(({ number, calls }) => [number, calls.length]),
      [
        [head + 1n, 2],
        [head + 2n, 3],
      ],
    );
    const [first, last] = [blocks[0]!, blocks.at(-1)!];
    assert.deepEqual(
      first.calls.map(({ data }) => words(data)),
      [
        [11n, head + 1n],
        [12n, head + 1n],
      ],
    );
    assert.deepEqual(words(last.calls[0]!.data), [13n, head + 2n]);
    assert.deepEqual(
      last.calls.map(({ status }) => status),
      ["success", "failure", "success"],
    );
    assert.equal(last.timestamp, 1_900_000_000n);
    const [log] = first.calls[1]!.logs ?? [];
    assert.deepEqual([log?.address, words(log?.data ?? "0x"), log?.blockNumber, log?.logIndex], [COUNTER, [12n], head + 1n, 1]);
    assert.equal(first.calls[0]!.gasUsed + first.calls[1]!.gasUsed, first.gasUsed);
    // Blocks between named ones are empty, and in the answer too, as geth has it.
    const skipped = await ask<{ number: Hex; calls: object[] }[]>("eth_simulateV1", {
      blockStateCalls: [{ blockOverrides: { number: `0x${(head + 3n).toString(16)}` }, calls: [{ to: COUNTER }] }],
    });
    assert.deepEqual(
      skipped.map(({ number, calls }) => [BigInt(number), calls.length]),
      [
        [head + 1n, 0],
        [head + 2n, 0],
        [head + 3n, 1],
      ],
    );
    // Nothing has happened.
    assert.equal(await ask("eth_getStorageAt", COUNTER, "0x0", "latest"), wordToHex(0n));
  });

  it("eth_simulateV1's blooms are made where questions are answered, not where chains are served", async () => {
    const added = mock.method(Bloom.prototype, "add");
    const calls = [{ to: COUNTER }, { to: COUNTER }];
    const [block] = await ask<{ logsBloom: Hex }[]>("eth_simulateV1", { blockStateCalls: [{ calls }] });
    assert.equal(added.mock.callCount(), 0);
    added.mock.restore();
    // The yellow paper's 4.3.1: of each address and topic three bits, of eleven each, from the first six bytes of its hash.
    const bytes = Buffer.from(keccak256(COUNTER).slice(2), "hex");
    const bits = [0, 2, 4].map((place) => bytes.readUInt16BE(place) % 2048);
    const expected = bits.reduce((bloom, bit) => bloom | (1n << BigInt(bit)), 0n);
    assert.equal(BigInt(block!.logsBloom), expected);
  });

  it("eth_simulateV1 shows moved Ether as logs with traceTransfers, in the order in which it moves, but none of what reverts", async () => {
    const simulation = {
      traceTransfers: true,
      blockStateCalls: [
        {
          calls: [
            { from: wallet.address, to: FORWARDER, value: "0x9" },
            { from: wallet.address, to: REFUSING, value: "0x7" },
            { to: COUNTER },
          ],
        },
      ],
    };
    type Shown = { calls: { logs: { address: Hex; topics: Hex[]; data: Hex; logIndex: Hex }[] }[] }[];
    const [block] = await ask<Shown>("eth_simulateV1", simulation);
    // keccak of Transfer(address,address,uint256), as every ERC-20 has it.
    const topic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    const word = (account: Hex) => `0x${"00".repeat(12)}${account.slice(2)}`;
    assert.deepEqual(
      block!.calls.map(({ logs }) =>
        logs.map(({ address, topics, data, logIndex }) => [address, topics, data, Number(logIndex)]),
      ),
      [
        [
          [`0x${"ee".repeat(20)}`, [topic, word(wallet.address), word(FORWARDER)], wordToHex(9n), 0],
          [`0x${"ee".repeat(20)}`, [topic, word(FORWARDER), word(FRIEND)], wordToHex(9n), 1],
        ],
        [],
        [[COUNTER, [], wordToHex(1n), 2]],
      ],
    );
    const [without] = await ask<Shown>("eth_simulateV1", { ...simulation, traceTransfers: false });
    assert.deepEqual(
      without!.calls.map(({ logs }) => logs.length),
      [0, 0, 1],
    );
  });

  it("eth_simulateV1 checks nonces, funds and fees with validation, by the codes that nodes give", async () => {
    const simulate = (calls: object[], more: object = {}) =>
      ask<{ calls: { status: Hex }[] }[]>("eth_simulateV1", { validation: true, blockStateCalls: [{ calls, ...more }] });
    const from = wallet.address;
    const gas = "0x186a0";
    const nonce = `0x${wallet.nonce.toString(16)}`;
    const next = `0x${(wallet.nonce + 1).toString(16)}`;
    const [valid] = await simulate([
      { from, to: FRIEND, nonce, gas },
      { from, to: FRIEND, nonce: next, gas },
      { from, to: FRIEND, gas },
    ]);
    assert.deepEqual(
      valid!.calls.map(({ status }) => status),
      ["0x1", "0x1", "0x1"],
    );
    await assert.rejects(simulate([{ from, to: FRIEND, nonce: next, gas }]), { code: -38011, message: /call 0 .* nonce/ });
    await assert.rejects(
      simulate([
        { from, to: FRIEND, nonce, gas },
        { from, to: FRIEND, nonce, gas },
      ]),
      { code: -38010, message: /call 1 .* nonce/ },
    );
    await assert.rejects(simulate([{ from: FRIEND, to: from, value: "0x1", gas }]), { code: -38014, message: /funds/ });
    await assert.rejects(simulate([{ from, to: FRIEND, gas, gasPrice: "0x4" }], { blockOverrides: { baseFeePerGas: "0x5" } }), {
      code: -38012,
    });
    await simulate([{ from, to: FRIEND, gas, gasPrice: "0x5" }], { blockOverrides: { baseFeePerGas: "0x5" } });
  });

  it("eth_simulateV1 moves only existing money, also without validation", async () => {
    const simulate = (calls: object[], more: object = {}) =>
      ask<{ calls: { status: Hex }[] }[]>("eth_simulateV1", { blockStateCalls: [{ calls, ...more }] });
    const poor: Hex = `0x${"f2".repeat(20)}`;
    const pays = { from: poor, to: FRIEND, value: "0x3e8" };
    const noFunds = { code: -38014, message: /has 0 wei of the 1000 wei/ };
    await assert.rejects(simulate([pays]), noFunds);
    await assert.rejects(simulate([{ from: poor, to: FRIEND, gas: "0x5208", gasPrice: "0x1" }]), {
      code: -38014,
      message: /21000 wei/,
    });
    const [rich] = await simulate([pays], { stateOverrides: { [poor]: { balance: "0x3e8" } } });
    assert.equal(rich?.calls[0]?.status, "0x1");
    await assert.rejects(simulate([pays, pays], { stateOverrides: { [poor]: { balance: "0x3e8" } } }), {
      code: -38014,
      message: /call 1/,
    });
    // Money that an earlier call has brought may be passed on.
    const [chained] = await simulate([{ from: wallet.address, to: poor, value: "0x3e8" }, pays]);
    assert.deepEqual(
      chained?.calls.map(({ status }) => status),
      ["0x1", "0x1"],
    );
    const nonces = await simulate([{ from: poor, to: FRIEND, nonce: "0x64" }]);
    assert.equal(nonces[0]?.calls[0]?.status, "0x1", "a nonce is looked at with validation alone");
  });

  it("eth_simulateV1 gives the codes of the execution-apis' specification", async () => {
    type Shown = { calls: { status: Hex; gasUsed: Hex; error?: object }[]; transactions: { gas: Hex }[] }[];
    const simulate = (...blockStateCalls: object[]) =>
      ask<Shown>("eth_simulateV1", { blockStateCalls, returnFullTransactions: true });
    const from = wallet.address;
    const head = test.chain.sequencer.head;
    const hex = (value: bigint): Hex => `0x${value.toString(16)}`;
    const timed = (time: bigint) => ({ blockOverrides: { time: hex(time) } });
    const numbered = (number: bigint) => ({ blockOverrides: { number: hex(number) } });
    await assert.rejects(simulate({ calls: [{ from, to: FRIEND, gas: "0x0" }] }), { code: -38013 });
    await assert.rejects(simulate(numbered(head.number + 2n), numbered(head.number + 2n)), { code: -38020 });
    await assert.rejects(simulate(numbered(head.number)), { code: -38020 });
    const later = head.timestamp + 100n;
    await assert.rejects(simulate(timed(later), timed(later)), { code: -38021 });
    await assert.rejects(simulate(timed(later), timed(later - 1n)), { code: -38021 });
    // One byte more than two of the largest contracts (EIP-3860).
    await assert.rejects(simulate({ calls: [{ from, data: `0x${"00".repeat(49_153)}` }] }), { code: -38025 });
    await assert.rejects(simulate(numbered(head.number + 257n)), { code: -38026 });
    // 100,000 gas, of which the first call takes 21,000.
    const narrow = (gas: Hex) => ({
      blockOverrides: { gasLimit: "0x186a0" },
      calls: [
        { from, to: FRIEND },
        { from, to: FRIEND, gas },
      ],
    });
    await assert.rejects(simulate(narrow(hex(79_001n))), { code: -38015, message: /79000 gas left/ });
    const [block] = await simulate(narrow(hex(79_000n)));
    assert.deepEqual(
      block?.transactions.map(({ gas }) => Number(gas)),
      [100_000, 79_000],
    );
    const code = { [FRIEND]: { code: "0x5b5f56" } };
    const [endless] = await simulate({ ...narrow("0x5208"), stateOverrides: code, calls: [{ from, to: FRIEND }] });
    assert.deepEqual([endless?.calls[0]?.status, endless?.calls[0]?.gasUsed], ["0x0", "0x186a0"]);
    assert.deepEqual(endless?.calls[0]?.error, { code: -32015, message: "out of gas" });
    const [reverted] = await simulate({ calls: [{ from, to: REFUSING }] });
    assert.deepEqual(reverted?.calls[0]?.error, { code: 3, message: "execution reverted", data: wordToHex(5n) });
  });

  it("eth_simulateV1 shows whole transactions with returnFullTransactions", async () => {
    type Shown = { hash: Hex; transactions: Record<string, Hex>[] }[];
    const [block] = await ask<Shown>("eth_simulateV1", {
      returnFullTransactions: true,
      blockStateCalls: [
        {
          calls: [
            { from: wallet.address, to: COUNTER, value: "0x3", gas: "0x186a0" },
            { from: wallet.address, data: "0x00" },
          ],
        },
      ],
    });
    const [first, second] = block!.transactions;
    assert.deepEqual(
      [first?.["from"], first?.["to"], first?.["value"], first?.["gas"], first?.["blockHash"], first?.["transactionIndex"]],
      [wallet.address, COUNTER, "0x3", "0x186a0", block!.hash, "0x0"],
    );
    assert.deepEqual([second?.["to"], second?.["input"]], [null, "0x00"]);
    assert.deepEqual([first?.["nonce"], second?.["nonce"]].map(Number), [wallet.nonce, wallet.nonce + 1]);
  });

  it("eth_simulateV1 shows blocks with all parts of a block, and the filter that the real block has", async () => {
    const [simulated] = await ask<Record<string, unknown>[]>("eth_simulateV1", {
      blockStateCalls: [{ calls: [{ to: COUNTER }] }],
    });
    const hash = await ask<Hex>("eth_sendRawTransaction", await wallet.signRaw({ to: COUNTER }));
    const { blockNumber } = await ask<{ blockNumber: Hex }>("eth_getTransactionReceipt", hash);
    const real = await ask<Record<string, unknown>>("eth_getBlockByNumber", blockNumber, false);
    const missing = Object.keys(real).filter((part) => simulated?.[part] === undefined);
    assert.deepEqual(
      missing,
      ["l1BatchNumber", "l1BatchTimestamp"].filter((part) => part in real),
    );
    for (const part of [
      "logsBloom",
      "sha3Uncles",
      "uncles",
      "withdrawals",
      "withdrawalsRoot",
      "difficulty",
      "nonce",
      "requestsHash",
    ])
      assert.deepEqual(simulated?.[part], real[part], part);
  });

  it("eth_simulateV1 refuses impossible requests by name, and endless simulations", async () => {
    for (const name of ["validation", "traceTransfers", "returnFullTransactions"]) {
      await assert.rejects(ask("eth_simulateV1", { blockStateCalls: [], [name]: 1 }), {
        code: -32602,
        message: new RegExp(name),
      });
    }
    for (const [name, simulation] of [
      ["validaton", { blockStateCalls: [], validaton: true }],
      ["stateOverride", { blockStateCalls: [{ stateOverride: {} }] }],
      ["balanse", { blockStateCalls: [{ stateOverrides: { [COUNTER]: { balanse: "0x1" } } }] }],
      ["withdrawals", { blockStateCalls: [{ blockOverrides: { withdrawals: [] } }] }],
    ] as const) {
      await assert.rejects(ask("eth_simulateV1", simulation), { code: -32602, message: new RegExp(name) });
    }
    const block = (number: bigint) => ({ blockOverrides: { number: `0x${number.toString(16)}` } });
    await assert.rejects(ask("eth_simulateV1", { blockStateCalls: [block(1_000_000n)] }), { code: -38026 });
    await assert.rejects(ask("eth_simulateV1", { blockStateCalls: [block(9n), block(9n)] }), { code: -38020, message: /rise/ });
    await assert.rejects(
      ask("eth_simulateV1", { blockStateCalls: [{ calls: Array.from({ length: 1_001 }, () => ({ to: COUNTER })) }] }),
      { code: -38026 },
    );
    await assert.rejects(ask("eth_simulateV1", { blockStateCalls: [{ calls: [{ to: COUNTER, gas: "0x1" }] }] }), {
      code: -38013,
      message: /call 0/,
    });
  });

  it("eth_createAccessList names what a call touches, and the gas with that list", async () => {
    const call = { from: wallet.address, to: COUNTER };
    const { accessList, gasUsed } = await ask<{ accessList: object[]; gasUsed: Hex }>("eth_createAccessList", call);
    assert.deepEqual(accessList, [{ address: COUNTER, storageKeys: [wordToHex(0n)] }]);
    const raw = await wallet.signRaw({ type: 1, to: COUNTER, accessList: [{ address: COUNTER, storageKeys: [wordToHex(0n)] }] });
    const receipt = await ask<{ gasUsed: Hex }>("eth_getTransactionReceipt", await ask<Hex>("eth_sendRawTransaction", raw));
    assert.equal(BigInt(gasUsed), BigInt(receipt.gasUsed));
    assert.equal(typeof (await ask<{ error: string }>("eth_createAccessList", { ...call, data: "0x01" })).error, "string");
  });

  it("eth_sendRawTransactionSync answers with the receipt, at once or when the block comes", async () => {
    const receipt = await ask<{ status: Hex; to: Hex }>("eth_sendRawTransactionSync", await wallet.signRaw({ to: COUNTER }));
    assert.deepEqual([receipt.status, receipt.to], ["0x1", COUNTER]);
    test.chain.sequencer.setAutomatic(false);
    try {
      const raw = await wallet.signRaw({ to: COUNTER });
      await assert.rejects(ask("eth_sendRawTransactionSync", raw, 1), { code: 4, message: /still waits/ });
      const waiting = ask<{ status: Hex }>("eth_sendRawTransactionSync", await wallet.signRaw({ to: FRIEND }), 20_000);
      await new Promise((resolve) => setImmediate(resolve));
      await ask("evm_mine");
      assert.equal((await waiting).status, "0x1");
      const { client, end } = outsideClient();
      const left = methods().get("eth_sendRawTransactionSync")!([await wallet.signRaw({ to: FRIEND })], client);
      const rejected = assert.rejects(left, { message: /connection has ended/ });
      await new Promise((resolve) => setImmediate(resolve));
      end();
      await rejected;
    } finally {
      test.chain.sequencer.setAutomatic(true);
    }
  });

  it("debug_traceBlockByNumber and ByHash trace a block's transactions under the names that users know", async () => {
    const hash = await ask<Hex>("eth_sendRawTransaction", await wallet.signRaw({ to: COUNTER }));
    const { blockNumber, blockHash } = await ask<{ blockNumber: Hex; blockHash: Hex }>("eth_getTransactionReceipt", hash);
    for (const [method, block] of [
      ["debug_traceBlockByNumber", blockNumber],
      ["debug_traceBlockByNumber", "latest"],
      ["debug_traceBlockByHash", blockHash],
    ] as const) {
      const traces = await ask<{ txHash: Hex; result: { to: Hex } }[]>(method, block, { tracer: "callTracer" });
      assert.deepEqual(
        traces.map(({ txHash, result }) => [txHash, result.to]),
        [[hash, COUNTER]],
      );
    }
    const [steps] = await ask<{ result: { structLogs: object[] } }[]>("debug_traceBlockByNumber", blockNumber);
    assert.ok((steps?.result.structLogs.length ?? 0) > 10);
    await assert.rejects(ask("debug_traceBlockByNumber", "0xffff"), { data: { code: "UnknownBlock" } });
  });

  it("ots_ methods show blocks, calls, transfers and errors as Otterscan reads them", async () => {
    const hash = await ask<Hex>("eth_sendRawTransaction", await wallet.signRaw({ to: FORWARDER, value: 9n, gasLimit: 100_000n }));
    const { blockNumber, blockHash, gasUsed, effectiveGasPrice } = await ask<Record<string, Hex>>(
      "eth_getTransactionReceipt",
      hash,
    );
    assert.equal(await ask("ots_getApiLevel"), 8);
    assert.deepEqual([await ask("ots_hasCode", COUNTER, "latest"), await ask("ots_hasCode", FRIEND, "latest")], [true, false]);
    for (const [method, block] of [
      ["ots_getBlockDetails", Number(blockNumber)],
      ["ots_getBlockDetailsByHash", blockHash],
    ] as const) {
      const { block: shown, totalFees } = await ask<{ block: { number: Hex; transactionCount: number }; totalFees: Hex }>(
        method,
        block,
      );
      assert.deepEqual(
        [shown.number, shown.transactionCount, BigInt(totalFees)],
        [blockNumber, 1, BigInt(gasUsed!) * BigInt(effectiveGasPrice!)],
      );
    }
    const page = async (number: number) =>
      ask<{ fullblock: { transactions: { hash: Hex }[] }; receipts: object[] }>(
        "ots_getBlockTransactions",
        Number(blockNumber),
        number,
        10,
      );
    const [first, second] = [await page(0), await page(1)];
    assert.deepEqual(
      [first.fullblock.transactions.map((one) => one.hash), first.receipts.length, second.receipts.length],
      [[hash], 1, 0],
    );
    const calls = await ask<{ type: string; depth: number; to: Hex }[]>("ots_traceTransaction", hash);
    assert.deepEqual(
      calls.map(({ type, depth, to }) => [type, depth, to]),
      [
        ["CALL", 0, FORWARDER],
        ["CALL", 1, FRIEND],
      ],
    );
    assert.deepEqual(await ask("ots_getInternalOperations", hash), [{ type: 0, from: FORWARDER, to: FRIEND, value: "0x9" }]);
    assert.equal(await ask("ots_getTransactionError", hash), "0x");
    const failed = await ask<Hex>("eth_sendRawTransaction", await wallet.signRaw({ to: REFUSING, gasLimit: 100_000n }));
    assert.equal(await ask("ots_getTransactionError", failed), wordToHex(5n));
  });

  it("ots_ methods page through an account's transactions, from the newest and from the oldest", async () => {
    const reader: Hex = `0x${"5e".repeat(20)}`;
    const hashes: Hex[] = [];
    for (let i = 0; i < 5; i++) {
      hashes.unshift(await ask("eth_sendRawTransaction", await wallet.signRaw({ to: reader, value: 1n })));
      await test.chain.sequencer.mine();
    }
    interface Page {
      readonly txs: readonly { readonly hash: Hex; readonly blockNumber: Hex }[];
      readonly receipts: readonly { readonly transactionHash: Hex; readonly timestamp: Hex }[];
      readonly firstPage: boolean;
      readonly lastPage: boolean;
    }
    const page = async (direction: "Before" | "After", block: number) => {
      const { txs, receipts, ...ends } = await ask<Page>(`ots_searchTransactions${direction}`, reader, block, 2);
      assert.deepEqual(
        receipts.map(({ transactionHash }) => transactionHash),
        txs.map(({ hash }) => hash),
      );
      assert.ok(receipts.every(({ timestamp }) => BigInt(timestamp) > 0n));
      return { hashes: txs.map(({ hash }) => hash), ends, blocks: txs.map(({ blockNumber }) => Number(blockNumber)) };
    };
    const newest = await page("Before", 0);
    assert.deepEqual([newest.hashes, newest.ends], [hashes.slice(0, 2), { firstPage: true, lastPage: false }]);
    const middle = await page("Before", newest.blocks.at(-1)!);
    assert.deepEqual([middle.hashes, middle.ends], [hashes.slice(2, 4), { firstPage: false, lastPage: false }]);
    const last = await page("Before", middle.blocks.at(-1)!);
    assert.deepEqual([last.hashes, last.ends], [hashes.slice(4), { firstPage: false, lastPage: true }]);
    const oldest = await page("After", 0);
    assert.deepEqual([oldest.hashes, oldest.ends], [hashes.slice(3), { firstPage: false, lastPage: true }]);
    const newer = await page("After", oldest.blocks[0]!);
    assert.deepEqual(newer.hashes, hashes.slice(1, 3));
    const all = await page("After", newer.blocks[0]!);
    assert.deepEqual([all.hashes, all.ends], [hashes.slice(0, 1), { firstPage: true, lastPage: false }]);
    await assert.rejects(ask("ots_searchTransactionsBefore", reader, 0, 101), /1 to 100/);
  });

  it("ots_ methods find who created a contract, and what an account sent with a nonce, in any block", async () => {
    // Init code that leaves one byte of code.
    const initCode: Hex = "0x60015f5360015ff3";
    const made = getCreateAddress({ from: FACTORY, nonce: 1 }).toLowerCase();
    const nonce = wallet.nonce;
    const hash = await ask<Hex>(
      "eth_sendRawTransaction",
      await wallet.signRaw({ to: FACTORY, data: initCode, gasLimit: 200_000n }),
    );
    const direct = getCreateAddress({ from: wallet.address, nonce: wallet.nonce }).toLowerCase();
    const created = await ask<Hex>("eth_sendRawTransaction", await wallet.signRaw({ data: initCode, gasLimit: 200_000n }));
    for (let i = 0; i < 5; i++) await test.chain.sequencer.mine();
    assert.deepEqual(await ask("ots_getContractCreator", made), { hash, creator: FACTORY });
    assert.deepEqual(await ask("ots_getContractCreator", direct), { hash: created, creator: wallet.address });
    for (const none of [FRIEND, COUNTER, FACTORY]) assert.equal(await ask("ots_getContractCreator", none), null);
    assert.equal(await ask("ots_getTransactionBySenderAndNonce", wallet.address, nonce), hash);
    assert.equal(await ask("ots_getTransactionBySenderAndNonce", wallet.address, nonce + 1), created);
    assert.equal(await ask("ots_getTransactionBySenderAndNonce", wallet.address, wallet.nonce), null);
    const sent = await ask<{ hash: Hex; nonce: Hex }>(
      "eth_getTransactionBySenderAndNonce",
      wallet.address,
      `0x${nonce.toString(16)}`,
    );
    assert.deepEqual([sent.hash, Number(sent.nonce)], [hash, nonce]);
  });

  it("eth_coinbase and eth_blobBaseFee answer", async () => {
    assert.deepEqual([await ask("eth_coinbase"), await ask("eth_blobBaseFee")], [COINBASE, "0x1"]);
  });
});
