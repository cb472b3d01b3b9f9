import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract, ContractTransactionReceipt } from "ethers";
import type { SendingProvider } from "../../../src/chain/settlement-layer/facts/judge.ts";
import { HubOnL1 } from "../../../src/ecosystem/devnet/hubs/hub-landing.ts";
import { HubState } from "../../../src/ecosystem/hub/hub-state.ts";
import type { AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashHubHeader, type HubHeader } from "../../../src/ground/protocol/hub-header.ts";
import { noAggregateMarker, noProofVersionOf } from "../../../src/ground/protocol/no-proof.ts";
import { addExecutionVersion, DIGEST, itemOf, type Aggregator } from "./support/aggregates.ts";
import { TestChain } from "./support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  digestOf,
  eventsOf,
  hexAddress,
  PROTOCOL_VERSION,
  provenVersion,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { aggregatorKeys, EVIDENCE, NOTICE_SECONDS, TestHub } from "./support/hubs.ts";

/** Gas of a transaction that verifies a small proof: the largest that `npm run bench -- recursion` measured (docs/recursion.md). */
const SMALL_PROOF_GAS = 3_486_260n;
const TRANSACTION_GAS = 21_000n;

/** Calldata as `CallShaper` takes it to call with the original. */
function masked(data: string): Hex {
  return toHex(fromHex(data as Hex).map((byte) => byte ^ 0xff));
}

/** Code of a creation that logs an event with three topics. */
function logging(topics: readonly string[], data: string): Hex {
  const length = ((data.length - 2) / 2).toString(16).padStart(4, "0");
  const pushed = topics.toReversed().map((topic) => `7f${topic.slice(2)}`);
  // codecopy(0, 113, length), log3(0, length, …), stop: 113 bytes before the data.
  return `0x61${length}6100715f39${pushed.join("")}61${length}5fa300${data.slice(2)}`;
}

