import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keccak256 } from "ethers";
import { ASSET_ROUTER_ADDRESS, encodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { BatchApproval } from "../../../src/chain/settlement/signing/quorum.ts";
import { TestChain, type ApprovedCommit, type BatchContent, type FormedBatch } from "./support/chain.ts";
import {
  addressOf,
  defaultConfiguration,
  deployEcosystem,
  digestOf,
  eventsOf,
  NO_EXECUTION_PROOFS,
  RETIREMENT_NOTICE_SECONDS,
  send,
  view,
  furtherVersion,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const CODE = Uint8Array.of(0x60, 0x00);
const SET_CODE = { type: "insertion", leafKind: 2, address: 0xc0den, slot: 0n, value: BigInt(keccak256(CODE)) } as const;

const OTHER_CODE = Uint8Array.of(0x60, 0x01);
const SET_OTHER_CODE = { ...SET_CODE, address: 0xc1den, value: BigInt(keccak256(OTHER_CODE)) } as const;

describe("committing", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  /** Commits with some of the arguments replaced, signatures included unless given. */
  const commit = async (
    chain: TestChain,
    formed: FormedBatch,
    overrides: Record<string, unknown> = {},
    approval?: BatchApproval,
  ): Promise<unknown> =>
    send(chain.contract, "commitBatches", formed.previous, [
      { batch: { ...formed.commit, ...overrides }, approval: approval ?? (await chain.sign(formed.expected.commitment)) },
    ]);

  test("L1 stores what TypeScript computes: updates, insertions, code, messages, operations", async () => {
    const chain = await create();
    assert.equal(await view(chain.contract, "executedStateRoot"), chain.last.newStateRoot);
    assert.equal(
      hashStoredBatch(chain.last),
      hashStoredBatch((await view<{ toObject(): typeof chain.last }>(chain.contract, "genesisBatch")).toObject()),
    );
    const txHash = await chain.request();
    const formed = await chain.form({
      canonicalTxHashes: [txHash],
      logs: [
        { type: "message", sender: "0x00000000000000000000000000000000000000aa", body: Uint8Array.of(1, 2, 3) },
        { type: "priorityOp", success: true },
      ],
      changes: [{ type: "update", index: 7, isCode: false, value: 1n << 255n }, SET_CODE],
      bytecodes: [CODE],
      importedRoots: [{ registryIndex: 0n, root: wordToHex(5n) }],
    });
    const { stored, receipt } = await chain.commit(formed);
    assert.equal(stored.leafCount, 101n);
    assert.equal(await view(chain.contract, "storedBatchHash", 0), hashStoredBatch(stored));
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 1n);
    const [committed] = eventsOf(chain.contract, receipt, "BlockCommit");
    assert.deepEqual([...committed!.args], [0n, hashStoredBatch(stored), stored.commitment]);
    assert.equal(await view(ecosystem.bytecodes, "isPublished", keccak256(CODE)), true);
    const next = await chain.commit(await chain.form());
    assert.equal(await view(chain.contract, "storedBatchHash", 1), hashStoredBatch(next.stored));
    assert.equal(await view(chain.contract, "storedBatchHash", 2), wordToHex(0n));
  });

  test("refuses another number, another predecessor, a gap in blocks, time that runs backwards or ahead", async () => {
    const chain = await create();
    const formed = await chain.form();
    await assertReverts(commit(chain, formed, { batchNumber: 1n }), "BatchNumberMismatch(0, 1)");
    const forged = { ...formed.previous, newStateRoot: digestOf(999) };
    await assertReverts(
      commit(chain, { ...formed, previous: forged }),
      `StoredBatchMismatch(0, ${hashStoredBatch(formed.previous)}, ${hashStoredBatch(forged)})`,
    );
    await assertReverts(commit(chain, formed, { firstBlock: 2n, lastBlock: 2n }), "BlockRangeInvalid(1, 2, 2)");
    await assertReverts(commit(chain, formed, { lastBlock: 0n }), "BlockRangeInvalid(1, 1, 0)");
    const { stored } = await chain.commit(formed);
    const next = await chain.form();
    const time = stored.lastTimestamp;
    await assertReverts(
      commit(chain, next, { firstTimestamp: time - 1n }),
      `TimestampsNotMonotone(${time}, ${time - 1n}, ${next.expected.lastTimestamp})`,
    );
    await assertReverts(commit(chain, next, { lastTimestamp: time - 1n }), "TimestampsNotMonotone");
    await assertReverts(commit(chain, next, { lastTimestamp: time + 10_000n }), "TimestampInFuture");
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 1n);
  });

  test("refuses a commitment that it does not compute itself, whatever was changed", async () => {
    const chain = await create();
    const formed = await chain.form({ changes: [{ type: "update", index: 7, isCode: false, value: 5n }] });
    const other = await chain.form({ changes: [{ type: "update", index: 7, isCode: false, value: 6n }] });
    for (const overrides of [
      { pubdata: other.commit["pubdata"] },
      { newStateRoot: digestOf(77) },
      { diffDigest: digestOf(78) },
      { importedRootsRollingHash: wordToHex(1n) },
      { importedRootCount: 1n },
      { lastBlock: 2n },
      { commitment: wordToHex(1n) },
    ]) {
      await assertReverts(commit(chain, formed, overrides), "CommitmentMismatch");
    }
    await assertReverts(commit(chain, formed, { newStateRoot: wordToHex((1n << 256n) - 1n) }), "DigestNotCanonical");
    await assertReverts(commit(chain, formed, { diffDigest: wordToHex(0x7f000001n) }), "DigestNotCanonical");
    await commit(chain, formed);
  });

  test("refuses malformed pubdata with the decoder's error", async () => {
    const chain = await create();
    const formed = await chain.form();
    const pubdata = String(formed.commit["pubdata"]);
    await assertReverts(commit(chain, formed, { pubdata: `${pubdata}00` }), "TrailingBytes(9)");
    await assertReverts(commit(chain, formed, { pubdata: `0x01${pubdata.slice(4)}` }), "UnsupportedVersion(0)");
    await assertReverts(commit(chain, formed, { pubdata: "0x02" }), "Truncated(0)");
    await assertReverts(commit(chain, formed, { pubdata: `0x02${"00".repeat(100_000)}` }), "PubdataTooLong(100000, 100001)");
  });

  test("counts messages by the header before it reads any", async () => {
    const chain = await create();
    const formed = await chain.form();
    const claim = (messages: number): string => `0x02${messages.toString(16).padStart(4, "0")}000000000000`;
    await assertReverts(commit(chain, formed, { pubdata: claim(4_096) }), "Truncated(9)");
    await assertReverts(commit(chain, formed, { pubdata: claim(4_097) }), "TooManyMessages(4096, 4097)");
    const withheld = (logs: string) => ({ pubdata: "0x", withheld: { pubdataHash: wordToHex(0n), entryCount: 1n, logs } });
    await assertReverts(commit(chain, formed, withheld("0x1000")), "Truncated(2)");
    await assertReverts(commit(chain, formed, withheld("0x1001")), "TooManyMessages(4096, 4097)");
  });

  test("requires every code's bytes, in this pubdata or published before by any chain", async () => {
    const [chain, second] = [await create(), await create()];
    const code = Uint8Array.of(0x60, 0x01, 0x60, 0x02);
    const setCode = { ...SET_CODE, value: BigInt(keccak256(code)) };
    const without = await chain.form({ changes: [setCode] });
    await assertReverts(commit(chain, without), `BytecodeNotPublished(${keccak256(code)})`);
    await second.commit(await second.form({ changes: [setCode], bytecodes: [code] }));
    await chain.commit(without);
  });

  test("counts leaves: refuses an update of a leaf that does not exist yet", async () => {
    const chain = await create();
    const update = { type: "update", index: 99, isCode: false, value: 5n } as const;
    const formed = await chain.form({ changes: [update] });
    // Index 99 is the last of 100 leaves; 100 is not there.
    const beyond = String(formed.commit["pubdata"]).replace("0100000063", "0100000064");
    await assertReverts(commit(chain, formed, { pubdata: beyond }), "IndexBeyondLeafCount(9)");
    await chain.commit(formed);
  });

  test("takes only a quorum's signatures, by strictly ascending validators", async () => {
    const accounts = [...ecosystem.accounts].slice(2, 5).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const chain = await create({ validators: accounts.map(({ address }) => address), validatorThreshold: 2n });
    const formed = await chain.form();
    const approval = await chain.sign(formed.expected.commitment, accounts);
    const all = approval.signatures;
    const by = (...signatures: readonly Hex[]): BatchApproval => ({ ...approval, signatures });
    await assertReverts(commit(chain, formed, {}, by(all[0]!)), "QuorumTooSmall(2, 1)");
    await assertReverts(commit(chain, formed, {}, by()), "QuorumTooSmall(2, 0)");
    const [first, second] = accounts.map(({ address }) => address.toLowerCase());
    await assertReverts(commit(chain, formed, {}, by(all[0]!, all[0]!)), `SignersNotAscending(${first}, ${first})`);
    await assertReverts(commit(chain, formed, {}, by(all[1]!, all[0]!)), `SignersNotAscending(${second}, ${first})`);
    const stranger = ecosystem.accounts[6]!;
    const [foreign] = (await chain.sign(formed.expected.commitment, [stranger])).signatures;
    await assertReverts(commit(chain, formed, {}, by(foreign!, all[0]!)), `NotAValidator(${stranger.address.toLowerCase()})`);
    await assertReverts(commit(chain, formed, {}, await chain.sign(wordToHex(9n), accounts)), "NotAValidator");
    await assertReverts(commit(chain, formed, {}, by(`${all[0]!}00`, all[1]!)), "SignatureLength(65, 66)");
    const flipped: Hex = `0x${all[0]!.slice(2, 66)}${"ff".repeat(32)}${all[0]!.slice(130)}`;
    await assertReverts(commit(chain, formed, {}, by(flipped, all[1]!)), "SignatureMalformed()");
    await assertReverts(commit(chain, formed, {}, by(`0x${"00".repeat(65)}`, all[1]!)), "SignatureMalformed()");
    await commit(chain, formed, {}, by(all[0]!, all[2]!));
  });

  test("§8.8: takes signatures only in the time, for the number and of the count that they name", async () => {
    const chain = await create();
    const { expected } = await chain.settle().then(() => chain.form());
    const formed = await chain.form();
    assert.notEqual(formed.expected.commitment, expected.commitment);
    const now = (await ecosystem.latestTimestamp()) + 1_000n;
    const at = async (timestamp: bigint, approval: BatchApproval): Promise<unknown> => {
      await ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(timestamp)]);
      return commit(chain, formed, {}, approval);
    };
    const signed = (terms: Parameters<TestChain["sign"]>[2]): Promise<BatchApproval> =>
      chain.sign(formed.expected.commitment, undefined, terms);
    const approval = await signed({ validFrom: now, validUntil: now + 10n });
    await assertReverts(at(now - 1n, approval), `ApprovalNotYetValid(${now}, ${now - 1n})`);
    await assertReverts(at(now + 11n, approval), `ApprovalExpired(${now + 10n}, ${now + 11n})`);
    // No account can extend it, or use it for another number or count.
    await assertReverts(at(now + 11n, { ...approval, validUntil: now + 11n }), "NotAValidator");
    await assertReverts(at(now + 11n, { ...approval, validFrom: now - 1n, validUntil: now + 11n }), "NotAValidator");
    await assertReverts(commit(chain, formed, {}, await signed({ batchNumber: 0n })), "NotAValidator");
    await assertReverts(commit(chain, formed, {}, await signed({ revertCount: 1n })), "NotAValidator");
    // The last second counts.
    await at(now + 12n, await signed({ validFrom: now + 12n, validUntil: now + 12n }));
  });

  test("rejects a signature for another chain's contract", async () => {
    const [chain, other] = [await create(), await create()];
    const formed = await chain.form();
    await assertReverts(commit(chain, formed, {}, await other.sign(formed.expected.commitment)), "NotAValidator");
  });

  test("takes the queue's next operations and no others", async () => {
    const chain = await create();
    const hashes = [await chain.request(), await chain.request()];
    const results = [
      { type: "priorityOp", success: true },
      { type: "priorityOp", success: false },
    ] as const;
    const swapped = await chain.form({ canonicalTxHashes: [hashes[1]!, hashes[0]!], logs: results });
    await assertReverts(commit(chain, swapped), "CommitmentMismatch");
    const third = await chain.form({ canonicalTxHashes: [...hashes, wordToHex(1n)], logs: [...results, results[0]] });
    await assertReverts(commit(chain, third), "PriorityOpsNotQueued(2, 3)");
    const missingResult = await chain.form({ canonicalTxHashes: [hashes[0]!], logs: [results[0]] });
    await assertReverts(commit(chain, missingResult, { priorityOpCount: 2n }), "OperationCountMismatch(10)");
    await chain.commit(await chain.form({ canonicalTxHashes: [hashes[0]!], logs: [results[0]] }));
    const { stored } = await chain.commit(await chain.form({ canonicalTxHashes: [hashes[1]!], logs: [results[1]] }));
    assert.equal(stored.priorityOpTotal, 2n);
  });

  test("refuses a batch without any operation once the oldest is due", async () => {
    const chain = await create();
    const txHash = await chain.request();
    const deadline = (await ecosystem.latestTimestamp()) + 100n;
    await chain.commit(await chain.form({ timestamp: deadline - 100n }));
    // Late by the chain's time, not yet by L1's.
    await ecosystem.increaseTime(120n);
    const late = await chain.form({ timestamp: deadline });
    await assertReverts(commit(chain, late), `PriorityOpOverdue(0, ${deadline}, ${deadline})`);
    await chain.commit(await chain.form({ timestamp: deadline - 1n }));
    await chain.commit(
      await chain.form({ timestamp: deadline, canonicalTxHashes: [txHash], logs: [{ type: "priorityOp", success: true }] }),
    );
    await chain.commit(await chain.form());
  });

  test("A134: commits several batches in one call, each after the one before it", async () => {
    const chain = await create();
    const operations = [await chain.request(), await chain.request(), await chain.request()];
    const taking = (...canonicalTxHashes: Hex[]): BatchContent => ({
      canonicalTxHashes,
      logs: canonicalTxHashes.map(() => ({ type: "priorityOp", success: true })),
    });
    const { stored, receipt } = await chain.commitAll([
      taking(operations[0]!),
      { changes: [SET_CODE], bytecodes: [CODE] },
      taking(operations[1]!, operations[2]!),
    ]);
    assert.deepEqual(
      stored.map(({ priorityOpTotal, leafCount }) => [priorityOpTotal, leafCount]),
      [1n, 1n, 3n].map((total, i) => [total, i === 0 ? 100n : 101n]),
    );
    const committed = eventsOf(chain.contract, receipt, "BlockCommit").map(({ args }) => [...args]);
    assert.deepEqual(
      committed,
      stored.map((each) => [each.batchNumber, hashStoredBatch(each), each.commitment]),
    );
    for (const [i, each] of stored.entries())
      assert.equal(await view(chain.contract, "storedBatchHash", i), hashStoredBatch(each));
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 3n);
    assert.equal(await view(ecosystem.bytecodes, "isPublished", keccak256(CODE)), true);
    assert.deepEqual(eventsOf(chain.contract, receipt, "CommitCall"), [], "the calldata are the transaction's input");
    const next = await chain.commit(await chain.form());
    assert.equal(next.stored.batchNumber, 3n);
  });

  test("A134: a gap, a repetition, another order, an operation twice or one refused batch in a call: none is committed", async () => {
    const chain = await create();
    const operation = await chain.request();
    const taking: BatchContent = { canonicalTxHashes: [operation], logs: [{ type: "priorityOp", success: true }] };
    const { previous, commits } = await chain.approveAll([taking, {}, {}], (await ecosystem.latestTimestamp()) + 1n);
    const [first, second, third] = commits as [ApprovedCommit, ApprovedCommit, ApprovedCommit];
    const refused = (list: readonly ApprovedCommit[], error: string): Promise<void> =>
      assertReverts(send(chain.contract, "commitBatches", previous, list), error);
    await refused([first, third], "BatchNumberMismatch(1, 2)");
    await refused([first, first], "BatchNumberMismatch(1, 0)");
    await refused([second, first], "BatchNumberMismatch(0, 1)");
    await refused([first, second, { ...third, approval: second.approval }], "NotAValidator");
    await refused([first, { ...second, approval: { ...second.approval, signatures: [] } }, third], "QuorumTooSmall");
    const twice = { ...second, batch: { ...second.batch, priorityOpCount: 1n } };
    await refused([first, twice], "PriorityOpsNotQueued(0, 1)");
    const other = { ...third, batch: { ...third.batch, newStateRoot: wordToHex(9n) } };
    await refused([first, second, other], "CommitmentMismatch");
    const late = { ...third, batch: { ...third.batch, firstTimestamp: (second.batch["lastTimestamp"] as bigint) - 1n } };
    await refused([first, second, late], "TimestampsNotMonotone");
    await refused(
      Array.from({ length: 65 }, () => first),
      "TooManyBatches(64, 65)",
    );
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 0n);
    await send(chain.contract, "commitBatches", previous, []);
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 0n);
    await send(chain.contract, "commitBatches", previous, commits);
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 3n);
  });

  test("A134: data of a call by a contract do not count as published, and one event contains the whole call", async () => {
    const policy = await ecosystem.l1.deploy("OwnersPolicy");
    const chain = await create({ dataAvailabilityPolicy: await policy.getAddress() });
    const content: BatchContent = {
      changes: [SET_OTHER_CODE],
      bytecodes: [OTHER_CODE],
      policy: () => Promise.resolve({ data: "0x", boundDataHash: keccak() }),
    };
    const { previous, commits } = await chain.approveAll([content, { ...content, changes: [], bytecodes: [] }], 0n);
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const data = chain.contract.interface.encodeFunctionData("commitBatches", [previous, commits]);
    const receipt = await send(contract, "call", chain.address, data);
    const told = eventsOf(chain.contract, receipt, "CommitCall").map(({ args }) => [...args]);
    assert.deepEqual(told, [[0n, data]]);
    assert.equal(await view(chain.contract, "getTotalBatchesCommitted"), 2n);
    assert.equal(await view(ecosystem.bytecodes, "isPublished", keccak256(OTHER_CODE)), false);
  });

  test("refuses state cheats except on a chain that allows them", async () => {
    const strict = await create();
    await assertReverts(commit(strict, await strict.form({ cheatCount: 1n })), "StateCheatsForbidden(1)");
    const lax = await create({ cheatsAllowed: true });
    await lax.commit(await lax.form({ cheatCount: 3n }));
  });

  test("refuses more imports than a batch may have, and more flows than can be executed in one transaction", async () => {
    const chain = await create();
    const roots = Array.from({ length: 257 }, (_, i) => ({ registryIndex: BigInt(i), root: wordToHex(1n) }));
    await assertReverts(commit(chain, await chain.form({ importedRoots: roots })), "TooManyImports(256, 257)");
    const logs = Array.from({ length: 352 }, (_, i): PubdataLog => ({
      type: "message",
      sender: ASSET_ROUTER_ADDRESS,
      body: encodeAssetMessage({
        kind: 1,
        destinationChainId: ecosystem.chainId,
        originChainId: ecosystem.chainId,
        originToken: addressOf(i + 1000),
        amount: 0n,
        recipient: addressOf(1),
        sender: addressOf(2),
        nonce: 0n,
      }),
    }));
    await assertReverts(commit(chain, await chain.form({ logs })), "ExecutionTooExpensive(12000000, 12003200)");
    await chain.commit(await chain.form({ logs: logs.slice(1) }));
  });

  test("refuses a version that is unknown or retired", async () => {
    const version = furtherVersion(5);
    await assertReverts(create({ protocolVersion: version }), `UnknownProtocolVersion(${version})`);
    await send(ecosystem.verifiers, "addVersion", version, {
      verifier: await ecosystem.verifier.getAddress(),
      tree: await ecosystem.stateTree.getAddress(),
      reader: await ecosystem.reader.getAddress(),
      genesisStateRoot: digestOf(1),
      genesisLeafCount: 2n,
      ...NO_EXECUTION_PROOFS,
    });
    const chain = await create({ protocolVersion: version });
    await send(ecosystem.verifiers, "scheduleRetirement", version);
    await ecosystem.increaseTime(RETIREMENT_NOTICE_SECONDS);
    const formed = await chain.form();
    const retiredAt = await view<bigint>(ecosystem.verifiers, "retiresAt", version);
    await assertReverts(commit(chain, formed), `ProtocolVersionRetired(${version}, ${retiredAt})`);
  });
});
