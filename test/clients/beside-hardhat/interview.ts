import { concat, Wallet } from "ethers";
import { testContract } from "../../chain/support/artifact.ts";
import { hexQuantity } from "../../../src/ground/protocol/hex.ts";
import { FRIEND, SLOT, type NodeHistory } from "./history.ts";
import type { AskedNode, NodeReply } from "./node.ts";

/** A question and its answer. */
export interface Asked {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly reply: NodeReply;
}

/** Asks, and notes what is answered. */
type Ask = (method: string, ...params: readonly unknown[]) => Promise<unknown>;
interface Notes {
  /** Records a subscription's notifications. */
  told(kind: string, subscription: unknown): Promise<void>;
  /** Both nodes' hashes of the same thing have one name. */
  name(hash: unknown, name: string): void;
}

/** Answers of a node, and names for its hashes. */
export interface Interviewed {
  readonly asked: readonly Asked[];
  readonly names: ReadonlyMap<string, string>;
}

const NOBODY = `0x${"0b".repeat(20)}`;
const UNKNOWN = `0x${"ee".repeat(32)}`;
const TAGS = ["earliest", "latest", "pending", "safe", "finalized"];
const PARTS: readonly ((ask: Ask, history: NodeHistory, notes: Notes) => Promise<void>)[] = [
  askAboutNode,
  askAboutBlocks,
  askAboutTransactions,
  askAboutState,
  askCalls,
  askTraces,
  askLogs,
  askSignatures,
  askFilters,
  askPool,
  askRefusals,
  askUnlocked,
  askCheats,
  askSubscriptions,
  askTime,
  askWithout,
];

/** Sends a node all requests about its history, then all commands. */
export async function interview(node: AskedNode, history: NodeHistory): Promise<Interviewed> {
  const asked: Asked[] = [];
  const names = new Map<string, string>();
  const ask: Ask = async (method, ...params) => {
    const reply = await node.reply(method, params);
    asked.push({ method, params, reply });
    return "result" in reply ? reply.result : undefined;
  };
  const notes: Notes = {
    async told(kind, subscription) {
      const result = await node.notified(String(subscription));
      asked.push({ method: "eth_subscription", params: [kind], reply: { result } });
    },
    name: (hash, name) => void names.set(String(hash), name),
  };
  for (const part of PARTS) {
    await part(ask, history, notes);
    await ask("eth_blockNumber");
  }
  for (let number = 0n; number <= BigInt(await node.ask("eth_blockNumber")); number++) {
    const { hash } = await node.ask<{ hash: string }>("eth_getBlockByNumber", hexQuantity(number), false);
    names.set(hash, `block ${number}`);
  }
  return { asked, names };
}

async function askAboutNode(ask: Ask, { first }: NodeHistory): Promise<void> {
  for (const method of [
    ...["eth_blockNumber", "eth_chainId", "net_version", "eth_accounts", "eth_coinbase", "eth_gasPrice", "eth_syncing"],
    ...["eth_maxPriorityFeePerGas", "eth_blobBaseFee", "web3_clientVersion", "hardhat_metadata", "hardhat_getAutomine"],
    "eth_pendingTransactions",
  ])
    await ask(method);
  for (const data of ["0x", "0x68656c6c6f", "0x1", "hello"]) await ask("web3_sha3", data);
  await ask("eth_feeHistory", "0x5", "latest", [0, 10, 50, 100]);
  await ask("eth_feeHistory", 4, hexQuantity(BigInt(first + 3)), []);
  await ask("eth_feeHistory", "0x2", "latest");
  await ask("eth_feeHistory", "0x2", "latest", [50, 10]);
  await ask("eth_feeHistory", "0x2", "0x999", []);
}

async function askAboutBlocks(ask: Ask, { blocks, first }: NodeHistory): Promise<void> {
  const numbers = blocks.map((_, index) => hexQuantity(BigInt(first + index)));
  for (const place of [...numbers, ...TAGS.slice(1), "0x999", `0x0${numbers[0]!.slice(2)}`, "x", { blockNumber: numbers[2] }]) {
    for (const isFull of [false, true]) await ask("eth_getBlockByNumber", place, isFull);
    await ask("eth_getBlockTransactionCountByNumber", place);
    await ask("eth_getTransactionByBlockNumberAndIndex", place, "0x0");
  }
  for (const hash of [...blocks, UNKNOWN, "0x12"]) {
    for (const isFull of [false, true]) await ask("eth_getBlockByHash", hash, isFull);
    await ask("eth_getBlockTransactionCountByHash", hash);
    for (const index of ["0x0", "0x1", "0x9"]) await ask("eth_getTransactionByBlockHashAndIndex", hash, index);
  }
}

