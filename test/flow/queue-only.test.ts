import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  ContractFactory,
  getCreateAddress,
  Interface,
  keccak256,
  type ContractTransactionResponse,
  type JsonRpcProvider,
} from "ethers";
import hre from "hardhat";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import { sentMessages } from "../../src/ecosystem/client/messages/sent-messages.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { settleQueue } from "../../src/ecosystem/devnet/reconstruction/settle-queue.ts";
import type { BatchProofInfo } from "../../src/ecosystem/devnet/view/batches/proof-on-l1.ts";
import type { BatchesProver } from "../../src/proofs/l1-proof/batches-prover.ts";
import { createNoBatchesProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import type { Node } from "../../src/chain/node/node.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { hashStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import {
  ALICE,
  BOB,
  clientOf,
  dependencies,
  ETHER,
  refusalOf,
  startFlowDevnet,
  type FlowDevnet,
  UNPROVEN,
} from "./support/devnet.ts";
import { NO_EXECUTION_PROVER } from "./support/on-l1.ts";
import { genesisOf } from "./support/genesis.ts";
import { failingChecks } from "./support/shown-proof.ts";

const CHAIN_ID = 271n;
const CHAIN = { chainId: CHAIN_ID, execution: "proven", sequencing: "queue" } as const;
/** A quarter of the window for operations, which is 3,600 seconds. */
const BATCH_SECONDS = 900n;
/** Fields of a receipt that depend on the ends of batches. */
const OF_CUTS: readonly string[] = ["blockHash", "l1BatchNumber", "l1BatchTxIndex", "indexInBatch"];
/** Development accounts that no part of the devnet uses. */
const [SETTLER, LATE_SETTLER] = [15, 16];
/** Stores its call's value in slot 0: CALLVALUE PUSH0 SSTORE. Its init code returns these three bytes. */
const CODE = "345f55";
const INIT_CODE: Hex = `0x62${CODE}5f526003601df3`;
const ZERO: Hex = `0x${"00".repeat(20)}`;
const baseToken = new Interface(l2BaseTokenAbi);

/** Markers of several settlers, which a test holds back. */
class HeldProofs {
  #held: PromiseWithResolvers<undefined> | undefined;
  #waiting = 0;
  readonly #withheld = new Set<string>();
  #changed = Promise.withResolvers<undefined>();

