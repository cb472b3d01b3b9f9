import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getCreateAddress, ZeroAddress, type BaseContract } from "ethers";
import { canonicalTxHash, type L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { operationAt, TestChain } from "./support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  hexAddress,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const FRACTION = 1n << 32n;

describe("priority queue", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  const request = (chain: TestChain, overrides: Record<string, unknown> = {}) => ({
    chainId: chain.configuration.chainId,
    mintValue: 10n ** 9n,
    l2Contract: "0x00000000000000000000000000000000000000cc",
    l2Value: 7n,
    l2Calldata: "0x1234",
    l2GasLimit: 100_000n,
    l2GasPerPubdataByteLimit: 800n,
    factoryDeps: [],
    refundRecipient: "0x00000000000000000000000000000000000000dd",
    ...overrides,
  });
  const direct = async (chain: TestChain, overrides: Record<string, unknown> = {}, factory: BaseContract = ecosystem.factory) => {
    const fields = request(chain, overrides);
    return send(factory, "requestL2TransactionDirect", fields, { value: fields.mintValue });
  };
  const deadlineOf = async (chain: TestChain, index: number): Promise<bigint> =>
    (await view<{ deadline: bigint }>(chain.contract, "priorityOperation", index)).deadline;

  test("queues a canonical transaction whose hash TypeScript computes too, with ZK Stack's event", async () => {
    const chain = await create();
    const sender = ecosystem.accounts[3]!;
    await direct(chain);
    const receipt = await direct(chain, {}, as(ecosystem.factory, sender));
    const expected: L2CanonicalTransaction = {
      txType: 255n,
      from: BigInt(sender.address),
      to: 0xccn,
      gasLimit: 100_000n,
      gasPerPubdataByteLimit: 800n,
      maxFeePerGas: 10n,
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce: 1n,
      value: 7n,
      reserved: [10n ** 9n, 0xddn, BigInt((await receipt.getBlock()).timestamp), 0n],
      data: "0x1234",
      signature: "0x",
      factoryDeps: [],
      paymasterInput: "0x",
      reservedDynamic: "0x",
    };
    const hash = canonicalTxHash(expected);
    const [event] = eventsOf(chain.contract, receipt, "NewPriorityRequest");
    assert.equal(event!.topic, "0x4531cd5795773d7101c17bdeb9f5ab7f47d7056017506f937083be5d6e77a382", "ZK Stack's topic");
    assert.deepEqual([event!.args["txId"], event!.args["txHash"]], [1n, hash]);
    const operation = await view<{ hash: string; payer: string }>(chain.contract, "priorityOperation", 1);
    assert.deepEqual([operation.hash, operation.payer], [hash, sender.address]);
    assert.equal(await view(chain.contract, "getTotalPriorityTxs"), 2n);
    assert.equal(await view(chain.contract, "getPriorityQueueSize"), 2n);
    assert.equal(
      await view(
        ecosystem.bridge,
        "chainBalance",
        chain.configuration.chainId,
        await view(ecosystem.bridge, "assetId", chain.configuration.baseToken),
      ),
      2n * 10n ** 9n,
    );
  });

  test("aliases contracts, as senders and as receivers of refunds, but no account with a key", async () => {
    const chain = await create();
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const alias = aliasOf(270n, await hexAddress(contract));
    const factoryAddress = await ecosystem.factory.getAddress();
    const requestBy = async (refundRecipient: string): Promise<[from: bigint, refund: bigint]> => {
      const data = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionDirect", [
        request(chain, { refundRecipient }),
      ]);
      const receipt = await send(contract, "call", factoryAddress, data, { value: 10n ** 9n });
      const [event] = eventsOf(chain.contract, receipt, "NewPriorityRequest");
      const { from, reserved } = event!.args["transaction"] as { from: bigint; reserved: bigint[] };
      return [from, reserved[1]!];
    };
    const zero = `0x${"00".repeat(20)}`;
    assert.deepEqual(await requestBy(zero), [BigInt(alias), BigInt(alias)]);
    assert.deepEqual(await requestBy(await contract.getAddress()), [BigInt(alias), BigInt(alias)]);
    assert.deepEqual(await requestBy(ecosystem.accounts[4]!.address), [BigInt(alias), BigInt(ecosystem.accounts[4]!.address)]);
    const receipt = await direct(chain, { refundRecipient: zero });
    const [event] = eventsOf(chain.contract, receipt, "NewPriorityRequest");
    const { from, reserved } = event!.args["transaction"] as { from: bigint; reserved: bigint[] };
    assert.deepEqual([from, reserved[1]], [BigInt(ecosystem.accounts[0]!.address), BigInt(ecosystem.accounts[0]!.address)]);
  });

  test("aliases contracts that request from their constructor too, whether or not they name themselves", async () => {
    const chain = await create();
    const [deployer] = ecosystem.accounts;
    const factory = await ecosystem.factory.getAddress();
    const magic = await view<Hex>(await ecosystem.l1.deploy("SecondBridgeDouble", wordToHex(0n)), "MAGIC");
    const secondBridgeAddress = await (await ecosystem.l1.deploy("SecondBridgeDouble", magic)).getAddress();
    const twoBridges = (refundRecipient: string) => ({
      chainId: chain.configuration.chainId,
      mintValue: 10n ** 9n,
      l2Value: 7n,
      l2GasLimit: 100_000n,
      l2GasPerPubdataByteLimit: 800n,
      refundRecipient,
      secondBridgeAddress,
      secondBridgeValue: 0n,
      secondBridgeCalldata: "0x",
    });
    for (const named of [false, true]) {
      for (const method of ["requestL2TransactionDirect", "requestL2TransactionTwoBridges"]) {
        const own = getCreateAddress({ from: deployer!.address, nonce: await deployer!.getNonce() });
        const refundRecipient = named ? own : ZeroAddress;
        const fields =
          method === "requestL2TransactionDirect" ? request(chain, { refundRecipient }) : twoBridges(refundRecipient);
        const data = ecosystem.factory.interface.encodeFunctionData(method, [fields]);
        const contract = await ecosystem.l1.ethers.deployContract("ConstructorRequester", [factory, data], { value: 10n ** 9n });
        assert.equal(await contract.getAddress(), own);
        const index = (await view<bigint>(chain.contract, "getTotalPriorityTxs")) - 1n;
        const { reserved } = await operationAt(chain, Number(index));
        assert.equal(reserved[1], BigInt(aliasOf(270n, own.toLowerCase() as Hex)), `${method}, named: ${String(named)}`);
      }
    }
  });

  test("an account with an EIP-7702 delegation gets its refunds itself", async () => {
    const chain = await create();
    const delegated = ecosystem.accounts[7]!.address;
    await ecosystem.l1.ethers.provider.send("hardhat_setCode", [delegated, `0xef0100${"ab".repeat(20)}`]);
    const receipt = await direct(chain, { refundRecipient: delegated });
    const [event] = eventsOf(chain.contract, receipt, "NewPriorityRequest");
    assert.equal((event!.args["transaction"] as { reserved: bigint[] }).reserved[1], BigInt(delegated));
  });

  test("caps gas and calldata and wants the gas paid", async () => {
    const chain = await create();
    await assertReverts(direct(chain, { l2GasLimit: 21_079n }), "GasLimitTooLow(21080, 21079)");
    await assertReverts(direct(chain, { l2GasLimit: 8_000_001n }), "GasLimitTooHigh(8000000, 8000001)");
    await assertReverts(direct(chain, { l2Calldata: `0x${"00".repeat(32_769)}` }), "CalldataTooLong(32768, 32769)");
    await assertReverts(direct(chain, { factoryDeps: ["0x00"] }), "FactoryDepsUnsupported(1)");
    const cost = await view<bigint>(
      ecosystem.factory,
      "l2TransactionBaseCost",
      chain.configuration.chainId,
      123n,
      100_000n,
      800n,
    );
    // Price 10, and 60,000 gas in addition to the operation's gas.
    assert.equal(cost, 1_600_000n);
    await assertReverts(direct(chain, { mintValue: cost + 6n }), "MintValueTooLow(1600007, 1600006)");
    await assertReverts(direct(chain, { mintValue: 5n }), "MintValueTooLow(7, 5)");
    await assertReverts(direct(chain, { l2Value: (1n << 256n) - 1n }), "MintValueTooLow");
    await direct(chain, { mintValue: cost + 7n });
    await direct(chain, { l2GasLimit: 8_000_000n, l2Calldata: `0x${"00".repeat(32_768)}` });
  });

  test("takes exactly the base token and caps its sum below the chain's reserve", async () => {
    const chain = await create();
    const fields = request(chain);
    await assertReverts(
      send(ecosystem.factory, "requestL2TransactionDirect", fields, { value: 5n }),
      "EtherAmountMismatch(1000000000, 5)",
    );
    await assertReverts(send(ecosystem.factory, "requestL2TransactionDirect", fields), "EtherAmountMismatch(1000000000, 0)");
    const token = await ecosystem.l1.deploy("TokenDouble");
    const tokenChain = await create({ baseToken: await token.getAddress() });
    const limit = 1n << 126n;
    await send(token, "mint", ecosystem.accounts[0]!.address, limit + 10n ** 9n);
    await send(token, "approve", await ecosystem.bridge.getAddress(), limit + 10n ** 9n);
    const ask = (mintValue: bigint) => send(ecosystem.factory, "requestL2TransactionDirect", request(tokenChain, { mintValue }));
    await assertReverts(
      send(ecosystem.factory, "requestL2TransactionDirect", request(tokenChain), { value: 1n }),
      "EtherAmountMismatch(0, 1)",
    );
    await ask(limit);
    await assertReverts(ask(10n ** 9n), `BaseTokenLimitExceeded(${limit}, ${limit + 10n ** 9n})`);
  });

  test("an idle queue gives the window, a full one the time that earlier gas needs", async () => {
    const chain = await create({ priorityOpWindow: 100n, priorityGasPerSecond: 50_000n });
    const deadlines: bigint[] = [];
    for (let i = 0; i < 4; i++) {
      await direct(chain, { l2GasLimit: 1_000_000n });
      deadlines.push(await deadlineOf(chain, i));
    }
    const now = await ecosystem.latestTimestamp();
    assert.ok(deadlines[0]! <= (now + 100n) * FRACTION && deadlines[0]! >= (now + 90n) * FRACTION);
    // 1,000,000 gas and 60,000 at 50,000 a second: 21.2 seconds each.
    for (let i = 1; i < 4; i++) assert.equal(deadlines[i]! - deadlines[i - 1]!, (106n * FRACTION) / 5n);
    await ecosystem.increaseTime(1_000n);
    await direct(chain);
    assert.equal(await deadlineOf(chain, 4), ((await ecosystem.latestTimestamp()) + 100n) * FRACTION);
  });

  test("a flood of small operations is spread by its gas, with no rounding in its favour", async () => {
    const chain = await create({ priorityOpWindow: 10n, priorityGasPerSecond: 100_000n });
    const gas = 25_000n;
    for (let i = 0; i < 12; i++) await direct(chain, { l2GasLimit: gas });
    const first = await deadlineOf(chain, 0);
    for (let i = 1; i < 12; i++) {
      const spread = (await deadlineOf(chain, i)) - first;
      assert.ok(spread >= BigInt(i) * ((gas * FRACTION) / 100_000n), "not due faster than the sequencer must be able to take");
      // Each request is its own L1 block here, so the clock may move the deadline on; never by more than that.
      assert.ok(spread <= BigInt(i + 1) * FRACTION * 2n);
    }
  });

  test("only the factory queues; a chain's filterer keeps others out", async () => {
    const filterer = await ecosystem.l1.deploy("FiltererDouble", ecosystem.accounts[2]!.address);
    const chain = await create({ transactionFilterer: await filterer.getAddress() });
    const { chainId: _, ...rest } = {
      ...request(chain),
      sender: ecosystem.accounts[0]!.address,
      contractL2: `0x${"00".repeat(20)}` as Hex,
    };
    const factoryAddress = await hexAddress(ecosystem.factory);
    await assertReverts(
      send(chain.contract, "bridgehubRequestL2Transaction", rest, ecosystem.accounts[0]!.address),
      `OnlyFactory(${factoryAddress}, ${ecosystem.accounts[0]!.address.toLowerCase()})`,
    );
    await assertReverts(direct(chain), `TransactionNotAllowed(${ecosystem.accounts[0]!.address.toLowerCase()})`);
    await direct(chain, {}, as(ecosystem.factory, ecosystem.accounts[2]!));
  });

  test("an unknown chain takes no requests", async () => {
    const chain = await create();
    await assertReverts(direct(chain, { chainId: 12_345n }), "UnknownChain(12345)");
    await assertReverts(view(ecosystem.factory, "l2TransactionBaseCost", 12_345n, 1n, 1n, 1n), "UnknownChain(12345)");
  });
});