async function askAboutTransactions(ask: Ask, { transactions }: NodeHistory): Promise<void> {
  for (const hash of [...transactions, UNKNOWN, "0x12"]) {
    await ask("eth_getTransactionByHash", hash);
    await ask("eth_getTransactionReceipt", hash);
  }
}

async function askAboutState(ask: Ask, { wallet, token, workload, blocks, first }: NodeHistory): Promise<void> {
  const numbers = [0, 1, 3, 6].map((index) => hexQuantity(BigInt(first + index)));
  const places = [...TAGS, ...numbers, "0x999", { blockHash: blocks[4] }, { blockNumber: numbers[2] }, { blockHash: UNKNOWN }];
  for (const address of [wallet.address, FRIEND, token, workload, NOBODY]) {
    for (const place of places) {
      await ask("eth_getBalance", address, place);
      await ask("eth_getTransactionCount", address, place);
      await ask("eth_getCode", address, place);
      await ask("eth_getStorageAt", address, "0x0", place);
    }
    await ask("eth_getBalance", address);
    await ask("eth_getProof", address, [SLOT], "latest");
  }
  const balanceSlot = "0x0000000000000000000000000000000000000000000000000000000000000001";
  for (const slot of [balanceSlot, "0x1", "0x01", 1]) await ask("eth_getStorageAt", workload, slot, "latest");
}

async function askCalls(ask: Ask, { wallet, token, workload, abi, first }: NodeHistory): Promise<void> {
  const from = wallet.address;
  const transfer = (value: bigint) => abi.token.encodeFunctionData("transfer", [FRIEND, value]);
  const { initCode } = await testContract("PlainToken");
  const calls = [
    { from, to: token, data: abi.token.encodeFunctionData("balanceOf", [from]) },
    { from, to: token, data: transfer(1n) },
    { from, to: token, input: transfer(1n) },
    { from, to: token, data: transfer(5_000n) },
    { from, to: workload, data: abi.workload.encodeFunctionData("refuse", [4n]) },
    { from, to: workload, data: abi.workload.encodeFunctionData("burnAllGas"), gas: "0x186a0" },
    { from, to: workload, value: "0x5" },
    { from, to: FRIEND, value: "0x1" },
    { from: NOBODY, to: FRIEND, value: "0x1" },
    { to: FRIEND, data: "0x12" },
    { from, data: concat([initCode, abi.token.encodeDeploy([[from], 5n])]) },
    { from, data: "0xfe" },
    { from, to: token, data: transfer(1n), gas: "0x5300" },
    { from, to: token, data: transfer(1n), gasPrice: "0x3" },
    { from, to: token, data: transfer(1n), maxFeePerGas: "0x5", maxPriorityFeePerGas: "0x2" },
    { from, to: token, data: transfer(1n), maxFeePerGas: "0x2", maxPriorityFeePerGas: "0x5" },
    { from, to: token, data: transfer(1n), accessList: [{ address: token, storageKeys: [SLOT] }] },
    { from, to: token, data: transfer(1n), nonce: "0x1" },
    { from, to: "0x12" },
  ];
  for (const call of calls) {
    await ask("eth_call", call, "latest");
    await ask("eth_estimateGas", call);
  }
  await ask("eth_call", calls[0], hexQuantity(BigInt(first)));
  await ask("eth_call", calls[0], hexQuantity(BigInt(first + 3)));
  await ask("eth_call", calls[0], "pending");
  await ask("eth_call", calls[0], "0x999");
  await ask("eth_call", calls[0]);
  await ask("eth_call", calls[0], "latest", { [token]: { code: "0x60015f5260205ff3" } });
  await ask("eth_call", { ...calls[7], from: NOBODY }, "latest", { [NOBODY]: { balance: "0x99" } });
  await ask("eth_call", calls[0], "latest", { [token]: { state: {}, stateDiff: {} } });
}

async function askTraces(ask: Ask, { wallet, token, transactions, abi, first }: NodeHistory): Promise<void> {
  const configs = [
    {},
    { disableStorage: true, disableStack: true, disableMemory: true },
    { enableMemory: true, enableReturnData: true },
    { tracer: "callTracer" },
    { tracer: "callTracer", tracerConfig: { withLog: true } },
    { tracer: "callTracer", tracerConfig: { onlyTopCall: true } },
    { tracer: "prestateTracer" },
    { tracer: "prestateTracer", tracerConfig: { diffMode: true } },
    { tracer: "4byteTracer" },
    { tracer: "noopTracer" },
    { tracer: "unknownTracer" },
  ];
  const call = { from: wallet.address, to: token, data: abi.token.encodeFunctionData("transfer", [FRIEND, 1n]) };
  for (const config of configs) {
    for (const hash of transactions) await ask("debug_traceTransaction", hash, config);
    await ask("debug_traceCall", call, "latest", config);
    await ask("debug_traceCall", { ...call, from: NOBODY }, "latest", config);
  }
  await ask("debug_traceTransaction", transactions[0]);
  await ask("debug_traceTransaction", UNKNOWN);
  await ask("debug_traceCall", call, hexQuantity(BigInt(first + 3)));
  await ask("debug_traceCall", call);
}

