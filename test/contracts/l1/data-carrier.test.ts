import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { solidityPacked, type BaseContract, type ContractTransactionReceipt } from "ethers";
import hre from "hardhat";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { DiffEntry } from "../../../src/ground/protocol/diff-list.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { batchLimits, l1LoadOf, NO_USAGE } from "../../../src/chain/ordering/limits.ts";
import { l1CostOf, l1TotalOf } from "../../../src/ground/protocol/way-to-l1.ts";
import { Random } from "../../chain/state/support/random.ts";
import { addExecutionVersion } from "./support/aggregates.ts";
import { TestChain, type BatchContent, type FormedBatch } from "./support/chain.ts";
import {
  addressOf,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  hexAddress,
  provenVersion,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

/** EIP-7825. */
const TRANSACTION_GAS_LIMIT = 16_777_216n;
const MESSENGER = "0x0000000000000000000000000000000000008008";
/** Maximum bytes of a batch in a message of the carrier (docs/protocol.md). */
const PART_BYTES = 60_000;

interface Carried {
  readonly sender: string;
  readonly message: Hex;
}

describe("D3: data of chains on a chain are carried to L1 with the commit", () => {
  let ecosystem: Ecosystem;
  let carrier: BaseContract;
  let messenger: BaseContract;
  let falseChain: BaseContract;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    const { deployedBytecode } = await hre.artifacts.readArtifact("L1Messenger");
    await ecosystem.l1.ethers.provider.send("hardhat_setCode", [MESSENGER, deployedBytecode]);
    messenger = (await ecosystem.l1.ethers.getContractAt("L1Messenger", MESSENGER)) as unknown as BaseContract;
    carrier = await ecosystem.l1.deploy("DataCarrier");
    falseChain = await ecosystem.l1.deploy("FalseChain");
  });
  after(() => ecosystem.l1.close());

  const carriedChain = async (): Promise<TestChain> =>
    TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      dataAvailabilityPolicy: await carrier.getAddress(),
    });
  const argsOf = async (chain: TestChain, formed: FormedBatch): Promise<readonly unknown[]> => [
    formed.previous,
    formed.commit,
    await chain.sign(formed.expected.commitment, undefined, { batchNumber: formed.expected.batchNumber }),
  ];
  /** Arguments of the chain's contract for a commit by these of the carrier. */
  const direct = ([previous, batch, approval]: readonly unknown[]): readonly unknown[] => [previous, [{ batch, approval }]];
  const carry = async (
    chain: TestChain,
    formed: FormedBatch,
    hyperchain: string = chain.address,
  ): Promise<ContractTransactionReceipt> => send(carrier, "commit", hyperchain, ...(await argsOf(chain, formed)));
  const messagesOf = (receipt: ContractTransactionReceipt): Carried[] =>
    eventsOf(messenger, receipt, "L1MessageSent").map(({ args }) => ({
      sender: String(args["sender"]).toLowerCase(),
      message: args["message"] as Hex,
    }));
  /** The messages as the format says, by ethers. */
  const expectedMessages = async (
    chain: TestChain,
    { expected, commit }: FormedBatch,
    committedAt: bigint,
  ): Promise<Carried[]> => {
    const head = solidityPacked(
      [...Array<string>(7).fill("uint64"), "address", "bytes32", "bytes32"],
      [
        ...[committedAt, expected.lastBlock, expected.firstTimestamp, expected.lastTimestamp],
        ...[commit["priorityOpCount"], commit["importedRootCount"], commit["cheatCount"], commit["coinbase"]],
        ...[expected.importedRootsRollingHash, expected.newStateRoot],
      ],
    );
    const pubdata = fromHex(commit["pubdata"] as Hex);
    const parts = Array.from({ length: Math.ceil(pubdata.length / PART_BYTES) }, (_, i) =>
      toHex(pubdata.subarray(i * PART_BYTES, (i + 1) * PART_BYTES)),
    );
    const sender = (await carrier.getAddress()).toLowerCase();
    return parts.map((part, i) => ({
      sender,
      message: solidityPacked(
        ["uint8", "address", "uint64", "uint8", "bytes", "bytes"],
        [7, chain.address, expected.batchNumber, i, i === 0 ? head : "0x", part],
      ) as Hex,
    }));
  };
  const timeOf = async (receipt: ContractTransactionReceipt): Promise<bigint> => BigInt((await receipt.getBlock()).timestamp);
  const committed = (chain: TestChain): Promise<bigint> => view(chain.contract, "getTotalBatchesCommitted");
  const messageLog = (bytes: number): PubdataLog => ({
    type: "message",
    sender: addressOf(0xabc),
    body: new Uint8Array(bytes).fill(7),
  });
  const update: DiffEntry = { type: "update", index: 2, isCode: false, value: 1n };

  test("a commit by the carrier sends what the record is made of, and is a commit", async () => {
    const chain = await carriedChain();
    const operation = await chain.request();
    const content: BatchContent = {
      canonicalTxHashes: [operation],
      logs: [{ type: "priorityOp", success: true }, messageLog(10)],
      changes: [update],
    };
    const formed = await chain.form(content);
    const { stored, receipt } = await chain.commit(formed, carrier);
    assert.deepEqual(messagesOf(receipt), await expectedMessages(chain, formed, stored.committedAt));
    assert.notEqual(BigInt(await view<Hex>(chain.contract, "storedBatchHash", 0)), 0n);
    await chain.prove(stored);
    await chain.execute(stored, formed);
    assert.equal(await view(chain.contract, "executedStateRoot"), stored.newStateRoot);
  });

  test("data longer than a message are sent in two, in sequence", async () => {
    const chain = await carriedChain();
    for (const [bytes, count] of [
      [PART_BYTES - 1_000, 1],
      [PART_BYTES, 2],
    ] as const) {
      const formed = await chain.form({ logs: [messageLog(bytes - 24), messageLog(900)] });
      const { stored, receipt } = await chain.commit(formed, carrier);
      const messages = messagesOf(receipt);
      assert.equal(messages.length, count);
      assert.deepEqual(messages, await expectedMessages(chain, formed, stored.committedAt));
    }
  });

  test("the longest batch is one transaction, at most at the gas a byte that batches are formed for", async () => {
    const chain = await carriedChain();
    const costs: bigint[] = [];
    const { pubdataBytes, way } = batchLimits({ hasQuorum: true, carryingLayers: 1 });
    const commit = way[0]!;
    for (const bytes of [30_000, pubdataBytes - 100]) {
      const formed = await chain.form({ logs: [messageLog(bytes / 2), messageLog(bytes / 2)] });
      const { receipt } = await chain.commit(formed, carrier);
      assert.ok(receipt.gasUsed < TRANSACTION_GAS_LIMIT, `${receipt.gasUsed}`);
      const estimated = l1TotalOf(commit, l1CostOf(commit, l1LoadOf({ ...NO_USAGE, messages: 2, messageBytes: bytes })));
      assert.ok(
        Number(receipt.gasUsed) <= estimated.gas && estimated.gas <= commit.gas,
        `${receipt.gasUsed} of ${estimated.gas}`,
      );
      costs.push(receipt.gasUsed);
    }
    const perByte = Number(costs[1]! - costs[0]!) / (pubdataBytes - 100 - 30_000);
    // 16 for the calldata, 100 for the messenger, the rest for copies and events.
    assert.ok(perByte > 124 && perByte < 20 + commit.carryGasPerByte, `${perByte}`);
  });

  test("anybody commits by the carrier, as without it", async () => {
    const chain = await carriedChain();
    const formed = await chain.form();
    const stranger = carrier.connect(ecosystem.accounts[13]!) as BaseContract;
    await send(stranger, "commit", chain.address, ...(await argsOf(chain, formed)));
    assert.equal(await committed(chain), 1n);
    await assertReverts(carry(chain, formed), "BatchNumberMismatch(1, 0)");
  });

  test("what the chain refuses is not carried either", async () => {
    const chain = await carriedChain();
    const formed = await chain.form();
    const args = [formed.previous, formed.commit, await chain.sign(formed.expected.commitment, [ecosystem.accounts[9]!])];
    await assertReverts(send(carrier, "commit", chain.address, ...args), "NotAValidator");
    const before = await view<bigint>(messenger, "logCount");
    await assertReverts(
      carry(chain, { ...formed, commit: { ...formed.commit, newStateRoot: wordToHex(9n) } }),
      "CommitmentMismatch",
    );
    assert.equal(await view(messenger, "logCount"), before);
  });

  test("data that stay away are refused: without the carrier, withheld, and with data of a policy", async () => {
    const chain = await carriedChain();
    const formed = await chain.form();
    const hash = keccak(fromHex(formed.commit["pubdata"] as Hex));
    await assertReverts(
      send(chain.contract, "commitBatches", ...direct(await argsOf(chain, formed))),
      `NotCarried(${chain.address}, ${hash})`,
    );
    const withheld = await chain.form({ withhold: true });
    await assertReverts(carry(chain, withheld), `NothingToCarry(${chain.address}, 0)`);
    await assertReverts(send(chain.contract, "commitBatches", ...direct(await argsOf(chain, withheld))), "NotCarried");
    const policy = () => Promise.resolve({ data: wordToHex(7n), boundDataHash: keccak(fromHex(wordToHex(7n))) });
    await assertReverts(carry(chain, await chain.form({ policy })), "MalformedPolicyData(0, 32)");
  });

  test("a chain without a quorum, whose settler nothing would bind, cannot have it", async () => {
    const { version: protocolVersion } = await addExecutionVersion(ecosystem, provenVersion(1));
    const configuration = {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      ...{ protocolVersion, validatorThreshold: 0n, validators: [] },
      dataAvailabilityPolicy: await carrier.getAddress(),
    };
    await assertReverts(createChain(ecosystem, configuration), "PolicyBindsNoSettler");
  });

  /** Steps that a stranger's contract makes in one transaction: some when it runs, some when the carrier calls it as a chain. */
  const runFalse = async (
    whenRun: readonly { readonly to: string; readonly data: string }[],
    whenCalled: readonly { readonly to: string; readonly data: string }[],
  ): Promise<{
    readonly receipt: ContractTransactionReceipt;
    readonly successes: readonly boolean[];
    readonly answers: readonly Hex[];
  }> => {
    await send(falseChain, "prepare", whenRun, whenCalled);
    const receipt = await send(falseChain, "run");
    const tried = eventsOf(falseChain, receipt, "Tried");
    return {
      receipt,
      successes: tried.map(({ args }) => args["success"] as boolean),
      answers: tried.map(({ args }) => args["answer"] as Hex),
    };
  };
  const carryCall = async (hyperchain: string, args: readonly unknown[]) => ({
    to: await carrier.getAddress(),
    data: carrier.interface.encodeFunctionData("commit", [hyperchain, ...args]),
  });
  const directCall = (chain: TestChain, args: readonly unknown[]) => ({
    to: chain.address as string,
    data: chain.contract.interface.encodeFunctionData("commitBatches", direct(args)),
  });
  const NOT_CARRIED = keccak(new TextEncoder().encode("NotCarried(address,bytes32)")).slice(0, 10);

  test("a stranger's contract that has the same bytes carried as its own commits nothing of the chain by that", async () => {
    const chain = await carriedChain();
    const args = await argsOf(chain, await chain.form());
    const own = await hexAddress(falseChain);
    const { successes, answers, receipt } = await runFalse([await carryCall(own, args)], [directCall(chain, args)]);
    // The inner call is reported first.
    assert.deepEqual(successes, [false, true]);
    assert.equal(answers[0]!.slice(0, 10), NOT_CARRIED);
    assert.equal(await committed(chain), 0n);
    assert.deepEqual(
      messagesOf(receipt).map(({ message }) => message.slice(4, 44)),
      [own.slice(2)],
    );
  });

  test("what was carried with a batch counts for that batch alone, however calls lie within calls", async () => {
    const chain = await carriedChain();
    const time = (await ecosystem.latestTimestamp()) + 100n;
    const first = await chain.form();
    const firstArgs = await argsOf(chain, first);
    chain.goOn(first, time);
    // The same bytes as the first batch has: empty ones.
    const second = await chain.form();
    const secondArgs = await argsOf(chain, second);
    assert.equal(first.commit["pubdata"], second.commit["pubdata"]);
    await send(falseChain, "prepare", [await carryCall(chain.address, firstArgs), directCall(chain, secondArgs)], []);
    await ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(time)]);
    const receipt = await send(falseChain, "run");
    assert.deepEqual(
      eventsOf(falseChain, receipt, "Tried").map(({ args }) => args["success"] as boolean),
      [true, false],
    );
    assert.equal(await committed(chain), 1n);
    assert.equal(messagesOf(receipt).length, 1);
    // Inside a commit of the stranger's own it is carried like any other.
    const inner = await carryCall(chain.address, secondArgs);
    const nested = await runFalse([await carryCall(await hexAddress(falseChain), secondArgs)], [inner]);
    assert.deepEqual(nested.successes, [true, true]);
    assert.equal(await committed(chain), 2n);
    const ofChain = messagesOf(nested.receipt).filter(({ message }) => message.slice(4, 44) === chain.address.slice(2));
    assert.deepEqual(ofChain, await expectedMessages(chain, second, await timeOf(nested.receipt)));
  });

  test("code must be among the chain's own carried data, whatever others publish or say", async () => {
    const [chain, other] = [await carriedChain(), await carriedChain()];
    const code = Uint8Array.of(0x60, 0x01, 0x60, 0x02);
    const hash = keccak(code);
    const naming: DiffEntry = { type: "update", index: 3, isCode: true, value: BigInt(hash) };
    // Calldata of a chain that publishes there alone, another's messages, and a stranger's word.
    const onBase = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));
    await onBase.commit(await onBase.form({ bytecodes: [code] }));
    await other.commit(await other.form({ bytecodes: [code], changes: [naming] }), carrier);
    await send(carrier, "recordCodes", [hash], []);
    const missing = await chain.form({ changes: [naming] });
    await assertReverts(carry(chain, missing), `CodeNotCarried(${chain.address}, ${hash})`);
    assert.equal(await view(carrier, "isCodeCarried", chain.address, hash), false);
    await chain.commit(await chain.form({ bytecodes: [code] }), carrier);
    await chain.commit(await chain.form({ changes: [naming] }), carrier);
    // The registry of the base counts what is in transactions' own input alone.
    assert.equal(await view(ecosystem.bytecodes, "isPublished", hash), true);
    const own = Uint8Array.of(0x60, 0x03);
    await chain.commit(await chain.form({ bytecodes: [own] }), carrier);
    assert.equal(await view(ecosystem.bytecodes, "isPublished", keccak(own)), false);
  });

  test("on a layer without the messenger nothing is carried, so nothing is committed", async () => {
    const elsewhere = await deployEcosystem();
    try {
      const there = await elsewhere.l1.deploy("DataCarrier");
      const chain = await TestChain.create(elsewhere, {
        ...(await defaultConfiguration(elsewhere, 270n)),
        dataAvailabilityPolicy: await there.getAddress(),
      });
      const formed = await chain.form();
      await assert.rejects(chain.commit(formed, there));
      await assertReverts(chain.commit(formed), "NotCarried");
    } finally {
      await elsewhere.l1.close();
    }
  });

  test("in random schedules of honest commits, copies, strangers' contracts and nested calls, a batch is committed iff its data are carried, once", async () => {
    const random = new Random(94);
    const chains = [await carriedChain(), await carriedChain()] as const;
    const own = await hexAddress(falseChain);
    let [commits, refusals] = [0, 0];
    for (let round = 0; round < 40; round++) {
      const chain = chains[random.below(2)]!;
      const other = chains[1 - chains.indexOf(chain)]!;
      const formed = await chain.form({ logs: random.below(2) === 0 ? [] : [messageLog(random.below(2_000))] });
      const args = await argsOf(chain, formed);
      const kinds = [
        () => carryCall(chain.address, args),
        () => carryCall(own, args),
        () => carryCall(other.address, args),
        () => Promise.resolve(directCall(chain, args)),
        () => Promise.resolve(directCall(other, args)),
      ] as const;
      const some = (most: number) =>
        Promise.all(Array.from({ length: random.below(most) }, () => kinds[random.below(kinds.length)]!()));
      const before = await Promise.all(chains.map(committed));
      const { receipt, successes } = await runFalse(await some(4), await some(4));
      const after = await Promise.all(chains.map(committed));
      const messages = messagesOf(receipt).filter(({ message }) => message.slice(4, 44) !== own.slice(2));
      const isCommitted = after[chains.indexOf(chain)]! > before[chains.indexOf(chain)]!;
      assert.equal(after[chains.indexOf(other)], before[chains.indexOf(other)]);
      assert.deepEqual(messages, isCommitted ? await expectedMessages(chain, formed, await timeOf(receipt)) : []);
      refusals += successes.filter((success) => !success).length;
      if (!isCommitted) continue;
      commits++;
      chain.goOn(formed, await timeOf(receipt));
    }
    assert.ok(commits > 5 && refusals > 20, `${commits} commits, ${refusals} refusals`);
  });
});
