import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  Contract,
  ContractFactory,
  Interface,
  keccak256,
  toQuantity,
  Wallet,
  type BaseWallet,
  type HDNodeWallet,
  type JsonRpcProvider,
} from "ethers";
import hre from "hardhat";
import type { DevnetChain } from "../../src/ecosystem/devnet/devnet.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { calledCommits } from "../../src/chain/settlement-layer/reader/commit-call.ts";
import { sharedBridgeAbi } from "../../src/ground/abi/shared-bridge.ts";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { RebuiltState } from "../../src/chain/reconstruction/rebuilt-state.ts";
import { viewSlot } from "../../src/ecosystem/client/messages/remote-slot.ts";
import { bringRoot } from "../../src/ecosystem/client/queue/l1-word.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { RemoteGuardian } from "../../src/ecosystem/devnet/guardian/guardian-client.ts";
import type { DataHolder } from "../../src/ecosystem/devnet/held-data/held-data.ts";
import { createNoProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import { continueChain } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import { holdingClaim } from "../../src/tool/plugin/tasks/from-l1/holding-claim.ts";
import { messagesOf, proveHolding, proveMessage, provePorterHolding } from "../../src/ecosystem/devnet/reconstruction/proofs.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import { ETH_BASE_TOKEN } from "../../src/ground/protocol/base-token.ts";
import { boundOfAll, boundOfAny, NOTHING_BOUND } from "../../src/ground/protocol/data-choice.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { connectHttp } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { genesisOf } from "./support/genesis.ts";
import { ALICE, clientOf, dependencies, ETHER, refusalOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [ROLLUP, PORTER] = [271n, 1271n];
const READER = 272n;
const HEIR: Hex = `0x${"5a".repeat(20)}`;
const OTHER_HEIR: Hex = `0x${"5b".repeat(20)}`;
const RUNNING = {
  blocks: { type: "instant" },
  batches: { maxAgeMs: undefined, maxTransactions: undefined },
  minGasPriceWei: 0n,
} as const;
const [bridge, hyperchainInterface] = [new Interface(sharedBridgeAbi), new Interface(hyperchainAbi)];
const l2BaseToken = new Interface(l2BaseTokenAbi);

/** Proof of a node that a slot is empty in the rollup's tree, in the form of `zks_getProof`. */
function zeroOf(state: RebuiltState, contract: string): object {
  const proof = state.prove({ leafKind: LeafKind.storage, address: BigInt(contract), slot: 0n });
  const { leafCount, index, leafKind, key, nextKey, value, siblings } = proof;
  const leaf = { kind: leafKind, key: digestToHex(key), nextKey: digestToHex(nextKey), value: wordToHex(value) };
  return { key: wordToHex(0n), value: wordToHex(0n), index, proof: siblings.map(digestToHex), leaf, leafCount };
}

describe("F7: a chain with a rollup and a porter", () => {
  let devnet: FlowDevnet;
  let chain: DevnetChain;
  let beta: JsonRpcProvider;
  let rollup: JsonRpcProvider;
  let porter: JsonRpcProvider;
  let bob: Wallet;
  let pool: Contract;
  let borrower: Contract;

  before(async () => {
    devnet = await startFlowDevnet(
      [{ chainId: ROLLUP, execution: "trusted", partition: { chainId: 1271, guardians: "main", afterMs: 10_000 } }, READER],
      { ...UNPROVEN, stake: { unbondingSeconds: 100_000 }, guardians: { main: { members: 1 } } },
    );
    chain = devnet.chains[0]!;
    beta = clientOf(devnet.chains[1]!);
    rollup = clientOf(chain);
    porter = connectHttp(PORTER, chain.porter!.url);
    bob = new Wallet(keccak256("0xb0b0"), porter);
  });
  after(async () => {
    beta.destroy();
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
  /** Lists of the porter that a guardian has served, by root: copies at another holder. */
  const lists = new Map<Hex, Uint8Array>();
  const holder = {
    name: "copies",
    read: ({ hash }: { readonly hash: Hex }) => Promise.resolve(lists.get(hash) ?? Uint8Array.of()),
  };
  const copyList = async (remote: RemoteGuardian, root: Hex): Promise<void> => {
    lists.set(root, await remote.read({ hash: root }, AbortSignal.timeout(5_000)));
  };
  const seen: { readonly formed: FormedBatch }[] = [];
  const rebuild = async (holders: readonly DataHolder[]) =>
    reconstruct({ l1: devnet.l1.url, hyperchain: chain.pipeline.created.hyperchain, genesis: await genesisOf(), holders });
  const onL1 = () => devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
  const send = async (to: Hex, data: string) => (await onL1().sendTransaction({ to, data })).wait();
  /** Commit of the newest batch, and the batch. */
  const settled = async () => {
    const batch = (await chain.pipeline.seal())!;
    seen.push({ formed: batch });
    const { l1Transactions } = (await devnet.settle(ROLLUP)).at(-1)!;
    const [call] = (await calledCommits(devnet.l1.provider, l1Transactions.commit!, batch.commitment))!;
    return { batch, call: call! };
  };

  test("each side has its chain id and its RPC, and L1 reserves the second id", async () => {
    assert.deepEqual([await rollup.send("eth_chainId", []), await porter.send("eth_chainId", [])], ["0x10f", "0x4f7"]);
    assert.equal(await porter.send("net_version", []), "1271");
    const { chains } = (await rollup.send("hyperchain_info", [])) as EcosystemInfo;
    const { sentence, ...shown } = chains[0]!.porter!;
    assert.deepEqual(shown, { chainId: 1271, url: chain.porter!.url });
    assert.match(sentence, /guardians "main" .* can withhold them, .* the rollup's accounts .* by L1's data alone/);
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
    // Bob's balance is in the porter's list alone, which the guardian has, and L1 has the rollup's changes.
    assert.ok(batch.porter);
    assert.deepEqual(Buffer.from(call.pubdata), Buffer.from(batch.pubdata));
    assert.deepEqual(batch.data.path, [0]);
    assert.ok(!call.policyData.includes(Buffer.from(batch.porter.pubdata).toString("hex")));
    const root = digestToHex(batch.porter.newRoot);
    const { url } = devnet.info().guardians![0]!.members[0]!;
    const remote = new RemoteGuardian(url, chain.pipeline.created.hyperchain);
    for (const { formed } of seen) if (formed.porter !== undefined) await copyList(remote, digestToHex(formed.porter.newRoot));
    assert.deepEqual(Buffer.from(lists.get(root)!), Buffer.from(batch.porter.pubdata));
    const { porter: dump } = await remote.leaves();
    assert.equal(new RebuiltState(dump!).stateRoot, root);
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

  test("both RPCs show the blocks, transactions, receipts and logs of both sides, and differ in the id and in what they take", async () => {
    const block = await rollup.getBlockNumber();
    const same = [
      ["eth_blockNumber", []],
      ["eth_getBlockByNumber", [toQuantity(block), true]],
      ["eth_getBlockReceipts", [toQuantity(block)]],
      ["eth_getLogs", [{ fromBlock: "0x0", toBlock: "latest" }]],
      ["eth_getTransactionCount", [bob.address, "latest"]],
      ["eth_getBalance", [alice().address, "latest"]],
      ["zks_L1BatchNumber", []],
    ] as const;
    for (const [method, params] of same)
      assert.deepEqual(await porter.send(method, [...params]), await rollup.send(method, [...params]), method);
    // The transactions of a block name the id for which each is signed.
    const ids = new Set<string>();
    for (let number = 1; number <= block; number++) {
      const { transactions } = (await rollup.send("eth_getBlockByNumber", [toQuantity(number), true])) as {
        readonly transactions: readonly { readonly chainId?: string }[];
      };
      for (const { chainId } of transactions) if (chainId !== undefined) ids.add(chainId);
    }
    assert.deepEqual([...ids].sort(), ["0x10f", "0x4f7"]);
    for (const method of ["eth_chainId", "net_version"])
      assert.notEqual(await porter.send(method, []), await rollup.send(method, []), method);
  });

  test("a porter's slot is refused by name to other chains, also if a node of the chain proves its zero", async () => {
    const info = devnet.info();
    await bringRoot(info, Number(READER), onL1());
    await devnet.chains[1]!.pipeline.pollL1();
    await devnet.chains[1]!.pipeline.seal();
    const providers = new Map([
      [Number(ROLLUP), rollup],
      [Number(READER), beta],
      [info.l1.chainId, connectHttp(BigInt(info.l1.chainId), devnet.l1.url)],
    ]);
    const providerOf = (chainId: number) => providers.get(chainId)!;
    const slotOf = (contract: string, slot: bigint) => ({ on: Number(READER), chain: Number(ROLLUP), contract, slot });
    const contract = await borrower.getAddress();
    try {
      // A slot of the rollup's pool is read, a zero included.
      assert.equal((await viewSlot(info, slotOf(await pool.getAddress(), 99n), providerOf)).value, 0n);
      const refused = { name: "ClientError", code: "WrongPartition" };
      await assert.rejects(viewSlot(info, slotOf(contract, 0n), providerOf), refused);
      // Another node proves the zero that L1's state has.
      const { state } = await rebuild([]);
      const lying = Object.assign(Object.create(rollup) as JsonRpcProvider, {
        send: (method: string, params: readonly unknown[]) =>
          method === "zks_getProof" && params[0] === contract.toLowerCase()
            ? Promise.resolve({ storageProof: [zeroOf(state, contract)] })
            : rollup.send(method, [...params]),
      });
      const byLiar = (chainId: number) => (chainId === Number(ROLLUP) ? lying : providerOf(chainId));
      await assert.rejects(viewSlot(info, slotOf(contract, 0n), byLiar), refused);
      assert.equal((await viewSlot(info, slotOf(await pool.getAddress(), 99n), byLiar)).value, 0n);
    } finally {
      providers.get(info.l1.chainId)!.destroy();
    }
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

  test("guardians are silent: the porter's list is on L1 instead, bound by the commitment, and the chain continues", async () => {
    for (const { formed } of seen) {
      const { url } = devnet.info().guardians![0]!.members[0]!;
      if (formed.porter !== undefined)
        await copyList(new RemoteGuardian(url, chain.pipeline.created.hyperchain), digestToHex(formed.porter.newRoot));
    }
    process.kill(devnet.info().guardians![0]!.members[0]!.pid!, "SIGKILL");
    await (await bob.sendTransaction({ to: alice().address, value: 1n })).wait();
    const { batch, call } = await settled();
    assert.deepEqual(batch.data.path, [1]);
    const list = batch.porter!.pubdata;
    assert.equal(batch.data.bound, boundOfAll([NOTHING_BOUND, boundOfAny(1, keccak256(list) as Hex)]));
    assert.ok(call.policyData.includes(Buffer.from(list).toString("hex")));
  });

  test("the rollup is rebuilt and withdraws by L1's data alone, and the porter by the lists of a holder and of L1", async () => {
    const withdraw = { to: PREDEPLOYS.L2BaseToken, data: l2BaseToken.encodeFunctionData("withdraw", [HEIR]), value: 5n };
    await (await alice().sendTransaction(withdraw)).wait();
    await settled();
    const alone = await rebuild([]);
    assert.equal(alone.stateRoot, digestToHex(chain.pipeline.chain.tree.root));
    assert.equal(alone.porter!.state, undefined);
    assert.match(alone.porter!.missing!.message, /withheld from L1/);
    assert.throws(() => provePorterHolding(alone, bob.address as Hex), { code: "NotARollup" });
    const [message] = messagesOf(alone);
    const claim = proveMessage(alone, message!.batchNumber, message!.index);
    await send(devnet.ecosystem.addresses.bridge, bridge.encodeFunctionData("finalizeDeposit", [claim]));
    assert.equal(await devnet.l1.provider.getBalance(HEIR), 5n);

    const liar = { name: "liar", read: () => Promise.resolve(Uint8Array.of(1, 2, 3)) };
    const both = await rebuild([liar, holder]);
    assert.equal(both.porter!.chainId, PORTER);
    assert.equal(both.porter!.state!.stateRoot, digestToHex(chain.pipeline.chain.partition!.tree.root));
    const { clock, connectChain: connect } = dependencies;
    const copy = await startReconstructedChain(both, {}, { connect, clock });
    const ask = (method: string, params: readonly unknown[]) => copy.porter!.provider.request({ method, params });
    assert.equal(await ask("eth_chainId", []), "0x4f7");
    assert.equal(BigInt((await ask("eth_getBalance", [bob.address, "latest"])) as Hex), await porter.getBalance(bob.address));
    const continued = continueChain(both, RUNNING, {
      ...{ connect, clock, l1: devnet.l1.provider, prover: createNoProver(), operator: onL1() },
      onStop: (error) => devnet.faults.push(error),
    });
    await assert.rejects(continued, { code: "PorterNotContinued" });
    await copy.close();
  });

  test("a chain that stopped is left: the rollup by L1's data alone, and the porter's coin by its two paths", async () => {
    const { factory, stateExit } = devnet.ecosystem.addresses;
    const { hyperchain, configuration } = chain.pipeline.created;
    await requestFromL1(factory, { chainId: ROLLUP, to: HEIR, valueWei: 1n }, onL1());
    await devnet.l1.request("evm_increaseTime", [Number(2n * configuration.priorityOpWindow + configuration.exitDelay + 60n)]);
    await send(hyperchain, hyperchainInterface.encodeFunctionData("activateExit"));
    const alone = await rebuild([]);
    const held = proveHolding(alone, alice().address.toLowerCase() as Hex, ETH_BASE_TOKEN)!;
    assert.ok(held.amount > ETHER);
    const ofAlice = holdingClaim(alone, alice().address.toLowerCase() as Hex, ETH_BASE_TOKEN)!;
    await send(stateExit, ofAlice.encode(held.amount, HEIR));
    assert.equal(await devnet.l1.provider.getBalance(HEIR), 5n + held.amount);

    const bobs = bob.address.toLowerCase() as Hex;
    // The porter's list is at the guardian, and the claim says so.
    assert.throws(() => holdingClaim(alone, bobs, ETH_BASE_TOKEN), { code: "NotARollup" });
    const { amount, encode } = holdingClaim(await rebuild([holder]), bobs, ETH_BASE_TOKEN)!;
    assert.ok(amount > 3n * ETHER);
    const data = encode(amount, OTHER_HEIR);
    await assert.rejects(onL1().sendTransaction({ to: stateExit, data }), "another account proves nothing with Bob's paths");
    await (await onL1().sendTransaction({ to: bob.address, value: ETHER / 10n })).wait();
    await (await bob.connect(devnet.l1.provider).sendTransaction({ to: stateExit, data })).wait();
    assert.equal(await devnet.l1.provider.getBalance(OTHER_HEIR), amount);
  });
});

test("F7: restart while guardians are silent: a chain with a porter returns with both trees, and L1 gets the same bytes", async () => {
  const data = await mkdtemp(join(tmpdir(), "partitions-"));
  const partition = { chainId: 1271, guardians: "main", afterMs: 2_000 };
  const start = () =>
    startFlowDevnet([{ chainId: ROLLUP, execution: "trusted", partition }], {
      ...{ ...UNPROVEN, data, stake: { unbondingSeconds: 100_000 }, guardians: { main: { members: 1 } } },
    });
  const silence = (devnet: FlowDevnet): boolean => process.kill(devnet.info().guardians![0]!.members[0]!.pid!, "SIGKILL");
  const bob = new Wallet(keccak256("0xb0b1"));
  const pay = async (devnet: FlowDevnet, nonce: number): Promise<void> => {
    const { porter } = devnet.chains[0]!;
    const raw = await bob.signTransaction({
      chainId: PORTER,
      nonce,
      gasLimit: 21_000n,
      gasPrice: 10n ** 9n,
      to: HEIR,
      value: 1n,
    });
    await porter!.provider.request({ method: "eth_sendRawTransaction", params: [raw] });
  };
  const first = await start();
  const client = clientOf(first.chains[0]!);
  await (await first.accounts.wallet(ALICE).connect(client).sendTransaction({ to: bob.address, value: ETHER })).wait();
  client.destroy();
  await pay(first, 0);
  await first.settle(ROLLUP);
  silence(first);
  await pay(first, 1);
  const sealed = (await first.chains[0]!.pipeline.seal())!;
  assert.deepEqual(sealed.data.path, [1]);
  const { chain: before } = first.chains[0]!.pipeline;
  const roots = [digestToHex(before.tree.root), digestToHex(before.partition!.tree.root)];
  await first.close();
  const second = await start();
  try {
    // It signs again after its start: the choice of the sealed batch stays.
    silence(second);
    const { chain } = second.chains[0]!.pipeline;
    assert.deepEqual([digestToHex(chain.tree.root), digestToHex(chain.partition!.tree.root)], roots);
    await second.settle(ROLLUP);
    // The process before may have sent it already.
    const { topicHash } = hyperchainInterface.getEvent("BlockCommit")!;
    const commits = { fromBlock: 0, topics: [topicHash, null, null, sealed.commitment] };
    const [commit] = await second.l1.provider.getLogs(commits);
    const [call] = (await calledCommits(second.l1.provider, commit!.transactionHash as Hex, sealed.commitment))!;
    assert.ok(call!.policyData.includes(Buffer.from(sealed.porter!.pubdata).toString("hex")));
    await pay(second, 2);
    await second.settle(ROLLUP);
    assert.notEqual(digestToHex(chain.partition!.tree.root), roots[1]);
  } finally {
    await second.close();
    await rm(data, { recursive: true });
  }
  assert.deepEqual([...first.faults, ...second.faults], []);
});
