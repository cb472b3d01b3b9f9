import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, Interface } from "ethers";
import type { JsonRpcProvider, Log, Provider, TransactionReceipt } from "ethers";
import hre from "hardhat";
import { chainFactoryAbi } from "../../src/abi/chain-factory.ts";
import { l2AssetRouterAbi } from "../../src/abi/l2-asset-router.ts";
import { l2BaseTokenAbi } from "../../src/abi/l2-base-token.ts";
import { l1MessengerAbi } from "../../src/abi/l1-messenger.ts";
import { sharedBridgeAbi } from "../../src/abi/shared-bridge.ts";
import { stateExitAbi } from "../../src/abi/state-exit.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { startChain } from "../../src/chain/chain.ts";
import { systemClock } from "../../src/chain/clock.ts";
import { predeployGenesis } from "../../src/chain/predeploys/genesis.ts";
import { ReconstructionError } from "../../src/chain/reconstruction/reconstruction-error.ts";
import type { ReconstructionErrorCode } from "../../src/chain/reconstruction/reconstruction-error.ts";
import { predeployTransactions } from "../../src/chain/predeploys/system-transactions.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../src/devnet/accounts.ts";
import { ETH_BASE_TOKEN } from "../../src/devnet/create-chain.ts";
import { depositToken, requestFromL1 } from "../../src/devnet/deposit.ts";
import { chainOptionsOf } from "../../src/devnet/reconstruction/chain-options.ts";
import { continueChain } from "../../src/devnet/reconstruction/continue-chain.ts";
import { messagesOf, proveHolding, proveMessage, proveOperationResult } from "../../src/devnet/reconstruction/proofs.ts";
import { reconstruct } from "../../src/devnet/reconstruction/reconstruct.ts";
import type { Reconstruction, ReconstructionOptions } from "../../src/devnet/reconstruction/reconstruct.ts";
import type { ReconstructionSummary } from "../../src/devnet/reconstruction/summary.ts";
import { hashAssetFlows, sumAssetFlows } from "../../src/protocol/asset-flows.ts";
import { isAssetSender } from "../../src/protocol/asset-message.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import { wordToHex } from "../../src/protocol/hex.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/protocol/predeploys.ts";
import { createProver } from "../../src/prover/prover.ts";
import { hyperchainInterface } from "../../src/settlement/contract-interfaces.ts";
import { commitBatch } from "../../src/settlement/l1-sender/commit.ts";
import { revertBatches } from "../../src/settlement/l1-sender/revert.ts";
import type { SenderContext } from "../../src/settlement/l1-sender/sender-context.ts";
import { createTransactor } from "../../src/settlement/l1-sender/transactor.ts";
import { createLocalMember } from "../../src/settlement/quorum.ts";
import { CALLDATA_POSTING } from "../../src/settlement/settlement-batch.ts";
import { alteredL1, flipBit, withData } from "./support/altered-l1.ts";
import { ALICE, clientOf, dependencies, ETHER, settleNow, startFlowDevnet } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";
import { tokenWithdrawalOf } from "./support/interop.ts";

const CHAIN_ID = 271n;
const TOKENS = 1_000n;
const plainTransfer = { chainId: CHAIN_ID, type: 0, gasPrice: 1_000_000_000n, gasLimit: 100_000n };
const connectChain = dependencies.connectChain;
const messenger = new Interface(l1MessengerAbi);
const baseToken = new Interface(l2BaseTokenAbi);
const router = new Interface(l2AssetRouterAbi);
const bridge = new Interface(sharedBridgeAbi);
const stateExits = new Interface(stateExitAbi);
const erc20 = new Interface([
  "function approve(address,uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function mint(address,uint256)",
]);

/** What the other process prints. */
interface RebuiltElsewhere {
  readonly summary: ReconstructionSummary;
  readonly reports: number;
  /** The transaction that it executed. */
  readonly raw: string;
  readonly workload: Hex;
  readonly status: number;
  readonly gasUsed: string;
  readonly blockNumber: number;
  readonly topics: readonly string[];
  readonly counter: string;
}

