import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { type Hex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { accountsOf, assetMessage, claimOf, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { operationAt, TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  eventsOf,
  hexAddress,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const NO_DEPOSIT = { depositor: ZERO_ADDRESS, token: ZERO_ADDRESS, amount: 0n };
const NEVER = (1n << 256n) - 1n;

describe("exit", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  const opensAt = (chain: TestChain): Promise<bigint> => view(chain.contract, "exitOpensAt");
  const refund = (chain: TestChain, operation: unknown) =>
    send(as(chain.contract, ecosystem.accounts[6]!), "refundOperation", operation);
  const refundDeposit = (chain: TestChain, index: number, deposit: unknown) =>
    send(as(chain.contract, ecosystem.accounts[6]!), "refundDeposit", index, deposit);

  test("opens when the oldest unexecuted operation is past deadline, window and delay, and not before", async () => {
    const chain = await create();
    assert.equal(await opensAt(chain), NEVER);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
    await chain.request();
    const requestedAt = await ecosystem.latestTimestamp();
    assert.equal(await opensAt(chain), requestedAt + 1_200n);
    await ecosystem.increaseTime(1_100n);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
    await ecosystem.increaseTime(200n);
    const receipt = await send(as(chain.contract, ecosystem.accounts[9]!), "activateExit");
    assert.equal(eventsOf(chain.contract, receipt, "ExitActivated").length, 1);
    assert.equal(await view(chain.contract, "exited"), true);
  });

  test("committing or proving an operation does not stop the clock; executing it does", async () => {
    const chain = await create();
    const hash = await chain.request();
    const opens = await opensAt(chain);
    const formed = await chain.form({ canonicalTxHashes: [hash], logs: [{ type: "priorityOp", success: true }] });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    assert.equal(await opensAt(chain), opens);
    await chain.execute(stored, formed);
    assert.equal(await opensAt(chain), NEVER);
    await ecosystem.increaseTime(5_000n);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
  });

  test("a flood does not push an earlier operation's exit back", async () => {
    const chain = await create({ priorityGasPerSecond: 50_000n });
    await chain.request();
    const opens = await opensAt(chain);
    for (let i = 0; i < 5; i++) await chain.request({ l2GasLimit: 1_000_000n });
    assert.equal(await opensAt(chain), opens);
  });

  test("a flood that was executed does not put off the exit of what comes after it", async () => {
    const chain = await create({ priorityGasPerSecond: 50_000n });
    const hashes: Hex[] = [];
    for (let i = 0; i < 5; i++) hashes.push(await chain.request({ l2GasLimit: 8_000_000n }));
    const deadlineOf = async (index: number): Promise<bigint> =>
      (await view<{ deadline: bigint }>(chain.contract, "priorityOperation", index)).deadline >> 32n;
    // By hand: 8,060,000 gas at 50,000 a second are 161.2 seconds.
    assert.ok((await deadlineOf(4)) - (await deadlineOf(0)) >= 4n * 161n);
    const settle = (taken: readonly Hex[]) =>
      chain.settle({ canonicalTxHashes: taken, logs: taken.map(() => ({ type: "priorityOp", success: true })) });
    // As long as one of them waits, what comes after it waits too.
    await settle(hashes.slice(0, 4));
    const behind = await chain.request();
    assert.ok((await deadlineOf(5)) > (await deadlineOf(4)));
    await settle([...hashes.slice(4), behind]);
    await chain.request();
    assert.equal(await deadlineOf(6), (await ecosystem.latestTimestamp()) + 100n);
    assert.ok((await deadlineOf(6)) < (await deadlineOf(4)));
    assert.equal(await opensAt(chain), (await ecosystem.latestTimestamp()) + 1_200n);
  });

  test("stops the chain: unexecuted batches are void and every verb is refused", async () => {
    const chain = await create();
    await chain.settle();
    const hash = await chain.request();
    const formed = await chain.form({ canonicalTxHashes: [hash], logs: [{ type: "priorityOp", success: true }] });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
    const counts = ["Committed", "Verified", "Executed"].map((stage) => view<bigint>(chain.contract, `getTotalBatches${stage}`));
    assert.deepEqual(await Promise.all(counts), [1n, 1n, 1n]);
    const next = await chain.form();
    await assertReverts(
      send(chain.contract, "commitBatches", next.previous, [
        { batch: next.commit, approval: await chain.sign(next.expected.commitment) },
      ]),
      "ChainExited()",
    );
    await assertReverts(chain.prove(stored), "ChainExited()");
    await assertReverts(chain.execute(stored, formed), "ChainExited()");
    await assertReverts(send(chain.contract, "revertBatches", ...(await chain.signRevert(0n))), "ChainExited()");
    await assertReverts(send(chain.contract, "activateExit"), "ChainExited()");
    await assertReverts(chain.request(), "ChainExited()");
  });

  test("pays operations that never ran back to who paid them, once", async () => {
    const chain = await create();
    const contract = await ecosystem.l1.deploy("RequestingContract");
    await requestBy(contract, chain);
    await ecosystem.increaseTime(2_000n);
    const operation = await operationAt(chain, 0);
    await assertReverts(refund(chain, operation), "ChainNotExited()");
    await send(chain.contract, "activateExit");
    await assertReverts(
      refund(chain, { ...operation, reserved: [10n ** 18n, ...operation.reserved.slice(1)] }),
      "OperationUnknown",
    );
    await assertReverts(refund(chain, { ...operation, nonce: 1n }), "OperationUnknown");
    await refund(chain, operation);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(await contract.getAddress()), 10n ** 9n);
    assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, ETH), [0n, 0n, 0n]);
    await assertReverts(refund(chain, operation), "DepositAlreadyRefunded");
  });

  test("pays token deposits back whole, and not those of executed operations", async () => {
    const token = await ecosystem.l1.deploy("TokenDouble");
    const tokenAddress = await hexAddress(token);
    const user = ecosystem.accounts[0]!.address;
    await send(token, "mint", user, 1_000n);
    await send(token, "approve", await ecosystem.bridge.getAddress(), 1_000n);
    const chain = await create();
    const executed = await depositToken(ecosystem, chain, tokenAddress, 300n);
    await chain.settle({ canonicalTxHashes: [executed], logs: [{ type: "priorityOp", success: true }] });
    await depositToken(ecosystem, chain, tokenAddress, 700n);
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
    const deposit = { depositor: user, token: tokenAddress, amount: 700n };
    await assertReverts(refund(chain, await operationAt(chain, 0)), "OperationExecuted(0)");
    await assertReverts(refundDeposit(chain, 0, { ...deposit, amount: 300n }), "OperationExecuted(0)");
    await assertReverts(refundDeposit(chain, 1, NO_DEPOSIT), "DepositUnknown");
    await assertReverts(refundDeposit(chain, 2, deposit), "DepositUnknown");
    await assertReverts(refundDeposit(chain, 1, { ...deposit, amount: 701n }), "DepositUnknown");
    await assertReverts(refundDeposit(chain, 1, { ...deposit, depositor: addressOf(5) }), "DepositUnknown");
    await refundDeposit(chain, 1, deposit);
    assert.equal(await view(token, "balanceOf", user), 700n);
    assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, tokenAddress), [300n, 0n, 0n]);
    await assertReverts(refundDeposit(chain, 1, deposit), "DepositAlreadyRefunded");
    await refund(chain, await operationAt(chain, 1));
    await assertReverts(refund(chain, await operationAt(chain, 1)), "DepositAlreadyRefunded");
  });

  test("a token that refuses to move does not hold the operation's base token back, nor the other way round", async () => {
    const base = await ecosystem.l1.deploy("TokenDouble");
    const token = await ecosystem.l1.deploy("TokenDouble");
    const user = ecosystem.accounts[0]!.address;
    for (const each of [base, token]) {
      await send(each, "mint", user, 10n ** 9n);
      await send(each, "approve", await ecosystem.bridge.getAddress(), 10n ** 9n);
    }
    const chain = await create({ baseToken: await hexAddress(base) });
    const tokenAddress = await hexAddress(token);
    await depositToken(ecosystem, chain, tokenAddress, 700n);
    await depositToken(ecosystem, chain, tokenAddress, 300n);
    await ecosystem.increaseTime(2_000n);
    await assertReverts(refundDeposit(chain, 0, NO_DEPOSIT), "ChainNotExited()");
    await send(chain.contract, "activateExit");
    const REVERTS = 5;
    await send(token, "setManner", REVERTS);
    await assertReverts(refundDeposit(chain, 0, { depositor: user, token: tokenAddress, amount: 700n }), "TokenCallFailed");
    await refund(chain, await operationAt(chain, 0));
    assert.equal(await view(base, "balanceOf", user), 10n ** 9n - 10n ** 7n);
    await send(token, "setManner", 0);
    await send(base, "setManner", REVERTS);
    await assertReverts(refund(chain, await operationAt(chain, 1)), "TokenCallFailed");
    await refundDeposit(chain, 1, { depositor: user, token: tokenAddress, amount: 300n });
    await refundDeposit(chain, 0, { depositor: user, token: tokenAddress, amount: 700n });
    assert.equal(await view(token, "balanceOf", user), 10n ** 9n);
  });

  test("a refund takes from the chain's balance only, never from claims of others", async () => {
    const chain = await create();
    await chain.request();
    const [hash] = [(await view<{ hash: Hex }>(chain.contract, "priorityOperation", 0)).hash];
    // A lying quorum moves everything to withdrawals before the operation runs.
    const withdrawal = assetMessage(ecosystem, { amount: 10n ** 9n, recipient: addressOf(0xbeef) });
    const { formed } = await chain.settle({ logs: [withdrawal] });
    await ecosystem.increaseTime(2_000n);
    await send(chain.contract, "activateExit");
    await assertReverts(refund(chain, await operationAt(chain, 0)), "BalanceOverdraft");
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, formed, 0, withdrawal));
    assert.equal(await view(ecosystem.bridge, "isBaseTokenRefunded", chain.configuration.chainId, hash), false);
  });

  test("only a chain's own contract refunds its operations", async () => {
    const chain = await create();
    await assertReverts(
      send(ecosystem.bridge, "refundBaseToken", chain.configuration.chainId, wordToHex(1n), ZERO_ADDRESS, addressOf(1), 1n),
      "NotTheChain",
    );
    await assertReverts(
      send(ecosystem.bridge, "refundTokenDeposit", chain.configuration.chainId, wordToHex(1n), NO_DEPOSIT),
      "NotTheChain",
    );
  });

  async function requestBy(contract: BaseContract, chain: TestChain): Promise<void> {
    const request = {
      chainId: chain.configuration.chainId,
      mintValue: 10n ** 9n,
      l2Contract: addressOf(1),
      l2Value: 0n,
      l2Calldata: "0x",
      l2GasLimit: 100_000n,
      l2GasPerPubdataByteLimit: 800n,
      factoryDeps: [],
      refundRecipient: ZERO_ADDRESS,
    };
    const data = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionDirect", [request]);
    await send(contract, "call", await ecosystem.factory.getAddress(), data, { value: 10n ** 9n });
  }
});
