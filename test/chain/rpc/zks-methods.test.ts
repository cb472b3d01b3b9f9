import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AbiCoder, Interface } from "ethers";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashL2Log, L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import { predeployTransactions } from "../../../src/chain/predeploys/system-transactions.ts";
import { accountHeader } from "../../../src/chain/model/genesis.ts";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import type { BatchCounts, SettlementPlace, SettlementView } from "../../../src/chain/rpc/zks/settlement-view.ts";
import { genesisState } from "../../../src/chain/state/genesis-state.ts";
import type { StateProof } from "../../../src/chain/state/state-proof.ts";
import { testContract, type TestContract } from "../support/artifact.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID, COINBASE } from "../support/engine.ts";
import { CONFIGURATION, configuration, extensions, realGenesis } from "../support/predeploys.ts";
import { TestWallet } from "../support/wallet.ts";
import { verifyProof } from "../state/support/verify-proof.ts";

const ETHER = 10n ** 18n;
const GAS_PRICE = 1_000_000n;
const SINK: Hex = `0x${"c4".repeat(20)}`;
const ADDRESSES = {
  bridgehub: `0x${"a1".repeat(20)}`,
  hyperchain: `0x${"a2".repeat(20)}`,
  bridge: `0x${"a3".repeat(20)}`,
} as const;
/** Stores 5 in slot 7 and 6 in slot 8. */
const STORE: Hex = `0x${"d6".repeat(20)}`;
const STORE_CODE: Hex = "0x6005600755600660085500";

/** A settlement layer that is as far as the test says. */
class FakeSettlement implements SettlementView {
  readonly chainId = CONFIGURATION.l1ChainId;
  readonly contracts = ADDRESSES;
  readonly baseToken: Hex = `0x${"00".repeat(19)}01`;
  done: BatchCounts = { committed: 0n, proven: 0n, executed: 0n };

  async counts(): Promise<BatchCounts> {
    return this.done;
  }

  async stages(batch: bigint) {
    const place = (stage: keyof BatchCounts, digit: string): SettlementPlace | undefined =>
      this.done[stage] > batch
        ? { transactionHash: `0x${digit.repeat(64)}`, blockNumber: 9, timestamp: 1_800_000_123n }
        : undefined;
    return {
      committed: place("committed", "1"),
      proven: place("proven", "2"),
      executed: place("executed", "3"),
      registryLeafIndex: this.done.executed > batch ? batch + 10n : undefined,
    };
  }
}

