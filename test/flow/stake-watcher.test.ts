import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Contract, Interface, keccak256, ZeroAddress, type HDNodeWallet, type Result } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { stakeRegistryAbi } from "../../src/ground/abi/stake-registry.ts";
import type { DevnetChain } from "../../src/ecosystem/devnet/devnet.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain } from "../../src/ground/protocol/quorum.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [LYING, HONEST] = [271n, 272n];
/** Development account that no part of the ecosystem uses. */
const STRANGER = 12;
const coder = AbiCoder.defaultAbiCoder();
const hyperchain = new Interface(hyperchainAbi);

type StakeInfo = NonNullable<EcosystemInfo["stake"]>;

describe("D5: the watcher of staked validators", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([LYING, HONEST], {
      ...UNPROVEN,
      fundedAccounts: [ALICE],
      stake: { unbondingSeconds: 100_000 },
    });
  });
  after(() => devnet?.close());

  const wallet = (place: number): HDNodeWallet => devnet.accounts.wallet(place).connect(devnet.l1.provider);
  const chain = (chainId: bigint): DevnetChain => devnet.chains.find((each) => each.chainId === chainId)!;
  /** A chain's only validator is its operator. */
  const validator = (chainId: bigint): HDNodeWallet => wallet(chainId === LYING ? 20 : 21);
  const stake = (): StakeInfo => devnet.info().stake!;
  const balanceOf = (address: string): Promise<bigint> => devnet.l1.provider.getBalance(address);
  const tick = async (): Promise<void> => {
    await devnet.l1.request("evm_increaseTime", [5]);
    await devnet.l1.request("evm_mine", []);
  };

  async function until(isReached: (info: StakeInfo) => boolean): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (isReached(stake())) return;
      await pause(50);
    }
    assert.fail(`not reached: ${JSON.stringify(stake())}`);
  }
  /** Waits until the watcher has read all of L1. */
  async function untilRead(): Promise<void> {
    const newest = await devnet.l1.provider.getBlockNumber();
    await until(({ watcher }) => (watcher.readUpTo ?? -1) >= newest);
  }
  /** Weight of a chain's validator by the registry itself. */
  async function weightOf(chainId: bigint): Promise<bigint> {
    const { registry, evidence } = stake();
    const data = coder.encode(["uint256"], [chainId]);
    const service = keccak256(coder.encode(["address", "bytes"], [evidence, data]));
    const { timestamp } = (await devnet.l1.provider.getBlock("latest"))!;
    const contract = new Contract(registry, stakeRegistryAbi, devnet.l1.provider);
    return (await contract.getFunction("weightAt")(service, validator(chainId).address, timestamp - 1)) as bigint;
  }
  /** Pays on a chain and settles; resolves with the calldata of the commit. */
  async function settle(chainId: bigint, value: bigint): Promise<string> {
    const client = clientOf(chain(chainId));
    const payment = { to: devnet.accounts.wallet(BOB).address, value };
    await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction(payment)).wait();
    client.destroy();
    const batch = (await devnet.settle(chainId)).at(-1)!;
    const transaction = await devnet.l1.provider.getTransaction(batch.l1Transactions.commit!);
    return transaction!.data;
  }
  const wordOf = (calldata: string): { readonly commitment: Hex; readonly batchNumber: bigint; readonly until: bigint } => {
    const { args } = hyperchain.parseTransaction({ data: calldata })!;
    const [, [committed]] = args as unknown as readonly [unknown, readonly [Record<"batch" | "approval", Result>]];
    const { commitment, batchNumber } = committed.batch as unknown as { readonly commitment: Hex; readonly batchNumber: bigint };
    return { commitment, batchNumber, until: (committed.approval as unknown as { readonly validUntil: bigint }).validUntil };
  };

  test("stakes one coin for each validator, by accounts of which each has one key", async () => {
    await tick();
    assert.deepEqual([await weightOf(LYING), await weightOf(HONEST)], [ETHER, ETHER]);
    await until(({ keys }) => keys.length === 2 && keys.every(({ stakeWei }) => stakeWei === String(ETHER)));
    const keys = stake().keys.map(({ chainId, key }) => [chainId, key]);
    const addresses = [LYING, HONEST].map((chainId) => [Number(chainId), validator(chainId).address.toLowerCase()]);
    assert.deepEqual(keys.sort(), addresses.sort());
    assert.notEqual(stake().keys[0]!.operator, stake().keys[1]!.operator);
  });

  test("an honest validator that signs another batch after each return to a snapshot is not slashed", async () => {
    const seen: ReturnType<typeof wordOf>[] = [];
    for (const value of [1n, 2n]) {
      const snapshot = await devnet.snapshot();
      seen.push(wordOf(await settle(HONEST, value)));
      // The watcher has the word in memory, or has to read it again after its death.
      await untilRead();
      if (value === 2n) process.kill(stake().watcher.pid!, "SIGKILL");
      assert.equal(await devnet.revert(snapshot), true);
    }
    await settle(HONEST, 3n);
    await tick();
    await untilRead();
    // The words contradict each other: one number, other commitments, times that overlap.
    assert.equal(new Set(seen.map(({ batchNumber }) => batchNumber)).size, 1);
    assert.equal(new Set(seen.map(({ commitment }) => commitment)).size, 2);
    assert.equal(stake().rewinds.count, 2);
    assert.equal(await weightOf(HONEST), ETHER);
    assert.deepEqual(stake().slashes, []);
  });

  test("a validator whose second word for a number is in a refused transaction loses its stake", async () => {
    const calldata = await settle(LYING, 1n);
    await untilRead();
    const { args } = hyperchain.parseTransaction({ data: calldata })!;
    const [previous, [committed]] = args as unknown as readonly [unknown, readonly [Record<"batch" | "approval", Result>]];
    const batch = { ...committed.batch.toObject(), commitment: wordToHex(7n) };
    const approval = committed.approval.toObject() as { validFrom: bigint; validUntil: bigint };
    const { batchNumber } = wordOf(calldata);
    const { hyperchain: contract } = chain(LYING).pipeline.created;
    const { validFrom, validUntil } = approval;
    const word = { commitment: batch.commitment, batchNumber, revertCount: 0n, validFrom, validUntil };
    const domain = quorumDomain(devnet.l1.chainId, contract);
    const signature = await validator(LYING).signTypedData(domain, BATCH_COMMITMENT_TYPES, word);
    const commits = [{ batch, approval: { ...approval, signatures: [signature] } }];
    const data = hyperchain.encodeFunctionData("commitBatches", [previous, commits]);
    // L1 has a batch of this number and refuses the transaction, whose calldata it stores.
    const before = [await balanceOf(ZeroAddress), await balanceOf(stake().registry)];
    const sent = wallet(STRANGER).sendTransaction({ to: contract, data, gasLimit: 3_000_000 });
    await assert.rejects(sent.then((transaction) => transaction.wait()));
    await tick();
    await until(({ slashes }) => slashes.length === 1);
    const { chainId, key, amountWei } = stake().slashes[0]!;
    assert.deepEqual([chainId, key, amountWei], [Number(LYING), validator(LYING).address.toLowerCase(), String(ETHER)]);
    // A tenth is the watcher's, nine tenths are burnt.
    assert.equal((await balanceOf(ZeroAddress)) - before[0]!, (ETHER * 9n) / 10n);
    assert.equal(before[1]! - (await balanceOf(stake().registry)), ETHER);
    await tick();
    assert.deepEqual([await weightOf(LYING), await weightOf(HONEST)], [0n, ETHER]);
    // Stake does not vote: the chain continues.
    await settle(LYING, 2n);
    assert.deepEqual(devnet.faults, []);
  });
});