describe("A7: a rollup is rebuilt from L1 alone after a random workload", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let alice: Hex;
  let hyperchain: Hex;
  let token: Hex;
  let workload: Contract;
  /** Canonical hashes: one that succeeds, one that fails. */
  let operations: readonly Hex[];
  /** L1 transaction of the commit that was taken back. */
  let reverted: string;
  const prover = createProver({ workers: 2 });
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = mulberry32(seed);
  const bigRandom = (): bigint => BigInt(Math.floor(random() * 2 ** 48));

  before(async () => {
    devnet = await startFlowDevnet([CHAIN_ID]);
    client = clientOf(devnet.chains[0]!);
    alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    hyperchain = devnet.chains[0]!.pipeline.created.hyperchain;
  });
  after(async () => {
    client.destroy();
    await prover.close();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const signer = () => devnet.accounts.wallet(ALICE).connect(client);
  const onL1 = () => devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
  const send = async (request: { to: string; data?: string; value?: bigint }): Promise<TransactionReceipt> => {
    const receipt = await (await signer().sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const sendOnL1 = async (request: { to?: string; data: string }) => (await (await onL1().sendTransaction(request)).wait())!;
  const settle = () => settleNow(devnet.chains[0]!);
  const poll = () => devnet.chains[0]!.pipeline.pollL1();
  const genesis = () => predeployGenesis(async (name) => (await hre.artifacts.readArtifact(name)).deployedBytecode as Hex);

  const rebuildFrom = async (l1: ReconstructionOptions["l1"], options: Partial<ReconstructionOptions> = {}) =>
    reconstruct({ l1, hyperchain, genesis: await genesis(), ...options });

  const refused = (l1: Provider, code: ReconstructionErrorCode, batchNumber?: bigint) =>
    assert.rejects(rebuildFrom(l1), (error: unknown) => {
      assert.ok(error instanceof ReconstructionError, String(error));
      assert.equal(error.code, code, error.message);
      if (batchNumber !== undefined) assert.equal(error.batchNumber, batchNumber, error.message);
      return true;
    });
  /** Where a commit's calldata has its first byte of pubdata, in bytes. */
  const pubdataStart = (data: string): number => {
    const { pubdata } = hyperchainInterface.decodeFunctionData("commitBatch", data)["batch"] as { readonly pubdata: string };
    return (data.indexOf(pubdata.slice(2)) - 2) / 2;
  };

  const operator = () => devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).connect(devnet.l1.provider);
  const operatorQuorum = async () => {
    const settlementChainId = devnet.l1.chainId;
    return { members: [await createLocalMember(operator(), { settlementChainId, hyperchain })], threshold: 1 };
  };
  /** Anyone may send what the validators signed. */
  const sender = (): SenderContext => {
    const delay = (ms: number): Promise<void> => new Promise((resolve) => void systemClock.after(ms, resolve));
    return {
      provider: devnet.l1.provider,
      hyperchain,
      settlementChainId: devnet.l1.chainId,
      fromBlock: 0,
      delay,
      transactor: createTransactor({}, { signer: onL1(), delay }),
      onBroadcast: () => Promise.resolve(),
    };
  };

  /** The next batch, as another operator of the chain forms it that starts from L1's data alone. */
  async function formElsewhere(from: Reconstruction): Promise<FormedBatch> {
    const running = { coinbase: alice, blocks: { type: "instant" }, batches: { maxAgeMs: undefined, maxTransactions: undefined }, minGasPriceWei: 0n } as const;
    const chain = await startChain(chainOptionsOf(from, running), {
      connect: connectChain,
      clock: systemClock,
      system: predeployTransactions,
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, devnet.l1.chainId)),
    });
    try {
      const nonce = Number(await chain.engine.request("eth_getTransactionCount", [alice, "latest"]));
      const deployment = await new ContractFactory(workload.interface, await initCode("Workload")).getDeployTransaction();
      await chain.submit(await devnet.accounts.wallet(ALICE).signTransaction({ ...plainTransfer, gasLimit: 8_000_000n, data: deployment.data, nonce }));
      const transfer = { ...plainTransfer, to: `0x${"9b".repeat(20)}`, value: 9n, nonce: nonce + 1 };
      await chain.submit(await devnet.accounts.wallet(ALICE).signTransaction(transfer));
      return (await chain.seal())!;
    } finally {
      await chain.close();
    }
  }

  async function work(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      const response = await workload.getFunction("work")(bigRandom(), 6n, { gasLimit: 8_000_000n, value: bigRandom() % 100n });
      // A failure is part of the workload: it must be repeated as well.
      await client.waitForTransaction(response.hash);
    }
    await send({ to: `0x${bigRandom().toString(16).padStart(40, "7")}`, value: 1n + (bigRandom() % 1_000n) });
  }

  test("a token is deposited, contracts are deployed and worked with, a batch is executed", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const { bytecode } = await hre.artifacts.readArtifact("TokenDouble");
    token = lowerCaseAddress((await sendOnL1({ data: bytecode })).contractAddress!);
    const { bridge: bridgeAddress, factory } = devnet.ecosystem.addresses;
    await sendOnL1({ to: token, data: erc20.encodeFunctionData("mint", [alice, TOKENS]) });
    await sendOnL1({ to: token, data: erc20.encodeFunctionData("approve", [bridgeAddress, TOKENS]) });
    await depositToken(factory, { chainId: CHAIN_ID, bridge: bridgeAddress, token, amount: TOKENS, recipient: alice }, onL1());
    await poll();
    const { abi, bytecode: code } = await hre.artifacts.readArtifact("Workload");
    for (let i = 0; i < 2; i++) {
      const deployed = await new ContractFactory(abi, code, signer()).deploy({ value: 1_000n });
      await deployed.waitForDeployment();
      workload = new Contract(await deployed.getAddress(), abi, signer());
    }
    await work();
    await settle();
  });

  test("messages, withdrawals and priority operations, one of which fails, are executed in further batches", async () => {
    await work();
    await send({ to: PREDEPLOYS.L1Messenger, data: messenger.encodeFunctionData("sendToL1", ["0x1234567890"]) });
    await send({ to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [alice]), value: ETHER / 4n });
    await settle();
    const answer = await client.call({ to: PREDEPLOYS.L2AssetRouter, data: router.encodeFunctionData("l2TokenAddress", [token]) });
    const bridged = String(router.decodeFunctionResult("l2TokenAddress", answer)[0]);
    await send(tokenWithdrawalOf(bridged, 300n, alice));
    const { factory } = devnet.ecosystem.addresses;
    const to = lowerCaseAddress(await workload.getAddress());
    const refuse = workload.interface.encodeFunctionData("refuse", [5n]) as Hex;
    operations = [
      await requestFromL1(factory, { chainId: CHAIN_ID, to: alice, valueWei: 12_345n }, onL1()),
      await requestFromL1(factory, { chainId: CHAIN_ID, to, valueWei: 7n, data: refuse }, onL1()),
    ].map(({ canonicalTxHash }) => canonicalTxHash);
    await poll();
    await work();
    await settle();
    await work();
  });

  test("a batch that L1 took back leaves no trace", async () => {
    const rebuilt = await rebuildFrom(devnet.l1.provider);
    const stray = await formElsewhere(rebuilt);
    const { receipt } = await commitBatch(sender(), stray, rebuilt.last, { quorum: await operatorQuorum(), posting: CALLDATA_POSTING });
    reverted = receipt!.hash;
    const committed = await rebuildFrom(devnet.l1.provider);
    assert.deepEqual(committed.unapplied.map(({ stored }) => stored.commitment), [stray.commitment]);
    assert.equal(committed.stateRoot, rebuilt.stateRoot);
    const further = await rebuildFrom(devnet.l1.provider, { upTo: "committed" });
    assert.equal(further.stateRoot, digestToHex(stray.newStateRoot));
    await revertBatches(sender(), stray.outputs.batchNumber, await operatorQuorum());
    const again = await rebuildFrom(devnet.l1.provider, { upTo: "committed" });
    assert.equal(again.revertedCount, 1);
    assert.equal(again.stateRoot, rebuilt.stateRoot);
    // The chain's own next batch gets the number.
    await settle();
  });

  test("another process, given the L1's URL and the contract's address, rebuilds the executed root and goes on", async (t) => {
    const script = fileURLToPath(new URL("./support/rebuild-process.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, devnet.l1.url, hyperchain], { encoding: "utf8" });
    const rebuilt = JSON.parse(stdout) as RebuiltElsewhere;
    t.diagnostic(JSON.stringify(rebuilt.summary));
    const { pipeline } = devnet.chains[0]!;
    assert.equal(rebuilt.summary.stateRoot, digestToHex(pipeline.chain.tree.root));
    assert.equal(rebuilt.summary.leaves, pipeline.chain.tree.leafCount);
    assert.equal(rebuilt.summary.isExecuted, true);
    assert.equal(rebuilt.summary.batches, 4);
    assert.equal(rebuilt.summary.revertedBatches, 1);
    assert.ok(rebuilt.reports >= 3);

    // The chain that never stopped does the same with the same transaction.
    assert.equal(rebuilt.status, 1);
    assert.equal(rebuilt.blockNumber, rebuilt.summary.lastBlock + 2);
    const receipt = await (await client.broadcastTransaction(rebuilt.raw)).wait();
    assert.equal(receipt?.to?.toLowerCase(), rebuilt.workload);
    assert.equal(receipt.blockNumber, rebuilt.blockNumber);
    assert.equal(String(receipt.gasUsed), rebuilt.gasUsed);
    assert.deepEqual(receipt.logs.map(({ topics }) => topics[0]), rebuilt.topics);
    const counter = (await workload.attach(rebuilt.workload).getFunction("counter")()) as bigint;
    assert.equal(String(counter), rebuilt.counter);
  });

  test("the state is the chain's own: every account, slot and code", async () => {
    await settle();
    const { state } = await rebuildFrom(devnet.l1.provider);
    const accounts = state.accounts();
    assert.ok(accounts.length > 20, String(accounts.length));
    for (const { address, nonce = 0n, balanceWei = 0n, code = "0x", storage = [] } of accounts) {
      assert.equal(BigInt(await client.getTransactionCount(address)), nonce, address);
      assert.equal(await client.getBalance(address), balanceWei, address);
      assert.equal(await client.getCode(address), code, address);
      for (const { slot, value } of storage) assert.equal(await client.getStorage(address, slot), wordToHex(value), `${address} ${slot}`);
    }
  });

  test("withdrawals are paid on L1 with proofs from L1's own data", async () => {
    const rebuilt = await rebuildFrom(devnet.l1.provider);
    const withdrawals = messagesOf(rebuilt).filter(({ sender: from }) => isAssetSender(from));
    assert.equal(withdrawals.length, 2);
    const { bridge: to, factory } = devnet.ecosystem.addresses;
    for (const { batchNumber, index } of withdrawals) {
      const data = bridge.encodeFunctionData("finalizeDeposit", [proveMessage(rebuilt, batchNumber, index)]);
      assert.equal((await sendOnL1({ to, data })).status, 1);
    }
    const balance = await devnet.l1.provider.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [alice]) });
    assert.equal(BigInt(balance), 300n);
    const results = operations.map((hash) => proveOperationResult(rebuilt, hash)!);
    assert.deepEqual(results.map(({ success }) => success), [true, false]);
    const hub = new Contract(factory, chainFactoryAbi, devnet.l1.provider);
    for (const { chainId, canonicalTxHash, l2BatchNumber, l2MessageIndex, merkleProof, success } of results) {
      const ask = (status: number) =>
        hub.getFunction("proveL1ToL2TransactionStatus")(chainId, canonicalTxHash, l2BatchNumber, l2MessageIndex, 0, merkleProof, status);
      assert.equal(await ask(success ? 1 : 0), true);
      assert.equal(await ask(success ? 0 : 1), false);
    }
  });

  test("refuses an L1 that alters one bit of a batch's calldata, hides it, or brings another batch's", async () => {
    const { batches } = await rebuildFrom(devnet.l1.provider);
    for (let i = 0; i < 40; i++) {
      const batch = batches[i % batches.length]!;
      const { committed, pubdataBytes } = batch;
      const place = Math.floor(random() * pubdataBytes);
      const bit = Math.floor(random() * 8);
      const calldata = (data: string, hash: string) => (hash === committed.transactionHash ? flipBit(data, pubdataStart(data) + place, bit) : data);
      await refused(alteredL1(devnet.l1.provider, { calldata }), "PubdataMismatch", batch.stored.batchNumber);
    }
    const [first, second] = batches.map(({ committed }) => committed.transactionHash);
    const secondData = (await devnet.l1.provider.getTransaction(second!))!.data;
    const only = (hash: string, other: string | undefined) => ({
      calldata: (data: string, asked: string) => (asked === hash ? other : data),
    });
    await refused(alteredL1(devnet.l1.provider, only(first!, undefined)), "PubdataMissing", 0n);
    await refused(alteredL1(devnet.l1.provider, only(first!, "0x")), "PubdataMissing", 0n);
    await refused(alteredL1(devnet.l1.provider, only(first!, secondData)), "PubdataMissing", 0n);
  });

  test("finds a batch's calldata inside another contract's, also behind decoys", async () => {
    const honest = await rebuildFrom(devnet.l1.provider);
    const { transactionHash } = honest.batches[1]!.committed;
    const wrap = (data: string) => `0xdeadbeef${flipBit(data, pubdataStart(data), 3).slice(2)}${"00".repeat(5)}${data.slice(2)}`;
    const wrapped = alteredL1(devnet.l1.provider, { calldata: (data, hash) => (hash === transactionHash ? wrap(data) : data) });
    assert.equal((await rebuildFrom(wrapped)).stateRoot, honest.stateRoot);
  });

  test("refuses an L1 that alters one bit of an event, or leaves one out", async () => {
    const logsOf = async (name: string) => {
      const topics = [hyperchainInterface.getEvent(name)!.topicHash];
      return devnet.l1.provider.getLogs({ address: hyperchain, topics, fromBlock: 0 });
    };
    const without = (hidden: Log) => (logs: readonly Log[]) => logs.filter(({ blockNumber, index }) => blockNumber !== hidden.blockNumber || index !== hidden.index);
    const altered = (changed: Log, place: number) => (logs: readonly Log[]) =>
      logs.map((log) => (log.blockNumber === changed.blockNumber && log.index === changed.index ? withData(log, flipBit(log.data, place)) : log));

    const records = (await logsOf("BatchStored")).filter(({ transactionHash }) => transactionHash !== reverted);
    for (const [i, record] of records.entries()) {
      await refused(alteredL1(devnet.l1.provider, { logs: without(record) }), "EventMissing");
      // Word 0 is the batch's number; of the others all are in the record's hash, words 12 and 13 with their first 20 bytes.
      for (let word = 1 + (i % 4); word < 18; word += 4) {
        const place = 32 * word + (word === 12 || word === 13 ? 19 : 31);
        await refused(alteredL1(devnet.l1.provider, { logs: altered(record, place) }), "RecordMismatch");
      }
    }
    for (const execution of await logsOf("BlockExecution")) {
      await refused(alteredL1(devnet.l1.provider, { logs: without(execution) }), "EventMissing");
    }
    for (const operation of await logsOf("NewPriorityRequest")) {
      await refused(alteredL1(devnet.l1.provider, { logs: without(operation) }), "EventMissing");
      // Word 1 is the hash, word 6 the operation's type.
      for (const word of [1, 6]) await refused(alteredL1(devnet.l1.provider, { logs: altered(operation, 32 * word + 31) }), "OperationMismatch");
    }
  });

  test("refuses an L1 whose contract says something else than its events and calldata", async () => {
    const call = (name: string, place = 31) => {
      const { selector } = hyperchainInterface.getFunction(name)!;
      return { call: (answer: string, data: string) => (data.startsWith(selector) ? flipBit(answer, place) : answer) };
    };
    await refused(alteredL1(devnet.l1.provider, call("executedStateRoot")), "RootMismatch");
    await refused(alteredL1(devnet.l1.provider, call("storedBatchHash")), "RecordMismatch");
    await refused(alteredL1(devnet.l1.provider, call("l2LogsRootHash")), "LogRootMismatch");
    await refused(alteredL1(devnet.l1.provider, call("getTotalPriorityTxs")), "EventMissing");
    await refused(alteredL1(devnet.l1.provider, call("getFirstUnprocessedPriorityTx")), "RecordMismatch");
    await refused(alteredL1(devnet.l1.provider, call("getTotalBatchesCommitted")), "EventMissing");
    // Word 10 is the state root.
    await refused(alteredL1(devnet.l1.provider, call("genesisBatch", 10 * 32 + 31)), "GenesisMismatch");
    // Another chain's contract, as it were: the commitments name this one.
    await refused(alteredL1(devnet.l1.provider, call("factory")), "NotAHyperchain");
  });

  test("refuses another genesis, an address without a chain, and an L1 that changes its mind meanwhile", async () => {
    const [first, ...rest] = await genesis();
    const other = [{ ...first!, balanceWei: 1n }, ...rest];
    await assert.rejects(rebuildFrom(devnet.l1.provider, { genesis: other }), { name: "ReconstructionError", code: "GenesisMismatch" });
    for (const nobody of [alice, token, devnet.ecosystem.addresses.factory]) {
      await assert.rejects(rebuildFrom(devnet.l1.provider, { hyperchain: nobody }), { name: "ReconstructionError", code: "NotAHyperchain" });
    }
    const blockHash = (hash: string | null, asked: number) => (asked === 0 ? hash : `0x${"11".repeat(32)}`);
    await refused(alteredL1(devnet.l1.provider, { blockHash }), "L1Reorganized");
  });

  test("reads page by page, with smaller pages where the node wants them", async () => {
    const honest = await rebuildFrom(devnet.l1.provider);
    for (const blocksPerRequest of [1, 3, 7]) {
      const paged = await rebuildFrom(devnet.l1.provider, { blocksPerRequest, fromBlock: 0 });
      assert.equal(paged.stateRoot, honest.stateRoot);
      assert.deepEqual(paged.batches, honest.batches);
    }
    const asked: number[] = [];
    const limited = new Proxy(devnet.l1.provider, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== "getLogs") return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return (filter: { fromBlock: number; toBlock: number }) => {
          asked.push(filter.toBlock - filter.fromBlock + 1);
          return asked.at(-1)! > 4 ? Promise.reject(new Error("query returned more than 10000 results")) : target.getLogs(filter);
        };
      },
    });
    assert.equal((await rebuildFrom(limited)).stateRoot, honest.stateRoot);
    assert.ok(asked.some((width) => width > 4) && asked.some((width) => width <= 4), asked.join());
  });

  test("another operator finishes the dead one's batch, and the chain goes on", async () => {
    // The dead one: all that is left of it is a commit on L1.
    const before = await rebuildFrom(devnet.l1.provider);
    const orphan = await formElsewhere(before);
    await commitBatch(sender(), orphan, before.last, { quorum: await operatorQuorum(), posting: CALLDATA_POSTING });
    const { factory } = devnet.ecosystem.addresses;
    await requestFromL1(factory, { chainId: CHAIN_ID, to: alice, valueWei: 777n }, onL1());

    const others = {
      l1: devnet.l1.provider,
      connect: connectChain,
      clock: systemClock,
      prover,
      operator: operator(),
      onStop: (error: unknown) => devnet.faults.push(error),
    };
    const options = { blocks: { type: "instant" }, batches: { maxAgeMs: undefined, maxTransactions: undefined }, minGasPriceWei: 0n } as const;
    const short = await rebuildFrom(devnet.l1.provider);
    await assert.rejects(continueChain(short, options, others), { name: "ContinuationError", code: "BatchesUnapplied" });
    const rebuilt = await rebuildFrom(devnet.l1.provider, { upTo: "committed" });
    await assert.rejects(continueChain(rebuilt, options, { ...others, operator: onL1() }), { name: "ContinuationError", code: "NotAValidator" });

    const continued = await continueChain(rebuilt, options, others);
    try {
      const { operations: taken } = await continued.pollL1();
      assert.deepEqual(taken.map(({ value }) => value), [777n]);
      // The operation was Alice's own, and took a nonce of hers.
      const nonce = Number(await continued.chain.engine.request("eth_getTransactionCount", [alice, "latest"]));
      const raw = await devnet.accounts.wallet(ALICE).signTransaction({ ...plainTransfer, to: `0x${"9a".repeat(20)}`, value: 5n, nonce });
      await continued.chain.submit(raw);
      const batch = await continued.seal();
      assert.equal(batch?.outputs.batchNumber, orphan.outputs.batchNumber + 1n);
      await continued.settled(batch.outputs.batchNumber);
      const after = await rebuildFrom(devnet.l1.provider);
      assert.equal(after.stateRoot, digestToHex(batch.newStateRoot));
      assert.equal(after.pendingOperations.length, 0);
      assert.equal(after.batches.at(-2)?.stored.commitment, orphan.commitment);
      const receiver = after.state.accounts().find(({ address }) => address === `0x${"9a".repeat(20)}`);
      assert.equal(receiver?.balanceWei, 5n);
    } finally {
      await continued.close();
    }
  });

  test("a holder leaves a chain that has stopped for good with proofs from L1's own data", async () => {
    const { factory, stateExit } = devnet.ecosystem.addresses;
    await requestFromL1(factory, { chainId: CHAIN_ID, to: alice, valueWei: 1n }, onL1());
    const { priorityOpWindow, exitDelay } = devnet.chains[0]!.pipeline.created.configuration;
    await devnet.l1.request("evm_increaseTime", [Number(priorityOpWindow + exitDelay + 3_600n)]);
    await sendOnL1({ to: hyperchain, data: hyperchainInterface.encodeFunctionData("activateExit") });

    const rebuilt = await rebuildFrom(devnet.l1.provider);
    assert.equal(rebuilt.onL1.exited, true);
    const held = proveHolding(rebuilt, alice, token)!;
    assert.equal(held.amount, TOKENS - 300n);
    const recipient = `0x${"5a".repeat(20)}`;
    const ether = proveHolding(rebuilt, alice, ETH_BASE_TOKEN)!;
    const part = ETHER / 8n;
    assert.ok(ether.amount > part);
    const claims = [
      [CHAIN_ID, token, held.amount, recipient, held.proof],
      [CHAIN_ID, ETH_BASE_TOKEN, part, recipient, ether.proof],
    ];
    for (const claim of claims) {
      const receipt = await sendOnL1({ to: stateExit, data: stateExits.encodeFunctionData("claimHolding", claim) });
      assert.equal(receipt.status, 1);
    }
    const balance = await devnet.l1.provider.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [recipient]) });
    assert.equal(BigInt(balance), TOKENS - 300n);
    assert.equal(await devnet.l1.provider.getBalance(recipient), part);
    assert.equal(proveHolding(rebuilt, `0x${"5b".repeat(20)}`, token), undefined);
    const options = { blocks: { type: "instant" }, batches: { maxAgeMs: undefined, maxTransactions: undefined }, minGasPriceWei: 0n } as const;
    const others = { l1: devnet.l1.provider, connect: connectChain, clock: systemClock, prover, operator: operator(), onStop: () => undefined };
    await assert.rejects(continueChain(rebuilt, options, others), { name: "ContinuationError", code: "ChainExited" });
  });
});

async function initCode(artifact: string): Promise<string> {
  return (await hre.artifacts.readArtifact(artifact)).bytecode;
}

/** A small generator, so that a failing run can be repeated from its seed. */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
