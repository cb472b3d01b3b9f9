import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type * as Ethers from "ethers" with { "resolution-mode": "require" };
import { createPublicClient, createWalletClient, defineChain, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import {
  chainConfig,
  getL2HashFromPriorityOp,
  legacyEthAddress,
  publicActionsL1,
  publicActionsL2,
  walletActionsL1,
  walletActionsL2,
} from "viem/zksync";
import { Provider, utils, Wallet } from "zksync-ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ETHER } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";
import { CHAIN_ID, erc20, startClientBench, type ClientBench } from "./support/bench.ts";

const { JsonRpcProvider } = createRequire(import.meta.url)("ethers") as typeof Ethers;

describe("B2: clients of a chain whose gas is paid in a custom token", () => {
  let bench: ClientBench;
  let l1: Ethers.JsonRpcProvider;
  let l2: Provider;
  let wallet: Wallet;
  /** Pays for gas on the chain; an ERC-20 on L1. */
  let baseToken: Hex;
  /** ETH on the chain. */
  let ether: string;

  before(async () => {
    bench = await startClientBench("Coin");
    l1 = new JsonRpcProvider(bench.devnet.l1.url, undefined, { cacheTimeout: -1 });
    l2 = new Provider(bench.chain.url, undefined, { cacheTimeout: -1 });
    for (const provider of [l1, l2]) provider.pollingInterval = 20;
    wallet = new Wallet(bench.privateKey, l2, l1);
    baseToken = (await wallet.getBaseToken()) as Hex;
    const owner = bench.devnet.accounts.wallet(0).connect(bench.devnet.l1.provider);
    const data = erc20.encodeFunctionData("transfer", [wallet.address, 50n * ETHER]);
    await (await owner.sendTransaction({ to: baseToken, data })).wait();
  });
  after(async () => {
    l1.destroy();
    l2.destroy();
    await bench.devnet.close();
    assert.deepEqual(bench.devnet.faults, []);
  });

  it("B2: zksync-ethers deposits the base token, and ETH as a token", async () => {
    assert.equal(await l2.isEthBasedChain(), false);
    assert.equal((await l2.getBaseTokenContractAddress()).toLowerCase(), baseToken.toLowerCase());
    const before = await wallet.getBalance();
    const deposit = await wallet.deposit({ token: baseToken, amount: ETHER, approveBaseERC20: true, approveERC20: true });
    await deposit.waitL1Commit();
    await bench.takeFromL1();
    assert.equal((await deposit.wait())?.status, 1);
    assert.ok((await wallet.getBalance()) >= before + ETHER);

    const etherDeposit = await wallet.deposit({ token: utils.ETH_ADDRESS, amount: 7n, approveBaseERC20: true });
    await etherDeposit.waitL1Commit();
    await bench.takeFromL1();
    assert.equal((await etherDeposit.wait())?.status, 1);
    ether = await wallet.l2TokenAddress(utils.ETH_ADDRESS_IN_CONTRACTS);
    assert.equal(await wallet.getBalance(ether), 7n);
  });

  it("B2: viem deposits the base token", async () => {
    const account = privateKeyToAccount(bench.privateKey);
    const chainL1 = defineChain({ ...hardhat, id: Number(bench.devnet.l1.chainId) });
    const chainL2 = defineChain({
      ...chainConfig,
      id: Number(CHAIN_ID),
      name: "Hyperchain",
      nativeCurrency: { name: "Coin", symbol: "COIN", decimals: 18 },
      rpcUrls: { default: { http: [bench.chain.url] } },
    });
    const fast = { pollingInterval: 20, cacheTime: 0 };
    const publicL1 = createPublicClient({ chain: chainL1, transport: http(bench.devnet.l1.url, PATIENT), ...fast }).extend(
      publicActionsL1(),
    );
    const walletL1 = createWalletClient({
      account,
      chain: chainL1,
      transport: http(bench.devnet.l1.url, PATIENT),
      ...fast,
    }).extend(walletActionsL1());
    const publicL2 = createPublicClient({ chain: chainL2, transport: http(bench.chain.url, PATIENT), ...fast }).extend(
      publicActionsL2(),
    );
    const walletL2 = createWalletClient({ account, chain: chainL2, transport: http(bench.chain.url, PATIENT), ...fast }).extend(
      walletActionsL2(),
    );
    const before = await publicL2.getBalance(account);
    const hash = await walletL1.deposit({
      client: walletL2,
      token: baseToken,
      amount: ETHER,
      to: account.address,
      approveToken: true,
      refundRecipient: account.address,
    });
    const receipt = await publicL1.waitForTransactionReceipt({ hash });
    await bench.takeFromL1();
    const operation = getL2HashFromPriorityOp(receipt, await publicL2.getMainContractAddress());
    assert.equal((await publicL2.waitForTransactionReceipt({ hash: operation })).status, "success");
    assert.ok((await publicL2.getBalance(account)) >= before + ETHER);
    assert.equal(await publicL2.getL2TokenAddress({ token: legacyEthAddress }), ether);
  });

  it("B2: zksync-ethers withdraws both and claims them on L1", async () => {
    const coins = await wallet.withdraw({ token: utils.L2_BASE_TOKEN_ADDRESS, amount: ETHER });
    const ethers = await wallet.withdraw({ token: ether, amount: 7n });
    for (const withdrawal of [coins, ethers]) await withdrawal.wait();
    await bench.settle();
    const before = await bench.balanceOnL1(baseToken);
    await (await wallet.finalizeWithdrawal(coins.hash)).wait();
    assert.equal(await bench.balanceOnL1(baseToken), before + ETHER);
    const etherBefore = await wallet.getBalanceL1();
    const claimed = await (await wallet.finalizeWithdrawal(ethers.hash)).wait();
    assert.equal(await wallet.getBalanceL1(), etherBefore + 7n - claimed!.fee);
    assert.deepEqual(await Promise.all([coins, ethers].map(({ hash }) => wallet.isWithdrawalFinalized(hash))), [true, true]);
  });
});
