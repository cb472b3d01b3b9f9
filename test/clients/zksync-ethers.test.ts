import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createRequire } from "node:module";
import type * as Ethers from "ethers" with { "resolution-mode": "require" };
import { AbiCoder, Interface, keccak256 } from "ethers";
import { Provider, utils, Wallet } from "zksync-ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { digestFromHex } from "../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ETHER } from "../flow/support/devnet.ts";
import { CHAIN_ID, startClientBench, TOKENS, TOO_LITTLE_GAS, type ClientBench } from "./support/bench.ts";
import { verifyProof } from "../chain/state/support/verify-proof.ts";

/** zksync-ethers is CommonJS: its types are those of that half of ethers. */
const { JsonRpcProvider } = createRequire(import.meta.url)("ethers") as typeof Ethers;

const hyperchain = new Interface(hyperchainAbi);

/** A storage proof as the chain shows it. */
interface ShownProof {
  readonly value: Hex;
  readonly index: number;
  readonly leafCount: number;
  readonly proof: readonly Hex[];
  readonly leaf: { readonly kind: LeafKind; readonly key: Hex; readonly nextKey: Hex; readonly value: Hex };
}

describe("B2: zksync-ethers, as it comes from the registry", () => {
  let bench: ClientBench;
  let l1: Ethers.JsonRpcProvider;
  let l2: Provider;
  let wallet: Wallet;
  let token: Hex;
  let bridged: string;
  let etherWithdrawal: string;
  let tokenWithdrawal: string;

  before(async () => {
    bench = await startClientBench();
    l1 = new JsonRpcProvider(bench.devnet.l1.url, undefined, { cacheTimeout: -1 });
    l2 = new Provider(bench.chain.url, undefined, { cacheTimeout: -1 });
    l1.pollingInterval = 20;
    l2.pollingInterval = 20;
    wallet = new Wallet(bench.privateKey, l2, l1);
    token = await bench.makeToken();
  });
  after(async () => {
    l1.destroy();
    l2.destroy();
    await bench.devnet.close();
    assert.deepEqual(bench.devnet.faults, []);
  });

  it("B2: finds the ecosystem", async () => {
    const { addresses, settlementChainId } = bench.devnet.ecosystem;
    const lower = (address: string | null): string => String(address).toLowerCase();
    assert.equal(lower(await l2.getBridgehubContractAddress()), addresses.factory);
    assert.equal(lower(await l2.getMainContractAddress()), bench.chain.pipeline.created.hyperchain);
    assert.equal(await l2.l1ChainId(), Number(settlementChainId));
    assert.equal(await l2.getL1ChainId(), Number(settlementChainId));
    assert.equal(await l2.isEthBasedChain(), true);
    assert.equal(await wallet.getBaseToken(), utils.ETH_ADDRESS_IN_CONTRACTS);
    const bridges = await l2.getDefaultBridgeAddresses();
    assert.deepEqual([lower(bridges.sharedL1), lower(bridges.sharedL2)], [addresses.bridge, utils.L2_ASSET_ROUTER_ADDRESS]);
    assert.equal(await l2.getTestnetPaymasterAddress(), null);
  });

  it("B2: deposits ETH", async () => {
    const before = await wallet.getBalance();
    const deposit = await wallet.deposit({ token: utils.ETH_ADDRESS, amount: ETHER });
    await deposit.waitL1Commit();
    await bench.takeFromL1();
    const receipt = await deposit.wait();
    assert.deepEqual([receipt?.status, receipt?.type], [1, 0xff]);
    // What the operation did not use of its gas comes back on L2.
    assert.ok((await wallet.getBalance()) >= before + ETHER);
  });

  it("B2: deposits an ERC-20 token", async () => {
    const deposit = await wallet.deposit({ token, amount: 100n, approveERC20: true });
    await deposit.waitL1Commit();
    await bench.takeFromL1();
    assert.equal((await deposit.wait())?.status, 1);
    bridged = await wallet.l2TokenAddress(token);
    assert.equal(await wallet.getBalance(bridged), 100n);
    assert.equal((await l2.l1TokenAddress(bridged)).toLowerCase(), token.toLowerCase());
  });

  it("B2: transfers ETH and the token in transactions of types 0x71, 2 and 0", async () => {
    const to = Wallet.createRandom().address;
    const sent = await (await wallet.transfer({ to, amount: 3n })).wait();
    assert.equal((await l2.getTransaction(sent.hash)).type, utils.EIP712_TX_TYPE);
    for (const type of [2, 0]) await (await wallet.transfer({ to, amount: 3n, overrides: { type } })).wait();
    assert.equal(await l2.getBalance(to), 9n);
    await (await wallet.transfer({ to, token: bridged, amount: 5n })).wait();
    assert.equal(await l2.getBalance(to, "latest", bridged), 5n);
  });

  it("B2: withdraws ETH and the token, and claims both on L1 once their batch is executed", async () => {
    const ether = await wallet.withdraw({ token: utils.ETH_ADDRESS, amount: ETHER / 2n });
    const tokens = await wallet.withdraw({ token: bridged, amount: 40n });
    assert.equal((await ether.wait()).type, utils.EIP712_TX_TYPE);
    await tokens.wait();
    [etherWithdrawal, tokenWithdrawal] = [ether.hash, tokens.hash];
    assert.equal(await l2.getLogProof(etherWithdrawal), null);
    await bench.settle();
    await ether.waitFinalize();

    assert.equal(await wallet.isWithdrawalFinalized(etherWithdrawal), false);
    const recipientBefore = await wallet.getBalanceL1();
    const claimed = await (await wallet.finalizeWithdrawal(etherWithdrawal)).wait();
    assert.equal(await wallet.getBalanceL1(), recipientBefore + ETHER / 2n - claimed!.fee);
    assert.equal(await wallet.isWithdrawalFinalized(etherWithdrawal), true);

    await (await wallet.finalizeWithdrawal(tokenWithdrawal)).wait();
    assert.equal(await wallet.isWithdrawalFinalized(tokenWithdrawal), true);
    assert.equal(await bench.balanceOnL1(token), TOKENS - 60n);
  });

  it("B2: gets a failed deposit back", async () => {
    const fresh = await bench.makeToken();
    const deposit = await wallet.deposit({ token: fresh, amount: 10n, approveERC20: true, l2GasLimit: TOO_LITTLE_GAS });
    await deposit.waitL1Commit();
    await bench.takeFromL1();
    const operation = await l2.getL2TransactionFromPriorityOp((await l1.getTransaction(deposit.hash))!);
    assert.equal((await l2.getTransactionReceipt(operation.hash))?.status, 0);
    assert.equal(await bench.balanceOnL1(fresh), TOKENS - 10n);
    await bench.settle();
    await (await wallet.claimFailedDeposit(operation.hash)).wait();
    assert.equal(await bench.balanceOnL1(fresh), TOKENS);
  });

  it("B2: proves a token balance under the state root that L1 has verified", async () => {
    const batch = await l2.getL1BatchNumber();
    const slot = await findSlot(bridged, await wallet.getBalance(bridged));
    const proof = (await l2.getProof(bridged, [slot], batch)) as unknown as { stateRoot: Hex; storageProof: ShownProof[] };
    const stored = await l1.getLogs({
      address: bench.chain.pipeline.created.hyperchain,
      topics: [hyperchain.getEvent("BatchStored")!.topicHash],
      fromBlock: 0,
    });
    const [, record] = hyperchain.parseLog(stored.at(-1)!)!.args as unknown as [
      bigint,
      { batchNumber: bigint; newStateRoot: Hex },
    ];
    assert.deepEqual([Number(record.batchNumber), record.newStateRoot], [batch, proof.stateRoot]);
    const { leaf, index, leafCount, proof: siblings, value } = proof.storageProof[0]!;
    const key = { leafKind: LeafKind.storage, address: BigInt(bridged), slot: BigInt(slot) };
    const shown = {
      leafCount,
      index,
      leafKind: leaf.kind,
      key: digestFromHex(leaf.key),
      nextKey: digestFromHex(leaf.nextKey),
      value: BigInt(leaf.value),
      siblings: siblings.map(digestFromHex),
    };
    assert.deepEqual(verifyProof(digestFromHex(record.newStateRoot), key, shown), {
      ok: true,
      isPresent: true,
      value: BigInt(value),
    });
    assert.equal(BigInt(value), await wallet.getBalance(bridged));
  });

  /** The storage slot of the user's balance: a mapping's entry, so the keccak of address and position. */
  async function findSlot(contract: string, balance: bigint): Promise<string> {
    const coder = AbiCoder.defaultAbiCoder();
    for (let position = 0; position < 20; position++) {
      const slot = keccak256(coder.encode(["address", "uint256"], [wallet.address, position]));
      if (balance > 0n && BigInt(await l2.getStorage(contract, slot)) === balance) return slot;
    }
    throw new Error(`${contract} keeps no balance in its first mappings`);
  }

  it("B2: follows batches, blocks and transactions", async () => {
    const batch = await l2.getL1BatchDetails(await l2.getL1BatchNumber());
    assert.equal(batch.status, "verified");
    const transaction = await l2.getTransactionDetails(etherWithdrawal);
    assert.deepEqual([transaction.status, transaction.isL1Originated], ["verified", false]);
    const receipt = await l2.getTransactionReceipt(etherWithdrawal);
    const [first, last] = (await l2.getL1BatchBlockRange(receipt!.l1BatchNumber!))!;
    assert.ok(first! <= receipt!.blockNumber && receipt!.blockNumber <= last!);
    const executed = await l1.getTransactionReceipt(transaction.ethExecuteTxHash!);
    assert.equal(executed?.to?.toLowerCase(), bench.chain.pipeline.created.hyperchain);
    const block = await l2.getBlockDetails(receipt!.blockNumber);
    assert.deepEqual([block.status, block.l2TxCount, block.executeTxHash], ["verified", 1, transaction.ethExecuteTxHash]);
    assert.equal(BigInt((await l2.getFeeParams()).V2.config.minimal_l2_gas_price), await l2.getGasPrice());
    assert.equal((await l2.getNetwork()).chainId, CHAIN_ID);
  });
});