async function askLogs(ask: Ask, { token, blocks, abi, first }: NodeHistory): Promise<void> {
  const [begin, fifth, sixth] = [0, 4, 5].map((index) => hexQuantity(BigInt(first + index)));
  const topic = abi.token.getEvent("Transfer")!.topicHash;
  const all = { fromBlock: begin, toBlock: "latest" };
  for (const filter of [
    all,
    {},
    { ...all, address: token },
    { ...all, address: [token, FRIEND] },
    { ...all, address: FRIEND },
    { ...all, topics: [topic] },
    { ...all, topics: [[topic, UNKNOWN], null] },
    { ...all, topics: [null, null, `0x${FRIEND.slice(2).padStart(64, "0")}`] },
    { ...all, topics: [UNKNOWN] },
    { ...all, topics: [] },
    { fromBlock: fifth, toBlock: fifth },
    { fromBlock: sixth, toBlock: fifth },
    { fromBlock: fifth, toBlock: "0x999" },
    { blockHash: blocks[4] },
    { blockHash: UNKNOWN },
    { blockHash: blocks[4], fromBlock: "0x1" },
    { address: "0x12" },
  ])
    await ask("eth_getLogs", filter);
}

async function askSignatures(ask: Ask): Promise<void> {
  const [account] = (await ask("eth_accounts")) as [string];
  const typed = {
    types: {
      EIP712Domain: [{ name: "name", type: "string" }],
      Note: [
        { name: "text", type: "string" },
        { name: "n", type: "uint256" },
      ],
    },
    domain: { name: "a" },
    primaryType: "Note",
    message: { text: "hi", n: 5 },
  };
  await ask("eth_sign", account, "0x1234");
  await ask("personal_sign", "0x1234", account);
  await ask("eth_signTypedData_v4", account, typed);
  await ask("eth_signTypedData_v4", account, JSON.stringify(typed));
  await ask("eth_sign", NOBODY, "0x1234");
  await ask("personal_sign", "0x1234", NOBODY);
  await ask("eth_signTypedData_v4", NOBODY, typed);
}

async function askFilters(ask: Ask, { wallet, token, abi, mine }: NodeHistory): Promise<void> {
  await ask("evm_setAutomine", false);
  const logs = await ask("eth_newFilter", { address: token });
  const blocks = await ask("eth_newBlockFilter");
  const pending = await ask("eth_newPendingTransactionFilter");
  await ask(
    "eth_sendRawTransaction",
    await wallet.signRaw({ to: token, data: abi.token.encodeFunctionData("transfer", [FRIEND, 1n]) }),
  );
  await mine();
  for (const filter of [logs, blocks, pending]) await ask("eth_getFilterChanges", filter);
  for (const filter of [logs, blocks, pending]) await ask("eth_getFilterChanges", filter);
  for (const filter of [logs, blocks, pending]) await ask("eth_getFilterLogs", filter);
  for (const filter of [logs, blocks, pending, logs]) await ask("eth_uninstallFilter", filter);
  await ask("eth_getFilterChanges", logs);
  await ask("eth_getFilterLogs", logs);
  await ask("evm_setAutomine", true);
}

async function askPool(ask: Ask, { wallet, token, mine }: NodeHistory): Promise<void> {
  await ask("evm_setAutomine", false);
  await ask("hardhat_getAutomine");
  const waiting = (await ask("eth_sendRawTransaction", await wallet.signRaw({ to: FRIEND, value: 3n }))) as string;
  const later = { to: token, value: 0n, data: "0x", nonce: wallet.nonce + 1 };
  const queued = (await ask("eth_sendRawTransaction", await wallet.signRaw(later))) as string;
  await ask("eth_pendingTransactions");
  await ask("eth_getTransactionByHash", waiting);
  await ask("eth_getTransactionByHash", queued);
  await ask("eth_getTransactionReceipt", waiting);
  await ask("debug_traceTransaction", waiting);
  for (const tag of ["latest", "pending"]) {
    await ask("eth_getTransactionCount", wallet.address, tag);
    await ask("eth_getBalance", FRIEND, tag);
    await ask("eth_getBlockTransactionCountByNumber", tag);
  }
  await ask("eth_getBlockByNumber", "pending", true);
  await ask("eth_getTransactionByBlockNumberAndIndex", "pending", "0x0");
  await ask("eth_call", { from: wallet.address, to: FRIEND }, "pending");
  await ask("hardhat_dropTransaction", queued);
  await ask("hardhat_dropTransaction", queued);
  await ask("eth_getTransactionByHash", queued);
  wallet.nonce--;
  await mine();
  await ask("eth_getTransactionReceipt", waiting);
  await ask("hardhat_dropTransaction", waiting);
  await ask("evm_setAutomine", true);
}

