import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { findToken } from "../../src/ecosystem/client/tokens/token.ts";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { EcosystemInfo, MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { DevnetOptionsError } from "../../src/ecosystem/devnet/described/options.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { bridge } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271n, 272n];
const erc20 = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address,uint256)",
  "function symbol() view returns (string)",
]);

describe("A3/B7: a chain that pays for gas with a custom token", () => {
  let devnet: FlowDevnet;
  let info: EcosystemInfo;
  let clients: JsonRpcProvider[];
  let token: Hex;
  let alice: Hex;

  before(async () => {
    const chains = [
      { chainId: A, name: "gas", baseToken: { name: "Gas Coin", symbol: "GAS" } },
      { chainId: B, name: "ether" },
    ];
    devnet = await startFlowDevnet(chains, { relayer: true });
    info = devnet.info();
    clients = devnet.chains.map(clientOf);
    token = info.chains[0]!.baseToken.l1Address;
    alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const onL1 = (account: number) => devnet.accounts.wallet(account).connect(devnet.l1.provider);
  const tokensOf = async (
    provider: { call(transaction: { to: string; data: string }): Promise<string> },
    at: string,
    holder: string,
  ) => BigInt(await provider.call({ to: at, data: erc20.encodeFunctionData("balanceOf", [holder]) }));
  const bridgeSays = async (method: string, chainId: bigint): Promise<bigint> => {
    const data = bridge.encodeFunctionData(method, [chainId, assetId(devnet.l1.chainId, token)]);
    return BigInt(await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data }));
  };
  /**
   * Checks that the bridge holds exactly its debts, and that the chain uses at most the amount that it is owed, whatever is
   * in transit.
   */
  const checkBacking = async (): Promise<void> => {
    let owed = 0n;
    for (const chainId of [A, B])
      for (const method of ["chainBalance", "claimPot", "transit"]) owed += await bridgeSays(method, chainId);
    assert.equal(await tokensOf(devnet.l1.provider, token, devnet.ecosystem.addresses.bridge), owed);
    const inUse = BASE_TOKEN_RESERVE_WEI - (await clients[0]!.getBalance(PREDEPLOYS.L2BaseToken));
    // What was delivered stays in transit until L1 has executed the batch that delivered it.
    assert.ok(inUse <= (await bridgeSays("chainBalance", A)) + (await bridgeSays("transit", A)), `${inUse}`);
  };

  test("its accounts have the token, which L1 holds for them, and no ETH", async () => {
    assert.deepEqual(
      info.chains.map(({ baseToken }) => baseToken.symbol),
      ["GAS", "ETH"],
    );
    assert.equal(await clients[0]!.getBalance(alice), 10n * ETHER);
    assert.equal(await devnet.l1.provider.getBalance(devnet.ecosystem.addresses.bridge), await ethOwedTo(B));
    await checkBacking();
  });

  test("a deposit brings more of it", async () => {
    await (await onL1(0).sendTransaction({ to: token, data: erc20.encodeFunctionData("transfer", [alice, 5n * ETHER]) })).wait();
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    await deposit(info, { chain: "gas", amount: 2n * ETHER, to: bob }, onL1(ALICE));
    await devnet.relay();
    assert.equal(await clients[0]!.getBalance(bob), 2n * ETHER);
    await checkBacking();
  });

  test("its gas is paid in the token: the sender pays, the operator earns", async () => {
    const operator = info.chains[0]!.operator;
    const [before, earned] = [await clients[0]!.getBalance(alice), await clients[0]!.getBalance(operator)];
    const bob = devnet.accounts.wallet(BOB).address;
    const receipt = await (
      await devnet.accounts.wallet(ALICE).connect(clients[0]!).sendTransaction({ to: bob, value: 1n })
    ).wait();
    const fee = receipt!.gasUsed * receipt!.gasPrice;
    assert.ok(fee > 0n);
    assert.equal(await clients[0]!.getBalance(alice), before - 1n - fee);
    assert.equal(await clients[0]!.getBalance(operator), earned + fee);
  });

  test("it goes to the other chain as an ERC-20, comes back as base token, and is withdrawn to L1", async () => {
    const aliceOn = (place: number) => devnet.accounts.wallet(ALICE).connect(clients[place]!);
    await send(info, { chain: "gas", to: `${alice}@ether`, amount: 3n * ETHER }, aliceOn(0));
    await devnet.settle(A);
    await devnet.relay();
    const there = await findToken(info, info.chains[1]!, token, clients[1]!);
    assert.equal(await tokensOf(clients[1]!, there.address, alice), 3n * ETHER);
    await checkBacking();

    const before = await clients[0]!.getBalance(alice);
    await send(info, { chain: "ether", to: `${alice}@gas`, amount: 3n * ETHER, token: there.address }, aliceOn(1));
    await devnet.settle();
    await devnet.relay();
    assert.equal(await clients[0]!.getBalance(alice), before + 3n * ETHER);
    assert.equal(await tokensOf(clients[1]!, there.address, alice), 0n);
    await checkBacking();

    const { messageHash, transactionHash } = await withdraw(info, { chain: "gas", amount: 4n * ETHER }, aliceOn(0));
    const told = async () => {
      const message = (await devnet.chains[1]!.provider.request({
        method: "hyperchain_message",
        params: [transactionHash],
      })) as MessageInfo;
      assert.deepEqual([message.messageHash, message.type, message.destinationChainId], [messageHash, "withdrawal", 31_337]);
      return { steps: message.steps.map(({ step }) => step), waitingFor: message.waitingFor };
    };
    assert.deepEqual(await told(), {
      steps: ["initiated"],
      waitingFor: "the sender's batch is sealed, proven and executed on L1",
    });
    const batches = await devnet.settle();
    assert.ok(
      batches.every(({ proof }) => (proof?.bytes ?? 0) > 40_000),
      "every batch was proven",
    );
    const onL1Before = await tokensOf(devnet.l1.provider, token, alice);
    const paid = await finalizeWithdrawal(info, { chain: "gas", messageHash }, onL1(BOB));
    assert.equal(paid.state, "paid");
    assert.deepEqual(await told(), {
      steps: ["initiated", "settled", "inTransactionRoot", "delivered", "executed"],
      waitingFor: undefined,
    });
    assert.equal(await tokensOf(devnet.l1.provider, token, alice), onL1Before + 4n * ETHER);
    await checkBacking();
  });

  test("an address without a token is refused by the option's name", async () => {
    const failed = startFlowDevnet([{ chainId: A, baseToken: `0x${"77".repeat(20)}` }]);
    await assert.rejects(
      failed,
      (error) => error instanceof DevnetOptionsError && /^chains\[0\]\.baseToken: there is no ERC-20/.test(error.message),
    );
  });

  async function ethOwedTo(chainId: bigint): Promise<bigint> {
    const data = bridge.encodeFunctionData("chainBalance", [chainId, assetId(devnet.l1.chainId, `0x${"00".repeat(20)}`)]);
    return BigInt(await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data }));
  }
});
