import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createPublicClient, createWalletClient, defineChain, erc20Abi, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import {
  chainConfig,
  eip712WalletActions,
  getL2HashFromPriorityOp,
  legacyEthAddress,
  publicActionsL1,
  publicActionsL2,
  walletActionsL1,
  walletActionsL2,
} from "viem/zksync";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ETHER } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";
import { CHAIN_ID, startClientBench, TOKENS, TOO_LITTLE_GAS, type ClientBench } from "./support/bench.ts";

/** viem's clients of both sides, for one account, with nothing but what viem's documentation tells to configure. */
function connect(bench: ClientBench) {
  const account = privateKeyToAccount(bench.privateKey);
  const transportL1 = http(bench.devnet.l1.url, PATIENT);
  const transportL2 = http(bench.chain.url, PATIENT);
  const chainL1 = defineChain({ ...hardhat, id: Number(bench.devnet.l1.chainId) });
  const chainL2 = defineChain({
    ...chainConfig,
    id: Number(CHAIN_ID),
    name: "Hyperchain",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [bench.chain.url] } },
  });
  const fast = { pollingInterval: 20, cacheTime: 0 };
  return {
    account,
    publicL1: createPublicClient({ chain: chainL1, transport: transportL1, ...fast }).extend(publicActionsL1()),
    walletL1: createWalletClient({ account, chain: chainL1, transport: transportL1, ...fast }).extend(walletActionsL1()),
    publicL2: createPublicClient({ chain: chainL2, transport: transportL2, ...fast }).extend(publicActionsL2()),
    walletL2: createWalletClient({ account, chain: chainL2, transport: transportL2, ...fast })
      .extend(eip712WalletActions())
      .extend(walletActionsL2()),
  };
}