async function askRefusals(ask: Ask, { wallet }: NodeHistory): Promise<void> {
  const { nonce } = wallet;
  const requests = [
    { nonce: 0, to: FRIEND },
    { to: FRIEND, value: 10n ** 30n },
    { to: FRIEND, chainId: 1 },
    { to: FRIEND, gasLimit: 20_000n },
    { to: FRIEND, gasLimit: 2n ** 24n + 1n },
    { type: 4, to: FRIEND, authorizationList: [] },
    { data: `0x${"00".repeat(49_153)}`, gasLimit: 10_000_000n },
  ];
  for (const request of requests) {
    const raw = await wallet.signRaw({ nonce, ...request });
    await ask("eth_sendRawTransaction", raw);
    wallet.nonce = nonce;
  }
  const blobs = await new Wallet(`0x${"17".repeat(32)}`).signTransaction({
    ...{ type: 3, chainId: 271, nonce: 0, to: FRIEND, gasLimit: 21_000n, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n },
    ...{ maxFeePerBlobGas: 9n, blobVersionedHashes: [`0x01${"00".repeat(31)}`] },
  });
  const followed = `${await wallet.signRaw({ to: FRIEND, nonce: 0 })}00`;
  for (const raw of [blobs, "0x", "0x02c0", "0x12", "garbage", followed]) await ask("eth_sendRawTransaction", raw);
  wallet.nonce = nonce;
}

async function askUnlocked(ask: Ask, { mine, token }: NodeHistory): Promise<void> {
  const [from] = (await ask("eth_accounts")) as [string];
  await ask("evm_setAutomine", false);
  const fees = { gas: "0x30000", maxFeePerGas: "0x9", maxPriorityFeePerGas: "0x2" };
  const sent: unknown[] = [];
  for (const request of [
    { from, to: FRIEND, value: "0x9", ...fees },
    { from, to: FRIEND, gas: "0x30000", gasPrice: "0x7" },
    { from, to: FRIEND, gas: "0x30000", gasPrice: "0x7", accessList: [{ address: token, storageKeys: [SLOT] }] },
    { from: NOBODY, to: FRIEND, ...fees },
    { from, to: FRIEND, value: "0xb", gas: "0x1" },
  ])
    sent.push(await ask("eth_sendTransaction", request));
  await mine();
  for (const hash of sent) {
    await ask("eth_getTransactionByHash", hash ?? null);
    await ask("eth_getTransactionReceipt", hash ?? null);
  }
  await ask("evm_setAutomine", true);
}

async function askCheats(ask: Ask, { mine, setTime, token }: NodeHistory, notes: Notes): Promise<void> {
  const nameBlock = async (name: string): Promise<void> => {
    const { hash } = (await ask("eth_getBlockByNumber", "latest", false)) as { hash: string };
    notes.name(hash, name);
  };
  const read = async (address: string): Promise<void> => {
    await ask("eth_getBalance", address, "latest");
    await ask("eth_getTransactionCount", address, "latest");
    await ask("eth_getCode", address, "latest");
    await ask("eth_getStorageAt", address, SLOT, "latest");
  };
  const snapshot = await ask("evm_snapshot");
  await ask("hardhat_setBalance", NOBODY, "0x56bc75e2d63100000");
  await ask("hardhat_setNonce", NOBODY, "0x5");
  await ask("hardhat_setNonce", NOBODY, "0x4");
  await ask("hardhat_setCode", NOBODY, "0x335f5260205ff3");
  await ask("hardhat_setStorageAt", NOBODY, SLOT, SLOT);
  await ask("hardhat_setStorageAt", NOBODY, "0x8", "0x8");
  await ask("hardhat_setBalance", NOBODY, "5");
  await ask("hardhat_setCode", NOBODY, "0x1");
  await ask("eth_call", { from: FRIEND, to: NOBODY }, "latest");
  await read(NOBODY);
  await mine();
  await nameBlock("first reverted block");
  await read(NOBODY);
  await ask("hardhat_impersonateAccount", token);
  await ask("hardhat_setBalance", token, "0x56bc75e2d63100000");
  await setTime();
  const gas = { gas: "0x30000", maxFeePerGas: "0x9", maxPriorityFeePerGas: "0x2" };
  const sent = await ask("eth_sendTransaction", { from: token, to: FRIEND, value: "0x1", ...gas });
  notes.name(sent, "impersonated transaction");
  await nameBlock("second reverted block");
  await ask("eth_getTransactionByHash", sent);
  await ask("eth_getTransactionReceipt", sent);
  await ask("hardhat_stopImpersonatingAccount", token);
  await ask("hardhat_stopImpersonatingAccount", token);
  await ask("eth_sendTransaction", { from: token, to: FRIEND, ...gas });
  await ask("evm_revert", snapshot);
  await ask("evm_revert", snapshot);
  await read(NOBODY);
  await ask("eth_blockNumber");
  await ask("eth_getTransactionByHash", sent);
  for (const on of [true, false]) await ask("hardhat_setLoggingEnabled", on);
}

