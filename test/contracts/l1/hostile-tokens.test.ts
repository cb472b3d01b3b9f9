import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { accountsOf, assetMessage, claimOf, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { TestChain, type FormedBatch } from "./support/chain.ts";
import {
  addressOf,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  hexAddress,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const MANNERS = { nothing: 1, false: 2, two: 3, megabyte: 4, reverts: 5, short: 6 };
const abi = AbiCoder.defaultAbiCoder();

describe("tokens of odd and hostile behaviour", () => {
  let ecosystem: Ecosystem;
  let chain: TestChain;
  let user: string;
  before(async () => {
    ecosystem = await deployEcosystem();
    user = ecosystem.accounts[0]!.address;
    chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n));
  });
  after(() => ecosystem.l1.close());

  async function deployToken(): Promise<{ token: BaseContract; address: Hex }> {
    const token = await ecosystem.l1.deploy("TokenDouble");
    await send(token, "mint", user, 10n ** 24n);
    await send(token, "approve", await ecosystem.bridge.getAddress(), 1n << 255n);
    return { token, address: await hexAddress(token) };
  }

  test("a token that returns nothing is taken and paid out", async () => {
    const { token, address } = await deployToken();
    await send(token, "setManner", MANNERS.nothing);
    await depositToken(ecosystem, chain, address, 100n);
    const withdrawal = assetMessage(ecosystem, { originToken: address, amount: 60n, recipient: addressOf(0xbeef) });
    const formed = await settleNext([withdrawal]);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, formed, formed.logLeaves.length - 1, withdrawal));
    assert.equal(await view(token, "balanceOf", addressOf(0xbeef)), 60n);
  });

  for (const manner of ["false", "two", "reverts", "short"] as const) {
    test(`an answer that is not true is a failure: ${manner}`, async () => {
      const { token, address } = await deployToken();
      await send(token, "setManner", MANNERS[manner]);
      await assertReverts(depositToken(ecosystem, chain, address, 100n), `TokenCallFailed(${address})`);
      assert.deepEqual(await accountsOf(ecosystem, 270n, address), [0n, 0n, 0n]);
    });
  }

  test("an answer of a megabyte is not copied", async () => {
    const { token, address } = await deployToken();
    await send(token, "setManner", MANNERS.megabyte);
    // The token pays for its own memory; its first word is true.
    await depositToken(ecosystem, chain, address, 100n);
    assert.deepEqual(await accountsOf(ecosystem, 270n, address), [100n, 0n, 0n]);
  });

  test("fees, bonuses and empty promises are refused", async () => {
    const { token, address } = await deployToken();
    await send(token, "setFee", 1n);
    await assertReverts(depositToken(ecosystem, chain, address, 100n), "TokenAmountMismatch(100, 99)");
    await send(token, "setFee", 0n);
    await send(token, "setBonus", 5n);
    await assertReverts(depositToken(ecosystem, chain, address, 100n), "TokenAmountMismatch(100, 105)");
    await send(token, "setBonus", 0n);
    await send(token, "setSilent", true);
    await assertReverts(depositToken(ecosystem, chain, address, 100n), "TokenAmountMismatch(100, 0)");
    assert.deepEqual(await accountsOf(ecosystem, 270n, address), [0n, 0n, 0n]);
  });

  test("rejects an address without code as a token", async () => {
    await assertReverts(depositToken(ecosystem, chain, addressOf(0xdead), 1n), `TokenWithoutCode(${addressOf(0xdead)})`);
  });

  test("a token with a name too long to tell is deposited without one", async () => {
    const { token, address } = await deployToken();
    await send(token, "setName", "x".repeat(2_000));
    await depositToken(ecosystem, chain, address, 1n);
    const getters = await view<string>(ecosystem.bridge, "getERC20Getters", address, ecosystem.chainId);
    const [, name, symbol] = abi.decode(["uint256", "bytes", "bytes", "bytes"], `0x${getters.slice(4)}`);
    assert.equal(name, "0x");
    assert.deepEqual([...abi.decode(["string"], symbol as string)], ["TKN"]);
  });

  test("a token that calls back while it is pulled or paid out gets nowhere", async () => {
    const { token, address } = await deployToken();
    const { token: honest, address: honestAddress } = await deployToken();
    await depositToken(ecosystem, chain, honestAddress, 500n);
    await depositToken(ecosystem, chain, address, 500n);
    const withdrawals = [honestAddress, address, address].map((originToken, i) =>
      assetMessage(ecosystem, { originToken, amount: 100n, recipient: addressOf(0xfeed), nonce: BigInt(i) }),
    );
    const formed = await settleNext(withdrawals);
    const first = formed.logLeaves.length - 3;
    const claims = withdrawals.map((withdrawal, i) => claimOf(chain, formed, first + i, withdrawal));
    const finalize = (i: number): string => ecosystem.bridge.interface.encodeFunctionData("finalizeDeposit", [claims[i]]);
    const direct = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionDirect", [
      {
        chainId: 270n,
        mintValue: 0n,
        l2Contract: user,
        l2Value: 0n,
        l2Calldata: "0x",
        l2GasLimit: 100_000n,
        l2GasPerPubdataByteLimit: 800n,
        factoryDeps: [],
        refundRecipient: ZERO_ADDRESS,
      },
    ]);
    const attacks: readonly [BaseContract, string, string][] = [
      [ecosystem.bridge, finalize(0), "Reentered"],
      [ecosystem.bridge, finalize(1), "Reentered"],
      [ecosystem.factory, direct, "Reentered"],
    ];
    for (const [target, data, expected] of attacks) {
      await send(token, "setAttack", await target.getAddress(), data);
      await depositToken(ecosystem, chain, address, 10n);
      const result = await view<string>(token, "attackResult");
      assert.equal(target.interface.parseError(result)?.name, expected);
    }
    await send(token, "setAttack", await ecosystem.bridge.getAddress(), finalize(2));
    await send(ecosystem.bridge, "finalizeDeposit", claims[1]);
    assert.equal(ecosystem.bridge.interface.parseError(await view<string>(token, "attackResult"))?.name, "Reentered");
    assert.equal(await view(token, "balanceOf", addressOf(0xfeed)), 100n);
    assert.equal(await view(honest, "balanceOf", addressOf(0xfeed)), 0n);
    assert.deepEqual(await accountsOf(ecosystem, 270n, honestAddress), [400n, 100n, 0n]);
  });

  test("a recipient of ETH who calls back claims nothing twice", async () => {
    const greedy = await ecosystem.l1.deploy("GreedyRecipient");
    await chain.request({}, 10n ** 9n);
    const withdrawal = assetMessage(ecosystem, { amount: 1_000n, recipient: await hexAddress(greedy) });
    const formed = await settleNext([withdrawal]);
    const claim = claimOf(chain, formed, formed.logLeaves.length - 1, withdrawal);
    const data = ecosystem.bridge.interface.encodeFunctionData("finalizeDeposit", [claim]);
    await send(greedy, "prepare", await ecosystem.bridge.getAddress(), data);
    await send(ecosystem.bridge, "finalizeDeposit", claim);
    assert.equal(await view(greedy, "succeeded"), false);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(await greedy.getAddress()), 1_000n);
  });

  test("a recipient that refuses ETH leaves its claim open", async () => {
    const contract = await ecosystem.l1.deploy("RequestingContract");
    await send(contract, "setRefusesEther", true);
    const recipient = await hexAddress(contract);
    const withdrawal = assetMessage(ecosystem, { amount: 10n, recipient });
    const formed = await settleNext([withdrawal]);
    const claim = claimOf(chain, formed, formed.logLeaves.length - 1, withdrawal);
    await assertReverts(send(ecosystem.bridge, "finalizeDeposit", claim), `EtherTransferFailed(${recipient}, 10)`);
    await send(contract, "setRefusesEther", false);
    await send(ecosystem.bridge, "finalizeDeposit", claim);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(recipient), 10n);
  });

  test("a hostile token as base token harms only its own chain", async () => {
    const { token, address } = await deployToken();
    const own = await TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, 666n)), baseToken: address });
    await send(token, "setSilent", true);
    const request = {
      chainId: 666n,
      mintValue: 10n ** 9n,
      l2Contract: user,
      l2Value: 0n,
      l2Calldata: "0x",
      l2GasLimit: 100_000n,
      l2GasPerPubdataByteLimit: 800n,
      factoryDeps: [],
      refundRecipient: ZERO_ADDRESS,
    };
    await assertReverts(send(ecosystem.factory, "requestL2TransactionDirect", request), "TokenAmountMismatch(1000000000, 0)");
    await send(token, "setSilent", false);
    const receipt = await send(ecosystem.factory, "requestL2TransactionDirect", request);
    assert.equal(eventsOf(own.contract, receipt, "NewPriorityRequestId").length, 1);
    assert.equal(await view(ecosystem.bridge, "chainBalance", 666n, assetId(ecosystem.chainId, address)), 10n ** 9n);
  });

  /** Settles a batch with these messages behind the results of all operations that wait. */
  async function settleNext(logs: readonly PubdataLog[]): Promise<FormedBatch> {
    const total = await view<bigint>(chain.contract, "getTotalPriorityTxs");
    const hashes: Hex[] = [];
    for (let i = chain.last.priorityOpTotal; i < total; i++) {
      hashes.push((await view<{ hash: Hex }>(chain.contract, "priorityOperation", i)).hash);
    }
    const results = hashes.map(() => ({ type: "priorityOp", success: true }) as const);
    return (await chain.settle({ canonicalTxHashes: hashes, logs: [...results, ...logs] })).formed;
  }
});