describe("B2: viem, as it comes from the registry", () => {
  let bench: ClientBench;
  let clients: ReturnType<typeof connect>;
  let token: Hex;
  let bridged: Hex;
  let etherWithdrawal: Hex;
  let tokenWithdrawal: Hex;

  before(async () => {
    bench = await startClientBench();
    clients = connect(bench);
    token = await bench.makeToken();
  });
  after(async () => {
    await bench.devnet.close();
    assert.deepEqual(bench.devnet.faults, []);
  });

  const tokenBalance = (account: Hex) =>
    clients.publicL2.readContract({ address: bridged, abi: erc20Abi, functionName: "balanceOf", args: [account] });

  /** Waits for a deposit's transaction on L1, executes it on the chain and returns the operation's hash on L2. */
  async function arrive(hash: Hex): Promise<Hex> {
    const receipt = await clients.publicL1.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "success");
    await bench.takeFromL1();
    const operation = getL2HashFromPriorityOp(receipt, await clients.publicL2.getMainContractAddress());
    assert.ok(operation !== null);
    return operation;
  }

  it("B2: finds the ecosystem", async () => {
    const { publicL2 } = clients;
    const { addresses, settlementChainId } = bench.devnet.ecosystem;
    assert.equal(await publicL2.getBridgehubContractAddress(), addresses.factory);
    assert.equal((await publicL2.getDefaultBridgeAddresses()).sharedL1, addresses.bridge);
    assert.equal(BigInt(await publicL2.getL1ChainId()), settlementChainId);
    assert.equal(BigInt(await publicL2.getBaseTokenL1Address()), 1n);
    assert.equal(await publicL2.getTestnetPaymasterAddress(), null);
  });

  it("B2: deposits ETH", async () => {
    const { walletL1, walletL2, publicL2, account } = clients;
    const before = await publicL2.getBalance(account);
    const operation = await arrive(
      await walletL1.deposit({
        client: walletL2,
        token: legacyEthAddress,
        amount: ETHER,
        to: account.address,
        refundRecipient: account.address,
      }),
    );
    const receipt = await publicL2.waitForTransactionReceipt({ hash: operation });
    assert.deepEqual([receipt.status, receipt.type], ["success", "0xff"]);
    assert.ok((await publicL2.getBalance(account)) >= before + ETHER);
  });

  it("B2: deposits an ERC-20 token", async () => {
    const { walletL1, walletL2, publicL2, account } = clients;
    const operation = await arrive(
      await walletL1.deposit({ client: walletL2, token, amount: 100n, to: account.address, approveToken: true }),
    );
    assert.equal((await publicL2.waitForTransactionReceipt({ hash: operation })).status, "success");
    bridged = await publicL2.getL2TokenAddress({ token });
    assert.equal(await tokenBalance(account.address), 100n);
    assert.equal((await publicL2.getL1TokenAddress({ token: bridged })).toLowerCase(), token.toLowerCase());
  });

  it("B2: transfers in transactions of types 2, 0, 1 and 0x71", async () => {
    const { walletL2, publicL2 } = clients;
    const { address: to } = privateKeyToAccount(generatePrivateKey());
    for (const type of ["eip1559", "legacy", "eip2930"] as const) {
      const fees = type === "eip1559" ? {} : { gasPrice: await publicL2.getGasPrice() };
      const hash = await walletL2.sendTransaction({ to, value: 3n, type, ...fees } as Parameters<
        typeof walletL2.sendTransaction
      >[0]);
      assert.equal((await publicL2.waitForTransactionReceipt({ hash })).status, "success");
    }
    // With a limit per byte of pubdata, viem sends its own type.
    const hash = await walletL2.sendTransaction({ to, value: 3n, gasPerPubdata: 800n });
    await publicL2.waitForTransactionReceipt({ hash });
    assert.equal((await publicL2.getTransaction({ hash })).type, "eip712");
    assert.equal(await publicL2.getBalance({ address: to }), 12n);
    await publicL2.waitForTransactionReceipt({
      hash: await walletL2.writeContract({ address: bridged, abi: erc20Abi, functionName: "transfer", args: [to, 5n] }),
    });
    assert.equal(await tokenBalance(to), 5n);
  });

  it("B2: withdraws ETH and the token, and claims both on L1 once their batch is executed", async () => {
    const { walletL1, walletL2, publicL1, publicL2, account } = clients;
    etherWithdrawal = await walletL2.withdraw({ token: legacyEthAddress, amount: ETHER / 2n });
    tokenWithdrawal = await walletL2.withdraw({ token: bridged, amount: 40n });
    for (const hash of [etherWithdrawal, tokenWithdrawal])
      assert.equal((await publicL2.waitForTransactionReceipt({ hash })).status, "success");
    assert.equal(await publicL2.getLogProof({ txHash: etherWithdrawal }), null);
    await bench.settle();

    const isFinalized = (hash: Hex) => publicL1.isWithdrawalFinalized({ client: walletL2, hash });
    assert.equal(await isFinalized(etherWithdrawal), false);
    const before = await publicL1.getBalance(account);
    const claimed = await publicL1.waitForTransactionReceipt({
      hash: await walletL1.finalizeWithdrawal({ client: walletL2, hash: etherWithdrawal }),
    });
    assert.equal(await publicL1.getBalance(account), before + ETHER / 2n - claimed.gasUsed * claimed.effectiveGasPrice);
    assert.equal(await isFinalized(etherWithdrawal), true);
    // viem's own ABI of this call has no errors: L1's message names the error.
    const again = walletL1.finalizeWithdrawal({ client: walletL2, hash: etherWithdrawal });
    await assert.rejects(again, /WithdrawalAlreadyFinalized\(271, \d+, \d+\)/);

    await publicL1.waitForTransactionReceipt({
      hash: await walletL1.finalizeWithdrawal({ client: walletL2, hash: tokenWithdrawal }),
    });
    assert.equal(await isFinalized(tokenWithdrawal), true);
    assert.equal(await bench.balanceOnL1(token), TOKENS - 60n);
  });

  it("B2: gets a failed deposit back", async () => {
    const { walletL1, walletL2, publicL1, publicL2, account } = clients;
    const fresh = await bench.makeToken();
    const depositHash = await arrive(
      await walletL1.deposit({
        client: walletL2,
        token: fresh,
        amount: 10n,
        to: account.address,
        approveToken: true,
        l2GasLimit: TOO_LITTLE_GAS,
      }),
    );
    assert.equal((await publicL2.waitForTransactionReceipt({ hash: depositHash })).status, "reverted");
    assert.equal(await bench.balanceOnL1(fresh), TOKENS - 10n);
    await bench.settle();
    await publicL1.waitForTransactionReceipt({ hash: await walletL1.claimFailedDeposit({ client: walletL2, depositHash }) });
    assert.equal(await bench.balanceOnL1(fresh), TOKENS);
  });

  it("B2: calls a contract on L2 from L1", async () => {
    const { walletL1, walletL2, publicL2, account } = clients;
    const { address: to } = privateKeyToAccount(generatePrivateKey());
    const operation = await arrive(
      await walletL1.requestExecute({
        client: walletL2,
        contractAddress: to,
        calldata: "0x",
        l2Value: 7n,
        refundRecipient: account.address,
      }),
    );
    assert.equal((await publicL2.waitForTransactionReceipt({ hash: operation })).status, "success");
    assert.equal(await publicL2.getBalance({ address: to }), 7n);
  });

  it("B2: follows batches, blocks and transactions", async () => {
    const { publicL2, account } = clients;
    const { l1BatchNumber, blockNumber } = (await publicL2.getTransactionReceipt({ hash: etherWithdrawal })) as unknown as {
      l1BatchNumber: bigint;
      blockNumber: bigint;
    };
    const batch = await publicL2.getL1BatchDetails({ number: Number(l1BatchNumber) });
    assert.equal(batch.status, "verified");
    const [first, last] = await publicL2.getL1BatchBlockRange({ l1BatchNumber: Number(l1BatchNumber) });
    assert.ok(BigInt(first) <= blockNumber && blockNumber <= BigInt(last));
    assert.equal((await publicL2.getBlockDetails({ number: Number(blockNumber) })).executeTxHash, batch.executeTxHash);
    assert.equal((await publicL2.getTransactionDetails({ txHash: etherWithdrawal })).ethProveTxHash, batch.proveTxHash);
    const fee = await publicL2.estimateFee({ account, to: account.address, value: 1n });
    assert.equal(fee.maxFeePerGas, await publicL2.getGasPrice());
    assert.equal((await publicL2.getBlock({ blockTag: "finalized" })).number >= blockNumber, true);
  });
});