async function askTime(ask: Ask): Promise<void> {
  const { timestamp } = (await ask("eth_getBlockByNumber", "latest", false)) as { timestamp: string };
  await ask("evm_setNextBlockTimestamp", Number(timestamp) + 100);
  await ask("evm_mine");
  await ask("eth_getBlockByNumber", "latest", false);
  await ask("evm_setNextBlockTimestamp", hexQuantity(BigInt(timestamp) + 200n));
  await ask("evm_mine");
  await ask("evm_mine", Number(timestamp) + 300);
  await ask("eth_getBlockByNumber", "latest", false);
  await ask("evm_setNextBlockTimestamp", 5);
  await ask("evm_mine", 5);
  await ask("hardhat_mine", "0x2", "0x5");
  await ask("hardhat_mine", 2, 7);
  await ask("hardhat_mine");
  await ask("eth_blockNumber");
  await ask("hardhat_mine", "0x0");
  await ask("evm_setIntervalMining", 0);
  await ask("evm_setIntervalMining", -1);
  await ask("evm_increaseTime", "x");
  await ask("evm_increaseTime", -5);
  await ask("evm_increaseTime", 5);
}

async function askSubscriptions(ask: Ask, { wallet, token, abi, mine }: NodeHistory, notes: Notes): Promise<void> {
  const heads = await ask("eth_subscribe", "newHeads");
  const logs = await ask("eth_subscribe", "logs", { address: token });
  const pending = await ask("eth_subscribe", "newPendingTransactions");
  await ask("eth_subscribe", "unknown");
  await ask("evm_setAutomine", false);
  await ask(
    "eth_sendRawTransaction",
    await wallet.signRaw({ to: token, data: abi.token.encodeFunctionData("transfer", [FRIEND, 2n]) }),
  );
  await mine();
  for (const [kind, id] of Object.entries({ heads, logs, pending })) await notes.told(kind, id);
  for (const id of [heads, logs, pending, heads]) await ask("eth_unsubscribe", id);
  await ask("evm_setAutomine", true);
}

/** Each method without what it needs, and with what makes no sense. */
async function askWithout(ask: Ask): Promise<void> {
  for (const method of NEEDING) {
    await ask(method);
    await ask(method, {}, {}, {});
  }
}

const NEEDING =
  "debug_traceCall debug_traceTransaction eth_call eth_estimateGas eth_feeHistory eth_getBalance eth_getBlockByHash eth_getBlockByNumber eth_getBlockTransactionCountByHash eth_getBlockTransactionCountByNumber eth_getCode eth_getFilterChanges eth_getFilterLogs eth_getLogs eth_getProof eth_getStorageAt eth_getTransactionByBlockHashAndIndex eth_getTransactionByBlockNumberAndIndex eth_getTransactionByHash eth_getTransactionCount eth_getTransactionReceipt eth_newFilter eth_sendRawTransaction eth_sendTransaction eth_sign eth_signTypedData_v4 eth_subscribe eth_uninstallFilter eth_unsubscribe evm_increaseTime evm_revert evm_setAutomine evm_setIntervalMining evm_setNextBlockTimestamp hardhat_dropTransaction hardhat_impersonateAccount hardhat_setBalance hardhat_setCode hardhat_setLoggingEnabled hardhat_setNonce hardhat_setStorageAt hardhat_stopImpersonatingAccount personal_sign web3_sha3".split(
    " ",
  );