describe("a hub on L1", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let hub: TestHub;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem(0n, undefined, 0n, { firstVersion: noProofVersionOf(PROTOCOL_VERSION) });
    const verifier = await ecosystem.l1.deploy("NoProofAggregate");
    aggregator = await addExecutionVersion(ecosystem, noProofVersionOf(provenVersion(1)), verifier);
    hub = await TestHub.deploy(ecosystem, aggregator.contract);
  });
  after(() => ecosystem.l1.close());

  const create = async (): Promise<TestChain> => {
    const base = await defaultConfiguration(ecosystem, nextChainId++);
    return TestChain.create(ecosystem, { ...base, protocolVersion: aggregator.version });
  };
  const commit = async (chain: TestChain): Promise<AggregatedBatch> => {
    const { stored } = await chain.commit(await chain.form());
    return itemOf(chain, stored);
  };
  const verified = ({ contract }: TestChain): Promise<bigint> => view<bigint>(contract, "getTotalBatchesVerified");
  const skipped = (receipt: ContractTransactionReceipt): bigint[][] => aggregator.skipped(receipt);
  let seed = 500;
  const state = (): Hex => digestOf(seed++);
  const land = (contract: BaseContract, ...args: readonly unknown[]): Promise<unknown> => send(contract, "land", ...args);

  test("begins with the digest of a hub without members", async () => {
    assert.deepEqual(await hub.head(), {
      number: 0n,
      parent: wordToHex(0n),
      state: HubState.empty().digest(),
      contents: wordToHex(0n),
    });
  });

  test("a landing proves the batches of its block and moves the head", async () => {
    const [one, other] = [await create(), await create()];
    const items = [await commit(one), await commit(other), await commit(one)];
    const next = state();
    const receipt = await hub.land(items, next);
    assert.deepEqual([await verified(one), await verified(other)], [2n, 1n]);
    assert.deepEqual(skipped(receipt), []);
    const [event] = eventsOf(hub.contract, receipt, "BlockLanded");
    assert.deepEqual([...event!.args], [1n, await view<Hex>(hub.contract, "headHash"), next]);
    assert.equal((await hub.head()).state, next);
  });

  test("A144: a contract lands two blocks in one call, after a stranger's event of the same form: each block is read from the hub's event", async () => {
    const [one, other] = [await create(), await create()];
    const blocks = [[await commit(one)], [await commit(other), await commit(one)]];
    const headers: HubHeader[] = [];
    const steps: unknown[] = [];
    let before = await hub.head();
    for (const items of blocks) {
      const place = { number: before.number + 1n, parent: hashHubHeader(before) };
      const header = await hub.header(items, state(), place);
      const args = [header, items, await hub.proof(items, header, before.state), hub.certify(header)];
      const data = hub.contract.interface.encodeFunctionData("land", args);
      // No call of the hub is in the transaction's input.
      steps.push({ target: await hexAddress(hub.contract), data: masked(data), manner: 1n });
      headers.push(header);
      before = header;
    }
    const [first] = headers as [HubHeader];
    const claimed = [first.number, hashHubHeader(first), first, [], EVIDENCE];
    const { topics, data } = hub.contract.interface.encodeEventLog("ContentsPublished", claimed);
    const [stranger] = ecosystem.accounts;
    await (await stranger!.sendTransaction({ data: logging(topics, data) })).wait();
    await send(await ecosystem.l1.deploy("CallShaper"), "run", steps);
    assert.deepEqual(await hub.head(), before);
    const provider = ecosystem.l1.ethers.provider as unknown as SendingProvider;
    const onL1 = new HubOnL1(await hexAddress(hub.contract), { provider, sender: stranger! });
    for (const [i, header] of headers.entries()) {
      const entries = blocks[i]!.map(({ chainId, batch }) => ({ chainId, stored: batch }));
      const expected = { header, entries, evidence: EVIDENCE };
      assert.deepEqual(await onL1.landedBlock(header.number, hashHubHeader(header)), expected);
    }
    assert.equal(await onL1.landedBlock(first.number, wordToHex(5n)), undefined);
  });

  /** The call with a copy, at the end, of the struct at which this word of the head points. Some of its words point backwards. */
  function backwards(
    call: string,
    argument: number,
    { words, offsets }: { readonly words: number; readonly offsets: readonly number[] },
  ): Hex {
    const digits = call.slice(10);
    const wordAt = (at: number): string => digits.slice(at, at + 64);
    const struct = 2 * Number(`0x${wordAt(64 * argument)}`);
    const copy = digits.length;
    const copied = Array.from({ length: words }, (_, i) => {
      const original = wordAt(struct + 64 * i);
      return offsets.includes(i) ? word(BigInt(`0x${original}`) - BigInt(copy - struct) / 2n) : original;
    }).join("");
    return `${call.slice(0, 10)}${digits.slice(0, 64 * argument)}${word(BigInt(copy) / 2n)}${digits.slice(64 * (argument + 1))}${copied}` as Hex;
  }
  const word = (value: bigint): string => wordToHex(BigInt.asUintN(256, value)).slice(2);

  test("A152: a stranger lands a block with offsets that point backwards, which the compiler's decoder takes: it is read", async () => {
    const chain = await create();
    const provider = ecosystem.l1.ethers.provider as unknown as SendingProvider;
    const [stranger] = ecosystem.accounts;
    const onL1 = new HubOnL1(await hexAddress(hub.contract), { provider, sender: stranger! });
    // The proof's bytes, and the certificate's signatures. Structs 5 and 6 follow the header's four words and the list.
    for (const [argument, struct] of [
      [5, { words: 3, offsets: [2] }],
      [6, { words: 5, offsets: [2, 3, 4] }],
    ] as const) {
      const items = [await commit(chain)];
      const header = await hub.header(items, state());
      const args = [header, items, await hub.proof(items, header), hub.certify(header)];
      const call = backwards(hub.contract.interface.encodeFunctionData("land", args), argument, struct);
      await (await stranger!.sendTransaction({ to: await hexAddress(hub.contract), data: call })).wait();
      assert.deepEqual(await hub.head(), header);
      const entries = items.map(({ chainId, batch }) => ({ chainId, stored: batch }));
      assert.deepEqual(await onL1.landedBlock(header.number, hashHubHeader(header)), { header, entries, evidence: EVIDENCE });
    }
  });

  test("a landing of 16 batches of as many chains costs at most 4.5 million gas with a small proof", async (context) => {
    const items: AggregatedBatch[] = [];
    for (let i = 0; i < 16; i++) items.push(await commit(await create()));
    const { gasUsed } = await hub.land(items, state());
    context.diagnostic(`${gasUsed} gas with a marker`);
    // The call of the verifier is a transaction in that measurement, and a part of one here.
    const whole = gasUsed + SMALL_PROOF_GAS - TRANSACTION_GAS;
    assert.ok(whole <= 4_500_000n, `${whole}`);
  });

  test("a later decision's certificate lands the block, by the decisions between them", async () => {
    const chain = await create();
    await hub.land([await commit(chain)], state(), { after: [new Uint8Array(), new Uint8Array([1, 2])] });
    assert.equal(await verified(chain), 1n);
    const item = await commit(chain);
    const header = await hub.header([item], state());
    const certificate = hub.certify(header, { after: [new Uint8Array([7]), new Uint8Array()] });
    const [first, , last] = certificate.decisions;
    const proof = await hub.proof([item], header);
    const gap = { ...certificate, decisions: [first!, last!] };
    await assertReverts(land(hub.contract, header, [item], proof, gap), "DecisionMismatch(1)");
    const without = { ...certificate, decisions: [last!] };
    await assertReverts(land(hub.contract, header, [item], proof, without), "DecisionMismatch(0)");
    await assertReverts(land(hub.contract, header, [item], proof, { ...certificate, decisions: [] }), "DecisionMismatch(0)");
  });

  test("revert before each landing: a landing skips what its chain refuses, and proves the others", async () => {
    const [fine, reverted] = [await create(), await create()];
    const genesis = reverted.last;
    const items = [await commit(reverted), await commit(fine)];
    await send(reverted.contract, "revertBatches", ...(await reverted.signRevert(0n)));
    [reverted.last, reverted.batchCount] = [genesis, 0n];
    const next = state();
    const receipt = await hub.land(items, next);
    assert.deepEqual(skipped(receipt), [[reverted.configuration.chainId, 0n]]);
    assert.deepEqual([await verified(fine), await verified(reverted)], [1n, 0n]);
    assert.equal((await hub.head()).state, next, "the head moves");
  });

  test("member stores another batch: the batch of the block is skipped, and the other one comes with a later block", async () => {
    const chain = await create();
    const genesis = chain.last;
    const item = await commit(chain);
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(0n)));
    [chain.last, chain.batchCount] = [genesis, 0n];
    const other = await commit(chain);
    assert.equal(skipped(await hub.land([item], state())).length, 1);
    assert.deepEqual(skipped(await hub.land([other], state())), []);
    assert.equal(await verified(chain), 1n);
  });

  test("own proof of a batch in a block: the landing skips that batch and proves the next", async () => {
    const chain = await create();
    const items = [await commit(chain), await commit(chain)];
    const marker = toHex(noAggregateMarker(items.slice(0, 1), DIGEST));
    await send(aggregator.contract, "proveBatches", items.slice(0, 1), DIGEST, marker);
    assert.deepEqual(skipped(await hub.land(items, state())), [[chain.configuration.chainId, 0n]]);
    assert.equal(await verified(chain), 2n);
  });

  test("stranger lands 2^64 − 1, or the next block: without votes of a quorum nothing lands", async () => {
    const chain = await create();
    const items = [await commit(chain)];
    const highest = await hub.header(items, state(), { number: 2n ** 64n - 1n });
    const parent = await view<Hex>(hub.contract, "headHash");
    await assertReverts(
      land(hub.contract, highest, items, await hub.proof(items, highest), hub.certify(highest)),
      `HeadMismatch(${parent}, ${parent})`,
    );
    const header = await hub.header(items, state());
    const proof = await hub.proof(items, header);
    const claim = (changes: Parameters<TestHub["certify"]>[1]): Promise<unknown> =>
      land(hub.contract, header, items, proof, hub.certify(header, changes));
    await assertReverts(claim({ voters: [] }), "VotesMissing(3, 0)");
    await assertReverts(claim({ voters: [0, 3] }), "VotesMissing(3, 2)");
    await assertReverts(claim({ voters: [0, 1, 1] }), "SignerRefused");
    await assertReverts(claim({ kind: 1 }), "SignerRefused");
    const strangers = await TestHub.deploy(ecosystem, aggregator.contract, aggregatorKeys(2_000, 4));
    await assertReverts(land(hub.contract, header, items, proof, strangers.certify(header)), "SignerRefused");
    const certificate = hub.certify(header);
    const descending = { ...certificate, signatures: certificate.signatures.toReversed() };
    await assertReverts(land(hub.contract, header, items, proof, descending), "SignerRefused");
    const untimed = { ...certificate, signedAt: certificate.signedAt.slice(1) };
    await assertReverts(land(hub.contract, header, items, proof, untimed), "VotesMissing(3, 3)");
  });

  test("certificate of another hub, epoch, view, life or block is refused", async () => {
    const chain = await create();
    const items = [await commit(chain)];
    const header = await hub.header(items, state());
    const proof = await hub.proof(items, header);
    const other = await TestHub.deploy(ecosystem, aggregator.contract, hub.keys);
    const elsewhere = hub.certify(header, { hub: (await other.contract.getAddress()).toLowerCase() as Hex });
    const honest = hub.certify(header);
    const [decision] = honest.decisions;
    const altered = { ...header, state: state() };
    for (const [certificate, error] of [
      [elsewhere, "SignerRefused"],
      [{ ...honest, life: wordToHex(5n) }, "SignerRefused"],
      [{ ...honest, decisions: [{ ...decision!, turn: 8n }] }, "SignerRefused"],
      [{ ...honest, epoch: 1n }, "EpochNotCounted(0, 1)"],
      [hub.certify(altered), "DecisionMismatch(0)"],
    ] as const)
      await assertReverts(land(hub.contract, header, items, proof, certificate), error);
    await land(hub.contract, header, items, proof, honest);
  });

  test("replayed landing: a block lands once, also if its batches were reverted", async () => {
    const chain = await create();
    const genesis = chain.last;
    const items = [await commit(chain)];
    const header = await hub.header(items, state());
    const [proof, certificate] = [await hub.proof(items, header), hub.certify(header)];
    await land(hub.contract, header, items, proof, certificate);
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(0n)));
    [chain.last, chain.batchCount] = [genesis, 0n];
    await assertReverts(land(hub.contract, header, items, proof, certificate), "HeadMismatch");
  });

  test("another hub's marker, another state's and a marker without states are refused", async () => {
    const chain = await create();
    const items = [await commit(chain)];
    const header = await hub.header(items, state());
    const markers = [
      (await hub.proof(items, header, state())).proof,
      (await hub.proof(items, { ...header, state: state() })).proof,
      toHex(noAggregateMarker(items, DIGEST)),
    ];
    for (const proof of markers)
      await assertReverts(
        land(hub.contract, header, items, { digest: DIGEST, evidence: EVIDENCE, proof }, hub.certify(header)),
        "AggregateMarkerMismatch",
      );
    const { proof } = await hub.proof(items, header);
    await assertReverts(send(aggregator.contract, "proveBatches", items, DIGEST, proof), "AggregateMarkerMismatch");
  });

  test("other batches or other evidence than the decided ones are refused", async () => {
    const chain = await create();
    const items = [await commit(chain), await commit(chain)];
    const header = await hub.header(items, state());
    const certificate = hub.certify(header);
    for (const some of [items.slice(0, 1), items.toReversed(), []]) {
      const proof = some.length === 0 ? await hub.proof(items, header) : await hub.proof(some, header);
      await assertReverts(land(hub.contract, header, some, proof, certificate), "ContentsMismatch");
    }
    const proof = { ...(await hub.proof(items, header)), evidence: wordToHex(7n) };
    await assertReverts(land(hub.contract, header, items, proof, certificate), "ContentsMismatch");
  });

  test("a plain proof proves no hub: a state of 0 is refused", async () => {
    const item = await commit(await create());
    const marker = toHex(noAggregateMarker([item], DIGEST));
    for (const [stateBefore, stateAfter] of [
      [wordToHex(0n), wordToHex(0n)],
      [wordToHex(0n), state()],
      [state(), wordToHex(0n)],
    ])
      await assertReverts(
        send(aggregator.contract, "proveHub", [item], DIGEST, stateBefore, stateAfter, marker),
        "HubStateMissing()",
      );
  });

  test("only the admin schedules aggregators, with notice; votes of the epoch before count for one notice more", async () => {
    const own = await TestHub.deploy(ecosystem, aggregator.contract);
    const later = aggregatorKeys(3_000, 7);
    const addresses = later.map(({ address }) => address);
    const [, stranger] = ecosystem.accounts;
    await assertReverts(send(as(own.contract, stranger!), "scheduleAggregators", addresses), "OnlyAdmin");
    await assertReverts(send(own.contract, "scheduleAggregators", addresses.toReversed()), "AggregatorsRefused(1)");
    await assertReverts(send(own.contract, "scheduleAggregators", [addresses[0], addresses[0]]), "AggregatorsRefused(1)");
    await assertReverts(send(own.contract, "scheduleAggregators", [`0x${"00".repeat(20)}`]), "AggregatorsRefused(0)");
    await assertReverts(send(own.contract, "scheduleAggregators", []), "AggregatorsRefused(0)");
    await send(
      own.contract,
      "scheduleAggregators",
      aggregatorKeys(4_000, 1).map(({ address }) => address),
    );
    await send(own.contract, "scheduleAggregators", addresses);
    const chain = await create();
    assert.equal(await view<bigint>(own.contract, "currentEpoch"), 0n);
    await own.land([await commit(chain)], state());
    await ecosystem.increaseTime(NOTICE_SECONDS);
    assert.equal(await view<bigint>(own.contract, "currentEpoch"), 1n);
    const [, list] = await view<[bigint, string[]]>(own.contract, "epochAt", 1n);
    assert.deepEqual(
      list.map((address) => address.toLowerCase()),
      addresses,
    );
    await own.land([await commit(chain)], state());
    await assertReverts(own.land([await commit(chain)], state(), { epoch: 1 }), "VotesMissing(5, 3)");
    await own.withKeys(later).land(
      [chain.last].map((batch) => itemOf(chain, batch)),
      state(),
      {
        ...{ epoch: 1, voters: [0, 2, 3, 4, 6] },
      },
    );
    await ecosystem.increaseTime(NOTICE_SECONDS);
    await assertReverts(own.land([await commit(chain)], state()), "EpochNotCounted(1, 0)");
    await assertReverts(own.land([await commit(chain)], state(), { epoch: 2 }), "EpochNotCounted(1, 2)");
    assert.equal(await verified(chain), 3n);
  });

  test("a deployment without aggregators, or with a notice out of range, is refused", async () => {
    const deploy = (notice: bigint, addresses: readonly Hex[]): Promise<unknown> =>
      ecosystem.l1.deploy("Hub", wordToHex(1n).slice(0, 42), ecosystem.accounts[0]!.address, notice, addresses);
    const [key] = aggregatorKeys(1, 1);
    await assertReverts(deploy(59n, [key!.address]), "NoticeOutOfRange(59)");
    await assertReverts(deploy(366n * 86_400n, [key!.address]), "NoticeOutOfRange(31622400)");
    await assertReverts(deploy(60n, []), "AggregatorsRefused(0)");
    await assertReverts(
      deploy(
        60n,
        aggregatorKeys(1, 33).map(({ address }) => address),
      ),
      "AggregatorsRefused(33)",
    );
  });
});
