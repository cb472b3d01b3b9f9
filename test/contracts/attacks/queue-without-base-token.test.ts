import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, id, type BaseContract } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { accountsOf, ZERO_ADDRESS } from "../l1/support/assets.ts";
import { operationAt, TestChain } from "../l1/support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

/** TokenDouble's manner of a token that is paused, or that has the sender on a list. */
const REVERTS = 5;

describe("a queue whose base token cannot be had", () => {
  let ecosystem: Ecosystem;
  let baseToken: BaseContract;
  let other: BaseContract;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    [baseToken, other] = [await ecosystem.l1.deploy("TokenDouble"), await ecosystem.l1.deploy("TokenDouble")];
    for (const token of [baseToken, other]) {
      await send(token, "mint", ecosystem.accounts[0]!.address, 10n ** 18n);
      await send(token, "approve", await ecosystem.bridge.getAddress(), 10n ** 18n);
    }
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> => {
    const configuration = { ...(await defaultConfiguration(ecosystem, nextChainId++)), baseToken: await baseToken.getAddress() };
    return TestChain.create(ecosystem, { ...configuration, ...overrides });
  };
  const requestOf = (chain: TestChain, overrides: Record<string, unknown> = {}) => ({
    chainId: chain.configuration.chainId,
    mintValue: 0n,
    l2Contract: ZERO_ADDRESS,
    l2Value: 0n,
    l2Calldata: "0x",
    l2GasLimit: 21_000n,
    l2GasPerPubdataByteLimit: 800n,
    factoryDeps: [],
    refundRecipient: ZERO_ADDRESS,
    ...overrides,
  });
  const direct = (chain: TestChain, overrides: Record<string, unknown> = {}, value = 0n, sender = 0) =>
    send(as(ecosystem.factory, ecosystem.accounts[sender]!), "requestL2TransactionDirect", requestOf(chain, overrides), {
      value,
    });
  const withdrawal = {
    l2Contract: "0x0000000000000000000000000000000000010003",
    l2Calldata: `${id("withdraw(address,address,uint256)").slice(0, 10)}${"12".repeat(96)}`,
    l2GasLimit: 180_000n,
  };

  test("has an exit: a halted chain is stopped without its base token", async () => {
    const chain = await create();
    await send(baseToken, "setManner", REVERTS);
    await assertReverts(direct(chain, { mintValue: 10n ** 9n }), "TokenCallFailed");
    await direct(chain);
    const { reserved, maxFeePerGas } = (await operationAt(chain, 0)) as { reserved: readonly bigint[]; maxFeePerGas: bigint };
    assert.deepEqual([reserved[0], maxFeePerGas], [0n, 0n]);
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
    await send(baseToken, "setManner", 0);
  });

  test("takes withdrawals and deposits of other assets, which pay nothing on L2", async () => {
    const chain = await create();
    await send(baseToken, "setManner", REVERTS);
    await direct(chain, withdrawal, 0n, 4);
    const operation = (await operationAt(chain, 0)) as unknown as { from: bigint; to: bigint; data: Hex };
    assert.deepEqual(
      [operation.from, operation.to, operation.data],
      [BigInt(ecosystem.accounts[4]!.address), 0x10003n, withdrawal.l2Calldata],
    );
    const secondBridgeCalldata = AbiCoder.defaultAbiCoder().encode(
      ["address", "uint256", "address"],
      [await other.getAddress(), 70n, ecosystem.accounts[4]!.address],
    );
    const { chainId, mintValue, l2Value, l2GasPerPubdataByteLimit, refundRecipient } = requestOf(chain);
    await send(ecosystem.factory, "requestL2TransactionTwoBridges", {
      chainId,
      mintValue,
      l2Value,
      l2GasPerPubdataByteLimit,
      refundRecipient,
      l2GasLimit: 500_000n,
      secondBridgeCalldata,
      secondBridgeAddress: await ecosystem.bridge.getAddress(),
      secondBridgeValue: 0n,
    });
    assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, await other.getAddress()), [70n, 0n, 0n]);
    assert.equal(await view(chain.contract, "getTotalPriorityTxs"), 2n);
    await send(baseToken, "setManner", 0);
  });

  test("pays the deposits of a stopped chain back, whatever its base token does", async () => {
    const chain = await create();
    const depositor = ecosystem.accounts[0]!.address;
    const token = await other.getAddress();
    const secondBridgeCalldata = AbiCoder.defaultAbiCoder().encode(["address", "uint256", "address"], [token, 30n, depositor]);
    const { chainId, l2Value, l2GasPerPubdataByteLimit, refundRecipient } = requestOf(chain);
    await send(ecosystem.factory, "requestL2TransactionTwoBridges", {
      chainId,
      mintValue: 10n ** 9n,
      l2Value,
      l2GasPerPubdataByteLimit,
      refundRecipient,
      l2GasLimit: 500_000n,
      secondBridgeCalldata,
      secondBridgeAddress: await ecosystem.bridge.getAddress(),
      secondBridgeValue: 0n,
    });
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
    await send(baseToken, "setManner", REVERTS);
    await assertReverts(send(chain.contract, "refundOperation", await operationAt(chain, 0)), "TokenCallFailed");
    const before = await view<bigint>(other, "balanceOf", depositor);
    await send(chain.contract, "refundDeposit", 0, { depositor, token, amount: 30n });
    assert.equal((await view<bigint>(other, "balanceOf", depositor)) - before, 30n);
    await send(baseToken, "setManner", 0);
    await send(chain.contract, "refundOperation", await operationAt(chain, 0));
  });

  test("takes a knock past a filter that refuses everybody, and nothing else", async () => {
    const filterer = await ecosystem.l1.deploy("FiltererDouble", "0x00000000000000000000000000000000000000aa");
    const chain = await create({ transactionFilterer: await filterer.getAddress() });
    await assertReverts(direct(chain, withdrawal), "TransactionNotAllowed");
    await assertReverts(direct(chain, { l2Calldata: "0x00", l2GasLimit: 100_000n }), "TransactionNotAllowed");
    await assertReverts(direct(chain, { l2Contract: ecosystem.accounts[1]!.address }), "TransactionNotAllowed");
    await assertReverts(direct(chain, { mintValue: 10n ** 9n }), "TransactionNotAllowed");
    await direct(chain, {}, 0n, 5);
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
  });

  test("gives nothing away: free operations carry no value, and little gas", async () => {
    const chain = await create({ baseToken: (await defaultConfiguration(ecosystem, 1n)).baseToken });
    await assertReverts(direct(chain, { l2Value: 1n }), "MintValueTooLow(1, 0)");
    await assertReverts(direct(chain, { l2GasLimit: 100_001n }), "MintValueTooLow(1600010, 0)");
    await assertReverts(direct(chain, {}, 1n), "EtherAmountMismatch(0, 1)");
    await assertReverts(direct(chain, { mintValue: 1n }, 1n), "MintValueTooLow(810000, 1)");
    await assertReverts(direct(chain, { l2GasLimit: 20_999n }), "GasLimitTooLow(21000, 20999)");
  });
});