  of(name: string): BatchesProver {
    return {
      ...createNoBatchesProver(),
      prove: async (batches, { signal } = {}) => {
        this.#waiting++;
        this.#tell();
        await this.#held?.promise;
        if (this.#withheld.has(name))
          await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
        return createNoBatchesProver().prove(batches);
      },
    };
  }

  hold(): void {
    this.#held = Promise.withResolvers();
    this.#waiting = 0;
  }

  release(): void {
    this.#held?.resolve(undefined);
    this.#held = undefined;
  }

  /** Resolves when this number of proofs were requested. */
  async waiting(count: number): Promise<void> {
    while (this.#waiting < count) await this.#changed.promise;
  }

  withhold(name: string): void {
    this.#withheld.add(name);
  }

  allow(name: string): void {
    this.#withheld.delete(name);
  }

  #tell(): void {
    this.#changed.resolve(undefined);
    this.#changed = Promise.withResolvers();
  }
}

/*
 * Nothing is proven: L1 accepts markers. With real proofs: test/flow/queue-only-proven.test.ts.
 */
describe("a chain whose order is L1's queue alone", () => {
  const proofs = new HeldProofs();
  const prover = createProver({ workers: 1 });
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let l1: JsonRpcProvider;
  let first: Node;
  let second: Node;
  let bob: Hex;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN], { fundedAccounts: [ALICE], ...UNPROVEN }, { l1Prover: () => proofs.of("first") });
    first = devnet.chains[0]!.pipeline;
    client = clientOf(devnet.chains[0]!);
    l1 = clientOf({ chainId: devnet.l1.chainId, url: devnet.l1.url });
    bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
  });
  after(async () => {
    for (const each of [client, l1]) each.destroy();
    await second.close();
    await devnet.close();
    await prover.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Another process that knows L1's URL and the chain's contract, and has money on L1. */
  async function settler(name: string, account: number): Promise<Node> {
    return settleQueue(
      await rebuilt(),
      { minGasPriceWei: 0n },
      {
        ...{ l1: devnet.l1.provider, connect: dependencies.connectChain, clock: systemClock, prover },
        operator: devnet.accounts.wallet(account).connect(devnet.l1.provider),
        execution: { prover: NO_EXECUTION_PROVER, l1Prover: proofs.of(name) },
        onStop: (error) => devnet.faults.push(error),
      },
    );
  }
  const rebuilt = async (): Promise<Reconstruction> =>
    reconstruct({
      ...{ l1: devnet.l1.provider, hyperchain: devnet.chains[0]!.pipeline.created.hyperchain },
      genesis: await genesisOf(),
    });
  const bobOnL1 = () => devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
  const passL1 = async (seconds: bigint): Promise<void> => {
    await l1.send("evm_increaseTime", [Number(seconds)]);
    await l1.send("evm_mine", []);
  };
  const request = (to: Hex, valueWei: bigint, data: Hex = "0x") =>
    requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to, valueWei, data }, bobOnL1());
  const rootOf = ({ chain }: Node): Hex => digestToHex(chain.tree.root);
  const hashesOf = async ({ chain }: Node): Promise<readonly (Hex | undefined)[]> => {
    const numbers = Array.from({ length: Number(chain.sequencer.head.number) + 1 }, (_, number) => BigInt(number));
    return Promise.all(numbers.map(async (number) => (await chain.blocks.block(number))?.hash));
  };
  const settlementsOf = async (batchNumber: bigint): Promise<readonly string[]> => {
    const topics = hyperchainInterface.encodeFilterTopics("BlockExecution", [batchNumber]);
    const logs = await devnet.l1.provider.getLogs({
      address: devnet.chains[0]!.pipeline.created.hyperchain,
      topics,
      fromBlock: 0,
    });
    const senders = logs.map(async ({ transactionHash }) => (await devnet.l1.provider.getTransaction(transactionHash))!.from);
    return (await Promise.all(senders)).map((address) => lowerCaseAddress(address));
  };
  const addressOf = (account: number): Hex => lowerCaseAddress(devnet.accounts.wallet(account).address);

  it("is reported as a chain of its queue alone, without a quorum that chooses anything", () => {
    const { orderedBy, quorum } = devnet.info().chains[0]!;
    assert.equal(orderedBy?.kind, "queue");
    assert.match(orderedBy.sentence, /^L1's priority queue alone makes its order: .* any account settles them\.$/);
    assert.match(devnet.info().proven, /^NOTHING IS PROVEN: .* without a quorum .* any account that settles it/);
    assert.deepEqual(quorum.members, []);
  });

  it("takes no transaction of a client, makes no block at will, and names the way through L1", async () => {
    const blocks = await client.getBlockNumber();
    const fees = { chainId: CHAIN_ID, type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 100_000n, nonce: 0 };
    const raw = await devnet.accounts.wallet(BOB).signTransaction({ to: bob, ...fees });
    const refusal = await refusalOf(client, "eth_sendRawTransaction", [raw]);
    assert.equal(refusal.data?.code, "QueueOnly");
    assert.match(refusal.message, /requestL2TransactionDirect/);
    assert.equal((await refusalOf(client, "evm_mine", [])).data?.code, "QueueOnly");
    for (const [method, params] of [
      ["hardhat_impersonateAccount", [bob]],
      ["hardhat_setBalance", [bob, "0x1"]],
    ] as const) {
      const { data, message } = await refusalOf(client, method, [...params]);
      assert.equal(data?.code, "CheatRefused", method);
      assert.match(message, /its order is L1's queue alone/);
    }
    assert.equal(await client.getBlockNumber(), blocks);
  });

  it("runs each operation of its queue in order, at its own block's time on L1: a deposit, a creation, a call", async () => {
    const nonce = await client.getTransactionCount(bob);
    const { canonicalTxHash } = await deposit(devnet.info(), { chain: 271, amount: ETHER }, bobOnL1());
    await passL1(60n);
    const created = await request(ZERO, 0n, INIT_CODE);
    const contract = lowerCaseAddress(getCreateAddress({ from: bob, nonce: nonce + 1 }));
    await passL1(60n);
    const { messageHash: called } = await call(
      devnet.info(),
      { chain: "l1", to: `${contract}@271`, data: "0x", value: 77n },
      bobOnL1(),
    );
    assert.equal((await first.pollL1()).operations.length, 3);
    const receipts = await Promise.all(
      [canonicalTxHash, created.canonicalTxHash, called].map((hash) => client.getTransactionReceipt(hash)),
    );
    assert.deepEqual(
      receipts.map((receipt) => receipt?.status),
      [1, 1, 1],
    );
    assert.equal(BigInt(await client.getStorage(contract, 0n)), 77n);
    const times = await Promise.all(receipts.map(async (receipt) => (await client.getBlock(receipt!.blockNumber))!.timestamp));
    const queued = await devnet.l1.provider.getLogs({
      address: devnet.chains[0]!.pipeline.created.hyperchain,
      topics: hyperchainInterface.encodeFilterTopics("NewPriorityRequest", []),
      fromBlock: 0,
    });
    const onL1 = await Promise.all(
      queued.map(async ({ blockNumber }) => (await devnet.l1.provider.getBlock(blockNumber))!.timestamp),
    );
    // The first has funded an account.
    assert.deepEqual(times, onL1.slice(1));
  });

  it("is derived by a second node from L1 alone: the same blocks, and the same state", async () => {
    second = await settler("second", SETTLER);
    await second.pollL1();
    assert.deepEqual(await hashesOf(second), await hashesOf(first));
  });

  it("race: two settlers prove one batch; L1 executes it once, the other pays for no settlement, and both continue", async () => {
    proofs.hold();
    await passL1(BATCH_SECONDS);
    for (const node of [first, second]) await node.pollL1();
    assert.deepEqual([first.progress().sealed, second.progress().sealed], [1, 1]);
    await proofs.waiting(2);
    proofs.release();
    const settled = await Promise.all([first.settled(0n), second.settled(0n)]);
    assert.equal(settled[0].stored.commitment, settled[1].stored.commitment);
    assert.equal((await settlementsOf(0n)).length, 1);
    assert.deepEqual(
      settled.map(({ stored }) => stored.newStateRoot),
      [rootOf(first), rootOf(second)],
    );

    for (const number of [1n, 2n]) {
      await request(bob, number);
      await passL1(BATCH_SECONDS);
      for (const node of [first, second]) await node.pollL1();
      await Promise.all([first.settled(number), second.settled(number)]);
      assert.equal((await settlementsOf(number)).length, 1);
    }
    assert.equal(rootOf(first), rootOf(second));
  });

  it("shows the proof of a settlement with its record, which L1 keeps the hash of, whichever settler has brought it", async () => {
    const { hyperchain } = devnet.chains[0]!.pipeline.created;
    for (const number of [0, 1]) {
      const shown = (await client.send("hyperchain_proof", [271, number])) as BatchProofInfo;
      assert.ok(shown.kind === "execution");
      const transaction = (await l1.getTransaction(shown.checked.transactionHash))!;
      const { digest, proof } = hyperchainInterface.parseTransaction(transaction)!.args.toObject();
      assert.deepEqual(
        [shown.digest, shown.proof, shown.isProven, shown.batches, shown.number, shown.checked.contract],
        [digest, proof, true, [{ chainId: 271, number, storedBatch: shown.storedBatch }], number, hyperchain],
      );
      assert.equal(keccak256(shown.storedBatch), hashStoredBatch((await first.settled(BigInt(number))).stored));
      assert.deepEqual(await failingChecks(shown, { l1, hyperchain }), []);
      // A chain that shows another batch's record with it.
      const other = (await client.send("hyperchain_proof", [271, 1 - number])) as typeof shown;
      const { storedBatch } = other;
      assert.deepEqual(await failingChecks({ ...shown, storedBatch }, { l1, hyperchain }), [
        "the chain's contract on L1 said there that the execution of this batch is proven",
        "the record is of this batch",
        "the contract on L1 keeps the hash of this record",
      ]);
    }
    assert.equal(await client.send("hyperchain_proof", [271, 3]), null);
  });

  it("cannot be stopped by the node that created it: without its proofs another settles", async () => {
    proofs.withhold("first");
    await request(bob, 3n);
    await passL1(BATCH_SECONDS);
    for (const node of [first, second]) await node.pollL1();
    await second.settled(3n);
    assert.deepEqual(await settlementsOf(3n), [addressOf(SETTLER)]);
    // The proof that it has begun is useless.
    assert.equal((await first.settled(3n)).stored.newStateRoot, rootOf(first));
    proofs.allow("first");
  });

  it("pays a withdrawal that came by the queue, once any account has settled it", async () => {
    const data = baseToken.encodeFunctionData("withdraw", [bob]) as Hex;
    const to = `${PREDEPLOYS.L2BaseToken}@271`;
    const sent = await call(devnet.info(), { chain: "l1", to, data, value: ETHER / 4n }, bobOnL1());
    await first.pollL1();
    const receipt = (await client.getTransactionReceipt(sent.messageHash))!;
    const withdrawal = sentMessages(Number(CHAIN_ID), Number(devnet.l1.chainId), receipt as never).find(
      ({ type }) => type === "withdrawal",
    );
    const name = { chain: 271, messageHash: withdrawal!.messageHash };
    assert.deepEqual(await finalizeWithdrawal(devnet.info(), name, bobOnL1()), { state: "unknown" });
    await passL1(BATCH_SECONDS);
    for (const node of [first, second]) await node.pollL1();
    await first.settled(4n);
    assert.equal((await finalizeWithdrawal(devnet.info(), name, bobOnL1())).state, "paid");
  });

  it("has an account of its node send through L1 what its client asks for: a contract is deployed and called as on any chain", async () => {
    const signer = await client.getSigner(addressOf(ALICE));
    const { abi, bytecode } = await hre.artifacts.readArtifact("CallTarget");
    const target = await new ContractFactory(abi, bytecode, signer).deploy();
    await target.waitForDeployment();
    const sent = (await target.getFunction("double")(6n, { value: 5n })) as ContractTransactionResponse;
    assert.equal((await sent.wait())?.status, 1);
    assert.equal(await client.getBalance(await target.getAddress()), 5n);
    await second.pollL1();
  });

  it("is settled by a devnet's own test of it: L1's time is put forward to the end of its batch", async () => {
    await request(bob, 6n);
    await first.pollL1();
    const [batch, ...others] = await devnet.settle(CHAIN_ID);
    assert.deepEqual([batch?.batchNumber, others], [5, []]);
    await second.pollL1();
  });

  it("returns with its ecosystem to a snapshot, and continues normally", async () => {
    const [root, blocks] = [rootOf(first), await client.getBlockNumber()];
    const snapshot = await devnet.snapshot();
    const before = await client.getBalance(bob);
    for (const amount of [100n, 200n]) {
      await request(bob, amount);
      await first.pollL1();
      assert.equal((await client.getBalance(bob)) - before >= amount, true);
      await devnet.settle(CHAIN_ID);
      assert.notEqual(rootOf(first), root);
      if (amount === 100n) await devnet.revert(snapshot);
      if (amount === 100n) assert.deepEqual([rootOf(first), await client.getBlockNumber()], [root, blocks]);
    }
  });

  it("is rebuilt from L1's data alone to the root that all derive, and by a node that begins then, and settles the next batch", async () => {
    assert.equal((await rebuilt()).stateRoot, rootOf(first));
    const late = await settler("late", LATE_SETTLER);
    try {
      for (const name of ["first", "second"]) proofs.withhold(name);
      await request(bob, 7n);
      await passL1(BATCH_SECONDS);
      await late.pollL1();
      await late.settled(7n);
      assert.deepEqual(await settlementsOf(7n), [addressOf(LATE_SETTLER)]);
      for (const node of [first, second]) await node.pollL1();
      await Promise.all([first.settled(7n), second.settled(7n)]);
      assert.deepEqual(await hashesOf(late), await hashesOf(first));
      assert.equal(rootOf(late), rootOf(second));
    } finally {
      await late.close();
    }
  });

  /** Receipts of operations without fields of cuts, and the times of their blocks. */
  const receiptsOf = (hashes: readonly string[]): Promise<readonly unknown[]> =>
    Promise.all(
      hashes.map(async (hash) => {
        const receipt = (await client.send("eth_getTransactionReceipt", [hash])) as { readonly blockNumber: Hex };
        const outcome = JSON.stringify(receipt, (key, value: unknown) => (OF_CUTS.includes(key) ? undefined : value));
        return [outcome, (await client.getBlock(Number(receipt.blockNumber)))?.timestamp];
      }),
    );
  const assertEqualNodes = async (): Promise<void> => {
    assert.equal(rootOf(first), rootOf(second));
    assert.deepEqual(await hashesOf(first), await hashesOf(second));
  };

  it("two settlers, two cuts: a node whose open batch has more operations adopts L1's cut, with equal outcomes, numbers and times", async () => {
    for (const name of ["first", "second"]) proofs.allow(name);
    const operations = [await request(bob, 11n)];
    await second.pollL1();
    operations.push(await request(bob, 12n));
    await first.pollL1();
    const hashes = operations.map(({ canonicalTxHash }) => canonicalTxHash);
    const receipts = await receiptsOf(hashes);
    // Against the rules: the batch would be open for a quarter of the window.
    await second.chain.seal();
    const { stored } = await second.settled(8n);
    assert.equal(first.progress().sealed, 8);
    for (const node of [first, second]) await node.pollL1();
    assert.deepEqual([first.progress().sealed, second.progress().sealed], [9, 9]);
    assert.equal(stored.newStateRoot, rootOf(first));
    assert.deepEqual(await receiptsOf(hashes), receipts);
    await assertEqualNodes();
    assert.equal((await first.settled(8n)).stored.commitment, stored.commitment);
  });

  it("two settlers, two cuts: a node that has sealed and proves the batch drops it, and those who wait get L1's", async () => {
    await passL1(BATCH_SECONDS);
    for (const node of [first, second]) await node.pollL1();
    await Promise.all([first.settled(9n), second.settled(9n)]);
    proofs.withhold("first");
    const operations = [await request(bob, 13n)];
    await second.pollL1();
    operations.push(await request(bob, 14n));
    await first.pollL1();
    const hashes = operations.map(({ canonicalTxHash }) => canonicalTxHash);
    const receipts = await receiptsOf(hashes);
    await passL1(BATCH_SECONDS);
    await first.pollL1();
    assert.equal(first.progress().sealed, 11);
    const awaited = first.settled(10n);
    await second.chain.seal();
    const { stored } = await second.settled(10n);
    proofs.allow("first");
    for (const node of [first, second]) await node.pollL1();
    const adopted = await awaited;
    assert.deepEqual([adopted.stored.commitment, adopted.stored.priorityOpTotal], [stored.commitment, stored.priorityOpTotal]);
    assert.deepEqual(await settlementsOf(10n), [addressOf(SETTLER)]);
    await Promise.all([first.settled(11n), second.settled(11n)]);
    assert.deepEqual(await receiptsOf(hashes), receipts);
    await assertEqualNodes();
    assert.deepEqual([first.fault(), second.fault()], [undefined, undefined]);
  });

  it("is derived from its first block on by a node that begins after these cuts", async () => {
    const late = await settler("late", LATE_SETTLER);
    try {
      await late.pollL1();
      assert.deepEqual(await hashesOf(late), await hashesOf(first));
      assert.equal(rootOf(late), rootOf(first));
      assert.equal((await rebuilt()).stateRoot, rootOf(first));
    } finally {
      await late.close();
    }
  });
});
