import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { BaseContract, ContractTransactionReceipt } from "ethers";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  hexAddress,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const MINT = 10n ** 9n;

describe("D3: several requests in one call: all are queued or none", () => {
  let ecosystem: Ecosystem;
  let [one, other]: readonly TestChain[] = [];
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());
  beforeEach(async () => {
    [one, other] = [await create(), await create()];
  });

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  const leg = async ({ configuration, contract }: TestChain, overrides: Record<string, unknown> = {}) => ({
    hyperchain: await hexAddress(contract),
    request: {
      ...{ chainId: configuration.chainId, mintValue: MINT, l2Contract: addressOf(0xcc), l2Value: 7n, l2Calldata: "0x1234" },
      ...{ l2GasLimit: 100_000n, l2GasPerPubdataByteLimit: 800n, factoryDeps: [], refundRecipient: addressOf(0xdd) },
      ...overrides,
    },
  });
  const together = (legs: readonly unknown[], value: bigint, factory: BaseContract = ecosystem.factory) =>
    send(factory, "requestL2TransactionsTogether", legs, { value });
  /** A chain's operations of a call, in their order. */
  const queuedBy = (receipt: ContractTransactionReceipt, { contract }: TestChain) =>
    receipt.logs
      .filter(({ address }) => address === contract.target)
      .map((log) => contract.interface.parseLog(log)!)
      .filter(({ name }) => name === "NewPriorityRequest")
      .map(({ args }) => args["transaction"] as { from: bigint; value: bigint; nonce: bigint; reserved: readonly bigint[] });
  const queued = ({ contract }: TestChain): Promise<bigint> => view(contract, "getTotalPriorityTxs");
  const balance = ({ configuration }: TestChain): Promise<bigint> =>
    ecosystem.bridge
      .getFunction("assetId")(configuration.baseToken)
      .then((id) => view(ecosystem.bridge, "chainBalance", configuration.chainId, id));
  const refuses = async (legs: readonly unknown[], value: bigint, error: string): Promise<void> => {
    await assertReverts(together(legs, value), error);
    assert.deepEqual([await queued(one!), await queued(other!)], [0n, 0n]);
    assert.deepEqual([await balance(one!), await balance(other!)], [0n, 0n]);
  };

  test("each chain gets its own, in their order, from the caller, and its own base token", async () => {
    const { address } = ecosystem.accounts[3]!;
    const legs = [await leg(one!), await leg(other!, { mintValue: 2n * MINT }), await leg(one!, { l2Value: 8n })];
    const receipt = await together(legs, 4n * MINT, as(ecosystem.factory, ecosystem.accounts[3]!));
    const told = [...queuedBy(receipt, one!), ...queuedBy(receipt, other!)].map(({ from, value, nonce, reserved }) => [
      ...[from, value, nonce, reserved[0]],
    ]);
    const from = BigInt(address);
    assert.deepEqual(told, [
      [from, 7n, 0n, MINT],
      [from, 8n, 1n, MINT],
      [from, 7n, 0n, 2n * MINT],
    ]);
    assert.deepEqual([await balance(one!), await balance(other!)], [2n * MINT, 2n * MINT]);
    assert.equal((await view<{ payer: string }>(other!.contract, "priorityOperation", 0)).payer, address);
  });

  test("a contract's requests come from its alias", async () => {
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const legs = [await leg(one!), await leg(other!)];
    const data = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionsTogether", [legs]);
    const value = { value: 2n * MINT };
    const receipt = await send(contract, "call", await hexAddress(ecosystem.factory), data, value);
    for (const chain of [one!, other!]) {
      const [{ from } = { from: 0n }] = queuedBy(receipt, chain);
      assert.equal(from, BigInt(aliasOf(chain.configuration.chainId, await hexAddress(contract))));
    }
  });

  test("a request that one chain refuses leaves no chain with one, whatever its place", async () => {
    const filterer = await ecosystem.l1.deploy("FiltererDouble", ecosystem.accounts[2]!.address);
    const filtered = await create({ transactionFilterer: await filterer.getAddress() });
    const notAllowed = `TransactionNotAllowed(${ecosystem.accounts[0]!.address.toLowerCase()})`;
    await refuses([await leg(one!), await leg(filtered)], 2n * MINT, notAllowed);
    await refuses([await leg(filtered), await leg(one!)], 2n * MINT, notAllowed);
    await refuses([await leg(one!), await leg(other!, { mintValue: 5n })], MINT + 5n, "MintValueTooLow(7, 5)");
    await refuses([await leg(one!), await leg(other!, { chainId: 99n })], 2n * MINT, "UnknownChain(99)");
    const { chainId } = other!.configuration;
    const [wrong, right] = [await hexAddress(one!.contract), await hexAddress(other!.contract)];
    const elsewhere = { ...(await leg(other!)), hyperchain: wrong };
    await refuses([await leg(one!), elsewhere], 2n * MINT, `WrongHyperchain(${chainId}, ${wrong}, ${right})`);
    const stopped = await create();
    await together([await leg(stopped)], MINT);
    await ecosystem.increaseTime(20_000n);
    await send(stopped.contract, "activateExit");
    await refuses([await leg(one!), await leg(stopped)], 2n * MINT, "ChainExited()");
  });

  test("ETH of the call pays each request once: neither less nor more, and no sum overflows", async () => {
    const legs = [await leg(one!), await leg(other!)];
    await refuses(legs, MINT, `EtherAmountMismatch(${MINT}, 0)`);
    await refuses(legs, 2n * MINT - 1n, `EtherAmountMismatch(${MINT}, ${MINT - 1n})`);
    await refuses(legs, 2n * MINT + 1n, `EtherAmountMismatch(${2n * MINT}, ${2n * MINT + 1n})`);
    await refuses([], 1n, "EtherAmountMismatch(0, 1)");
    const half = { mintValue: 1n << 255n };
    await refuses([await leg(one!, half), await leg(other!, half)], MINT, `EtherAmountMismatch(${1n << 255n}, ${MINT})`);
  });

  test("ETH and tokens pay together; a token that cannot be taken refunds the ETH also", async () => {
    const token = await ecosystem.l1.deploy("TokenDouble");
    const baseToken = await hexAddress(token);
    const priced = await create({ baseToken });
    const legs = [await leg(one!), await leg(priced)];
    await refuses(legs, MINT, `TokenCallFailed(${baseToken})`);
    await send(token, "mint", ecosystem.accounts[0]!.address, MINT);
    await send(token, "approve", await ecosystem.bridge.getAddress(), MINT);
    await refuses(legs, 2n * MINT, `EtherAmountMismatch(${MINT}, ${2n * MINT})`);
    await together(legs, MINT);
    assert.deepEqual([await balance(one!), await balance(priced)], [MINT, MINT]);
    assert.notEqual(baseToken, ETH);
  });

  test("a base token's own code cannot queue between them, nor in the caller's name", async () => {
    const token = await ecosystem.l1.deploy("TokenDouble");
    await send(token, "mint", ecosystem.accounts[0]!.address, MINT);
    await send(token, "approve", await ecosystem.bridge.getAddress(), MINT);
    const hostile = await create({ baseToken: await hexAddress(token) });
    const free = { mintValue: 0n, l2Value: 0n };
    const again = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionsTogether", [
      [await leg(other!, free)],
    ]) as Hex;
    await send(token, "setAttack", await hexAddress(ecosystem.factory), again);
    await together([await leg(one!), await leg(hostile), await leg(one!)], 2n * MINT);
    assert.equal(ecosystem.factory.interface.parseError(await view<string>(token, "attackResult"))?.name, "Reentered");
    assert.deepEqual([await queued(one!), await queued(other!), await queued(hostile)], [2n, 0n, 1n]);
  });
});
