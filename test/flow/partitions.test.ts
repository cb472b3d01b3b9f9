import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, keccak256, Wallet, type BaseWallet, type HDNodeWallet, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import type { DevnetChain } from "../../src/devnet/devnet.ts";
import type { EcosystemInfo } from "../../src/devnet/view/books/ecosystem-info.ts";
import { chainFactoryAbi } from "../../src/abi/chain-factory.ts";
import { calledCommits } from "../../src/settlement-layer/reader/commit-call.ts";
import { boundOfAll, NOTHING_BOUND } from "../../src/protocol/data-choice.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { connectHttp } from "../../src/devnet/relaying/relaying.ts";
import { ALICE, clientOf, ETHER, refusalOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [ROLLUP, PORTER] = [271n, 1271n];

describe("F7: a chain with a rollup and a porter", () => {
  let devnet: FlowDevnet;
  let chain: DevnetChain;
  let rollup: JsonRpcProvider;
  let porter: JsonRpcProvider;
  let bob: Wallet;
  let pool: Contract;
  let borrower: Contract;

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: ROLLUP, execution: "trusted", partition: { chainId: Number(PORTER) } }], UNPROVEN);
    chain = devnet.chains[0]!;
    rollup = clientOf(chain);
    porter = connectHttp(PORTER, chain.porter!.url);
    bob = new Wallet(keccak256("0xb0b0"), porter);
  });
  after(async () => {
    rollup.destroy();
    porter.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  async function deploy(name: string, from: BaseWallet): Promise<Contract> {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const contract = (await new ContractFactory(abi, bytecode, from).deploy()) as Contract;
    await contract.waitForDeployment();
    return contract;
  }
  const alice = (): HDNodeWallet => devnet.accounts.wallet(ALICE).connect(rollup);
  const sent = async (contract: Contract, name: string, args: readonly unknown[]) => {
    const { hash } = (await contract.getFunction(name)(...args, { gasLimit: 1_000_000n })) as { readonly hash: string };
    return rollup.waitForTransaction(hash);
  };
  /** Commit of the newest batch, and the batch. */
  const settled = async () => {
    const batch = (await chain.pipeline.seal())!;
    const { l1Transactions } = (await devnet.settle(ROLLUP)).at(-1)!;
    const [call] = (await calledCommits(devnet.l1.provider, l1Transactions.commit!, batch.commitment))!;
    return { batch, call: call! };
  };

  test("each side has its chain id and its RPC, and L1 reserves the second id", async () => {
    assert.deepEqual([await rollup.send("eth_chainId", []), await porter.send("eth_chainId", [])], ["0x10f", "0x4f7"]);
    assert.equal(await porter.send("net_version", []), "1271");
    const { chains } = (await rollup.send("hyperchain_info", [])) as EcosystemInfo;
    assert.deepEqual(chains[0]!.porter, { chainId: 1271, url: chain.porter!.url });
    const factory = new Contract(chain.base.ecosystem.addresses.factory, chainFactoryAbi, devnet.l1.provider);
    assert.equal(await factory.getFunction("chainOfPorter")(PORTER), ROLLUP);
  });

  test("one transaction crosses both partitions: coins of a rollup account pay an account of the porter", async () => {
    await (await alice().sendTransaction({ to: bob.address, value: 3n * ETHER })).wait();
    // Its first transaction, signed for 1271, joins Bob to the porter.
    await (await bob.sendTransaction({ to: alice().address, value: 1n })).wait();
    await settled();
    const crossing = await alice().sendTransaction({ to: bob.address, value: ETHER });
    const { status } = (await crossing.wait())!;
    assert.equal(status, 1);
    const { batch, call } = await settled();
    // Bob's balance is in the porter's list alone, and L1 has both lists: no guardian stores the second.
    assert.ok(batch.porter);
    assert.equal(Buffer.from(call.pubdata).equals(Buffer.from(batch.pubdata)), true);
    assert.equal(batch.data.bound, boundOfAll([NOTHING_BOUND, keccak256(batch.porter.pubdata) as Hex]));
    assert.ok(call.policyData.includes(Buffer.from(batch.porter.pubdata).toString("hex")));
    const spent = (await bob.provider!.getTransactionReceipt(crossing.hash))!;
    assert.equal(spent.blockNumber, (await rollup.getTransactionReceipt(crossing.hash))!.blockNumber);
  });

  test("a flash loan of a rollup's pool runs through a contract of the porter, and one that is not repaid reverts on both sides", async () => {
    pool = await deploy("FlashPool", alice());
    borrower = await deploy("FlashBorrower", bob);
    await (await alice().sendTransaction({ to: await pool.getAddress(), value: ETHER })).wait();
    assert.equal((await sent(borrower, "borrow", [await pool.getAddress(), ETHER, 0n]))!.status, 1);
    assert.deepEqual([await borrower.getFunction("borrowed")(), await pool.getFunction("loans")()], [ETHER, 1n]);
    await assert.rejects(borrower.getFunction("borrow").staticCall(await pool.getAddress(), ETHER, 1n), /revert/);
    assert.equal((await sent(borrower, "borrow", [await pool.getAddress(), ETHER / 2n, 1n]))!.status, 0);
    assert.deepEqual([await borrower.getFunction("borrowed")(), await pool.getFunction("loans")()], [ETHER, 1n]);
    await settled();
  });

  test("reads are transparent: each side's RPC reads the other's accounts, and a contract the other's contract", async () => {
    // The porter's contract read `loansBefore` from the rollup's pool in its transaction.
    assert.equal((await sent(borrower, "borrow", [await pool.getAddress(), 1n, 0n]))!.status, 1);
    assert.equal(await borrower.getFunction("loansBefore")(), 1n);
    assert.equal(await porter.getBalance(alice().address), await rollup.getBalance(alice().address));
    assert.equal(await rollup.getBalance(bob.address), await porter.getBalance(bob.address));
    await settled();
  });

  test("transactions for the other id are refused by name, on both servers", async () => {
    const raw = async (wallet: BaseWallet, chainId: bigint): Promise<string> =>
      wallet.signTransaction({
        chainId,
        nonce: await rollup.getTransactionCount(wallet.address),
        gasLimit: 21_000n,
        to: bob.address,
      });
    const refusals = [
      [porter, await raw(alice(), ROLLUP), /signed for chain 271, this is chain 1271; send to its RPC/],
      [rollup, await raw(bob, PORTER), /signed for chain 1271, this is chain 271; send to its RPC/],
      [porter, await raw(alice(), PORTER), /belongs to chain 271; send to its RPC/],
      [rollup, await raw(bob, ROLLUP), /belongs to chain 1271; send to its RPC/],
    ] as const;
    for (const [server, signed, message] of refusals) {
      const refusal = await refusalOf(server, "eth_sendRawTransaction", [signed]);
      assert.equal(refusal.data?.code, "WrongPartition");
      assert.match(refusal.message, message);
    }
  });
});