describe("ZK Stack's methods", () => {
  let test: TestChain;
  let methods: ReadonlyMap<string, RpcMethod>;
  let messenger: TestContract;
  const settlement = new FakeSettlement();
  const wallet = new TestWallet(95);

  before(async () => {
    messenger = await testContract("L1Messenger");
    test = await startTestChain({
      predeploys: await realGenesis(),
      initialState: [
        ...configuration,
        { address: wallet.address, balanceWei: 100n * ETHER },
        { address: STORE, code: STORE_CODE, nonce: 1n },
      ],
      extensions,
      system: predeployTransactions,
      sequencer: { firstBatch: 0n },
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: GAS_PRICE }, development: true, settlement });
  });
  after(async () => {
    await test.chain.close();
    assert.deepEqual(test.faults, []);
  });

  const ask = async <Result>(method: string, ...params: unknown[]) => (await methods.get(method)!(params, undefined)) as Result;
  const send = async (body: Hex) =>
    test.chain.submit(
      await wallet.signRaw({ to: L1_MESSENGER_ADDRESS, data: messenger.abi.encodeFunctionData("sendToL1", [body]) }),
    );

  it("B2: tell where the contracts are", async () => {
    assert.equal(await ask("zks_getBridgehubContract"), ADDRESSES.bridgehub);
    assert.equal(await ask("zks_getMainContract"), ADDRESSES.hyperchain);
    assert.equal(await ask("zks_L1ChainId"), "0x7a69");
    assert.equal(await ask("zks_getBaseTokenL1Address"), settlement.baseToken);
    const { l1SharedDefaultBridge, l2SharedDefaultBridge, l1Nullifier, l1NativeTokenVault } =
      await ask<Record<string, string>>("zks_getBridgeContracts");
    assert.deepEqual(
      [l1SharedDefaultBridge, l1Nullifier, l1NativeTokenVault],
      [ADDRESSES.bridge, ADDRESSES.bridge, ADDRESSES.bridge],
    );
    assert.equal(l2SharedDefaultBridge, "0x0000000000000000000000000000000000010003");
    const alone = chainMethods(test.chain, { gasPrice: { toldWei: GAS_PRICE }, development: false });
    assert.equal(alone.get("zks_getBridgehubContract"), undefined);
  });

  it("A9: tell what zksync-js asks of a block, and of the state that every chain begins with", async () => {
    type Genesis = {
      initial_contracts: [Hex, Hex][];
      additional_storage: Record<Hex, Record<Hex, Hex>>;
      genesis_root: Hex;
      execution_version: number;
    };
    const genesis = await ask<Genesis>("zks_getGenesis");
    // Its initial state is one of these accounts, without this chain's additions.
    const { stateRoot } = genesisState(await realGenesis());
    assert.equal(genesis.genesis_root, stateRoot);
    const codes = new Map(genesis.initial_contracts);
    assert.equal(codes.get(L1_MESSENGER_ADDRESS), await ask("eth_getCode", L1_MESSENGER_ADDRESS, "latest"));
    assert.equal(codes.has(STORE), false);
    for (const [account, slots] of Object.entries(genesis.additional_storage))
      for (const [slot, value] of Object.entries(slots)) assert.equal(await ask("eth_getStorageAt", account, slot, "0x0"), value);
    const metadata = await ask<Record<string, unknown>>("zks_getBlockMetadataByNumber", 0);
    assert.deepEqual(metadata, { pubdata_price_per_byte: "0x0", native_price: "0x0", execution_version: 2 });
    assert.equal(await ask("zks_getBlockMetadataByNumber", 1_000_000), null);
    const version = await ask<{ version_id: number; minorVersion: number; timestamp: number }>("zks_getProtocolVersion");
    assert.deepEqual([version.version_id, version.minorVersion], [2, 2]);
    assert.equal(version.timestamp, Number(test.chain.sequencer.nextEnvironment.timestamp));
    assert.equal(await ask("zks_getProtocolVersion", 7), null);
    assert.equal(await ask("zks_getBytecodeSupplierContract"), `0x${"00".repeat(20)}`);
  });

  it("B2: refuse to fill transactions in as a method that does not exist", async () => {
    await assert.rejects(ask("eth_fillTransaction", { to: SINK }), { code: -32601 });
  });

  it("B2: estimate transactions of type 0x71 and refuse what they cannot ask for", async () => {
    const call = {
      from: wallet.address,
      to: SINK,
      value: "0x1",
      type: "0x71",
      gasPrice: null,
      eip712Meta: { gasPerPubdata: "0x320", factoryDeps: [] },
    };
    const gas = await ask<Hex>("eth_estimateGas", call);
    assert.ok(BigInt(gas) >= 21_000n && BigInt(gas) < 21_210n, gas);
    assert.deepEqual(await ask("zks_estimateFee", call), {
      gas_limit: gas,
      gas_per_pubdata_limit: "0x320",
      max_fee_per_gas: "0xf4240",
      max_priority_fee_per_gas: "0xf4240",
    });
    assert.equal(await ask("eth_call", call), "0x");
    const asks = (eip712Meta: object) => ask("eth_estimateGas", { ...call, eip712Meta });
    await assert.rejects(asks({ paymasterParams: { paymaster: SINK, paymasterInput: "0x" } }), {
      data: { code: "FeatureNotSupported" },
    });
    await assert.rejects(asks({ factoryDeps: [[1]] }), { data: { code: "FeatureNotSupported" } });
  });

  it("B2: estimate operations from L1, also for senders that have nothing yet", async () => {
    const poor: Hex = `0x${"e7".repeat(20)}`;
    const estimate = async (call: object) => BigInt(await ask<Hex>("zks_estimateGasL1ToL2", call));
    const transfer = await estimate({ from: poor, to: SINK, value: `0x${ETHER.toString(16)}`, data: "0x" });
    assert.equal(transfer, 21_000n);
    // Two new slots at 22,100 each, instructions, and a quarter on top.
    const stores = await estimate({ from: poor, to: STORE });
    assert.ok(stores > 21_000n + 44_212n && stores < 21_000n + (44_300n * 5n) / 4n, String(stores));
    // The queue takes no less than 40 gas for each byte of data.
    assert.ok((await estimate({ from: poor, to: SINK, data: `0x${"00".repeat(1000)}` })) >= 61_000n);
    assert.ok((await estimate({ from: poor, data: "0x5f5ff3" })) > 53_000n);
    await assert.rejects(estimate({ from: poor, data: "0x5f5ffd" }), { code: 3 });
    await assert.rejects(estimate({ from: poor, to: L1_MESSENGER_ADDRESS, data: "0x12345678" }), { code: 3 });
  });

  it("B2: estimate a token's deposit in the form that clients ask in", async () => {
    const abi = new Interface(["function finalizeDeposit(address,address,address,uint256,bytes)"]);
    const word = (type: string, value: unknown) => AbiCoder.defaultAbiCoder().encode([type], [value]);
    const getters = AbiCoder.defaultAbiCoder().encode(
      ["bytes", "bytes", "bytes"],
      [word("string", "Token"), word("string", "TKN"), word("uint256", 18)],
    );
    const data = abi.encodeFunctionData("finalizeDeposit", [SINK, SINK, `0x${"7e".repeat(20)}`, 5n, getters]);
    const aliased: Hex = `0x${((BigInt(CONFIGURATION.l1SharedBridge) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n).toString(16).padStart(40, "0")}`;
    const gas = BigInt(
      await ask<Hex>("zks_estimateGasL1ToL2", { from: aliased, to: "0x0000000000000000000000000000000000010003", data }),
    );
    assert.ok(gas > 200_000n && gas < 600_000n, String(gas));
    await assert.rejects(ask("zks_estimateGasL1ToL2", { from: SINK, to: "0x0000000000000000000000000000000000010003", data }), {
      code: 3,
    });
  });

  it("B2: follow a batch through its stages, and prove its messages once it is executed", async () => {
    settlement.done = { committed: 0n, proven: 0n, executed: 0n };
    const [first, second] = [await send("0x0101"), await send("0x0202")];
    assert.equal(await ask("zks_getL1BatchDetails", 0), null);
    assert.equal(await ask("zks_getL2ToL1LogProof", second), null);
    await test.chain.seal();
    const blocks = test.chain.index.blocksOf(0n)!;
    assert.deepEqual(await ask("zks_getL1BatchBlockRange", "0x0"), [
      `0x${blocks.first.toString(16)}`,
      `0x${blocks.last.toString(16)}`,
    ]);
    type Details = {
      status: string;
      commitTxHash: Hex | null;
      executeTxHash: Hex | null;
      executedAt: string | null;
      l2TxCount: number;
      rootHash: Hex;
    };
    const sealed = await ask<Details>("zks_getL1BatchDetails", 0);
    assert.deepEqual([sealed.status, sealed.commitTxHash, sealed.l2TxCount], ["sealed", null, 2]);
    settlement.done = { committed: 1n, proven: 1n, executed: 0n };
    assert.equal((await ask<Details>("zks_getL1BatchDetails", 0)).commitTxHash, `0x${"1".repeat(64)}`);
    assert.equal(await ask("zks_getL2ToL1LogProof", second, 0), null);
    assert.equal((await ask<{ status: string }>("zks_getTransactionDetails", second)).status, "included");
    settlement.done = { committed: 1n, proven: 1n, executed: 1n };
    const executed = await ask<Details>("zks_getL1BatchDetails", 0);
    assert.deepEqual(
      [executed.status, executed.executeTxHash, executed.executedAt],
      ["verified", `0x${"3".repeat(64)}`, "2027-01-15T08:02:03.000Z"],
    );
    assert.deepEqual(await ask("zks_L1BatchNumber"), "0x0");
    // Since the first block of its first batch.
    const { timestamp } = await ask<{ timestamp: Hex }>("eth_getBlockByNumber", `0x${blocks.first.toString(16)}`, false);
    assert.equal((await ask<{ timestamp: number }>("zks_getProtocolVersion", 2)).timestamp, Number(timestamp));
    const transaction = await ask<{ status: string; ethProveTxHash: Hex; fee: Hex }>("zks_getTransactionDetails", second);
    assert.deepEqual([transaction.status, transaction.ethProveTxHash], ["verified", `0x${"2".repeat(64)}`]);

    for (const [hash, body, place] of [
      [first, "0x0101", 0],
      [second, "0x0202", 1],
    ] as const) {
      const proof = await ask<{ id: number; proof: Hex[]; root: Hex; batchNumber: number }>(
        "zks_getL2ToL1LogProof",
        hash,
        0,
        null,
      );
      assert.deepEqual([proof.id, proof.batchNumber], [place, 0]);
      let node = hashL2Log({
        l2ShardId: 0,
        isService: true,
        txNumberInBatch: 0,
        sender: L1_MESSENGER_ADDRESS,
        key: wordToHex(BigInt(wallet.address)),
        value: keccak(fromHex(body)),
      });
      for (const [level, sibling] of proof.proof.slice(1).entries()) {
        const [left, right] = (proof.id >> level) & 1 ? [sibling, node] : [node, sibling];
        node = keccak(fromHex(left), fromHex(right));
      }
      assert.equal(node, proof.root);
    }
    assert.equal(await ask("zks_getL2ToL1LogProof", first, 1), null);
    await assert.rejects(ask("zks_getL2ToL1LogProof", first, 0, "messageRoot"), { code: -32602 });
    await assert.rejects(ask("zks_getL2ToL1LogProof", "0x12"), { code: -32602 });
  });

  it("B2: count a block's transactions without the chain's own", async () => {
    const { blockNumber } = await ask<{ blockNumber: Hex }>("eth_getTransactionReceipt", await send("0x0303"));
    const block = await ask<{ l1TxCount: number; l2TxCount: number; l1BatchNumber: number; operatorAddress: Hex }>(
      "zks_getBlockDetails",
      Number(blockNumber),
    );
    assert.deepEqual([block.l1TxCount, block.l2TxCount, block.l1BatchNumber, block.operatorAddress], [0, 1, 1, COINBASE]);
    assert.equal(await ask("zks_getBlockDetails", 1_000_000), null);
    await assert.rejects(ask("zks_getBlockDetails", "latest"), { code: -32602 });
  });

  it("B2: prove account and storage under the root of a proven batch", async () => {
    await test.chain.submit(await wallet.signRaw({ to: STORE }));
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: ETHER }));
    await test.chain.seal();
    settlement.done = { committed: 2n, proven: 2n, executed: 1n };
    type Shown = {
      key: Hex;
      value: Hex;
      index: number;
      proof: Hex[];
      leafCount: number;
      leaf: { kind: LeafKind; key: Hex; nextKey: Hex; value: Hex };
    };
    type Proven = { l1BatchNumber: number; stateRoot: Hex; header: Shown; codeHash: Shown; storageProof: Shown[] };
    const check = ({ stateRoot }: Proven, shown: Shown, leafKind: LeafKind, address: Hex): bigint => {
      const { leaf, index, leafCount } = shown;
      const proof: StateProof = {
        leafCount,
        index,
        leafKind: leaf.kind,
        key: digestFromHex(leaf.key),
        nextKey: digestFromHex(leaf.nextKey),
        value: BigInt(leaf.value),
        siblings: shown.proof.map(digestFromHex),
      };
      const result = verifyProof(
        digestFromHex(stateRoot),
        { leafKind, address: BigInt(address), slot: BigInt(shown.key) },
        proof,
      );
      assert.ok(result.ok);
      assert.equal(result.value, BigInt(shown.value));
      return result.value;
    };
    const proven = await ask<Proven>("zks_getProof", STORE, ["0x7", wordToHex(8n), "0x9"]);
    assert.equal(proven.l1BatchNumber, 1);
    assert.deepEqual(
      proven.storageProof.map((shown) => check(proven, shown, LeafKind.storage, STORE)),
      [5n, 6n, 0n],
    );
    assert.equal(check(proven, proven.header, LeafKind.account, STORE), accountHeader(1n, 0n));
    assert.equal(check(proven, proven.codeHash, LeafKind.codeHash, STORE), BigInt(keccak(fromHex(STORE_CODE))));
    const earlier = await ask<Proven>("zks_getProof", STORE, ["0x7"], 0);
    assert.notEqual(earlier.stateRoot, proven.stateRoot);
    assert.deepEqual(
      earlier.storageProof.map((shown) => check(earlier, shown, LeafKind.storage, STORE)),
      [0n],
    );
    const sink = await ask<Proven>("zks_getProof", SINK, [], 1);
    assert.equal(check(sink, sink.header, LeafKind.account, SINK), accountHeader(0n, ETHER));

    await send("0x0404");
    await test.chain.seal();
    await assert.rejects(ask("zks_getProof", STORE, [], 2), { data: { code: "BatchNotProven" } });
    await assert.rejects(
      ask(
        "zks_getProof",
        STORE,
        Array.from({ length: 101 }, () => "0x0"),
      ),
      { code: -32005 },
    );
    await assert.rejects(ask("zks_getProof", STORE, "0x7"), { code: -32602 });
  });

  it("B2: give block tags the meaning that they have on a chain that settles", async () => {
    settlement.done = { committed: 2n, proven: 1n, executed: 1n };
    const number = async (tag: string) => BigInt((await ask<{ number: Hex }>("eth_getBlockByNumber", tag, false)).number);
    const [executed, committed] = [0n, 1n].map((batch) => test.chain.index.blocksOf(batch)!.last);
    assert.deepEqual(await Promise.all(["finalized", "safe", "committed", "latest"].map(number)), [
      executed,
      committed,
      test.chain.sequencer.head.number,
      test.chain.sequencer.head.number,
    ]);
    assert.equal(await ask("eth_getBalance", SINK, "finalized"), "0x0");
    assert.equal(BigInt(await ask<Hex>("eth_getBalance", SINK, "committed")), ETHER);
    assert.equal(await ask("eth_getTransactionCount", wallet.address, "committed"), `0x${wallet.nonce.toString(16)}`);
    const logs = await ask<unknown[]>("eth_getLogs", { address: L1_MESSENGER_ADDRESS, fromBlock: "0x0", toBlock: "finalized" });
    assert.equal(logs.length, 2);
    for (const tag of ["__proto__", "constructor", "toString"])
      await assert.rejects(number(tag), { code: -32602, message: /is not a number/ }, tag);
    settlement.done = { committed: 0n, proven: 0n, executed: 0n };
    assert.equal(await number("finalized"), 0n);
  });

  it("B2: tell a message's steps on the chain that sent it", async () => {
    settlement.done = { committed: 3n, proven: 1n, executed: 1n };
    const hash = await send("0x0505");
    type Message = {
      messageHash: Hex;
      type: string;
      sender: Hex;
      indexInBatch: Hex;
      registryLeafIndex: Hex | null;
      steps: { step: string; chainId: Hex; transactionHash: Hex }[];
    };
    const [open] = await ask<Message[]>("hyperchain_getMessage", hash);
    assert.deepEqual(
      [open?.messageHash, open?.type, open?.sender, open?.steps.map(({ step }) => step)],
      [keccak(fromHex("0x0505")), "message", wallet.address, ["initiated"]],
    );
    const [executed] = await ask<Message[]>("hyperchain_getMessage", keccak(fromHex("0x0202")));
    assert.deepEqual(
      executed?.steps.map(({ step, chainId }) => [step, Number(chainId)]),
      [
        ["initiated", CHAIN_ID],
        ["settled", 31337],
        ["inTransactionRoot", 31337],
      ],
    );
    assert.deepEqual([executed?.indexInBatch, executed?.registryLeafIndex], ["0x1", "0xa"]);
    assert.deepEqual(await ask("hyperchain_getMessage", wordToHex(1n)), []);
    await assert.rejects(ask("hyperchain_getMessage", "0x1234"), { code: -32602 });
  });
});
