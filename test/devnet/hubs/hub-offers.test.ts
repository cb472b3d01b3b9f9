import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HubOffers } from "../../../src/ecosystem/devnet/hubs/hub-offers.ts";
import { HubProofs } from "../../../src/ecosystem/devnet/hubs/hub-proofs.ts";
import { createNoBatchesProver } from "../../../src/ecosystem/devnet/chains/no-prover.ts";
import type { FactSource } from "../../../src/ecosystem/devnet/facts/open-facts.ts";
import { HubNode, type OfferedEntry } from "../../../src/ecosystem/hub/hub-node.ts";
import { fromHex, keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { FactsOnL1 } from "../../../src/chain/settlement-layer/facts/facts-on-l1.ts";
import { entryOf, rootOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];
const AGGREGATOR: Hex = `0x${"0a".repeat(20)}`;
const OTHER: Hex = `0x${"0b".repeat(20)}`;
const HELD = "0x12";

/** Records that a member shows, with the bytes of each one's proof. */
type Shown = readonly (readonly [record: StoredBatch, proof: Hex])[];

/** A member that shows these batches, and counts the requests for proofs. */
function memberOf(chainId: bigint, shown: Shown) {
  const asked: number[] = [];
  const answer = (method: string, [number]: readonly unknown[]): Promise<unknown> => {
    if (method === "hyperchain_getOfferedBatches")
      return Promise.resolve(
        shown.map(([record]) => Object.fromEntries(Object.entries(record).map(([field, value]) => [field, String(value)]))),
      );
    asked.push(Number(number));
    const [record, proof] = shown.find(([{ batchNumber }]) => Number(batchNumber) === number)!;
    return Promise.resolve({ commitment: record.commitment, program: "batch", proof, imports: [], flows: [] });
  };
  return { asked, member: { chainId, name: String(chainId), answer } satisfies FactSource };
}

/** Offers of these members to a hub without proofs. L1 is a double: it stores these entries, and has executed none. */
function offersOf(
  members: readonly FactSource[],
  onL1: readonly OfferedEntry[],
  aggregatorOf: (version: bigint) => Hex = () => AGGREGATOR,
  keepsProofs = true,
) {
  const verified: bigint[] = [];
  /** Number of batches of each chain that L1 has proven, and of the hub's blocks that are landed at this depth. */
  const counts = { proven: 0n, landed: 0n };
  const l1 = {
    source: (chainId: bigint) => {
      const committed = BigInt(onL1.filter((entry) => entry.chainId === chainId).length);
      return Promise.resolve({ chainId, committed, verified: counts.proven, executed: 0n, hasExited: false });
    },
    storedHash: ({ chainId }: { readonly chainId: bigint }, number: bigint) =>
      Promise.resolve(
        hashStoredBatch(onL1.find((entry) => entry.chainId === chainId && entry.stored.batchNumber === number)!.stored),
      ),
    aggregator: (_: bigint, version: bigint) => Promise.resolve(aggregatorOf(version)),
  } as unknown as FactsOnL1;
  const offers = new HubOffers({
    members: () => members,
    l1: () => Promise.resolve(l1),
    aggregator: AGGREGATOR,
    landedIn: () => Promise.resolve(counts.landed),
    isProven: false,
    keepsProofs,
    refusalOf({ chainId, proof }) {
      verified.push(chainId);
      return Promise.resolve(Buffer.from(proof).toString("hex") === HELD.slice(2) ? undefined : "no proof");
    },
  });
  return { offers, verified, counts };
}

/** Reads the offers, builds a block of them, and resolves with its chains if aggregators vote for it. */
async function votedChains(offers: HubOffers): Promise<readonly bigint[]> {
  const block = HubNode.begin().build(await offers.read(HubNode.begin()), () => undefined);
  assert.ok(block !== undefined);
  assert.equal(await offers.areOpen(block.entries), true, "no aggregator votes for this block");
  for (const entry of block.entries) offers.offerOf(entry);
  return block.entries.map(({ chainId }) => chainId);
}

describe("offers to a hub", () => {
  const [ofA, ofB] = [entryOf(A, 0n), entryOf(B, 0n)];
  const honest = memberOf(B, [[ofB.stored, HELD]]);

  test("attack: a member that was upgraded to a version of another aggregator does not stop the others", async () => {
    const upgraded = entryOf(A, 0n, [], { protocolVersion: 4n });
    const { member } = memberOf(A, [[upgraded.stored, HELD]]);
    const { offers } = offersOf([member, honest.member], [upgraded, ofB], (version) => (version === 4n ? OTHER : AGGREGATOR));
    assert.deepEqual(await votedChains(offers), [B]);
    assert.deepEqual(
      offers.refusals.map(({ code }) => code),
      ["BatchNotOpen"],
    );
  });

  test("attack: a member whose proof does not hold is left out, and its proof is verified once", async () => {
    const { member, asked } = memberOf(A, [[ofA.stored, "0x13"]]);
    const { offers, verified } = offersOf([member, honest.member], [ofA, ofB]);
    for (let looks = 0; looks < 3; looks++) assert.deepEqual(await votedChains(offers), [B]);
    assert.deepEqual([asked, verified.toSorted()], [[0], [A, B]]);
    assert.equal(offers.refusals[0]?.code, "ProofRefused");
  });

  test("attack: a member shows another member's record with a proof that does not hold", async () => {
    const { member } = memberOf(A, [[ofB.stored, "0x13"]]);
    for (const members of [
      [member, honest.member],
      [honest.member, member],
    ]) {
      const { offers } = offersOf(members, [ofA, ofB]);
      assert.deepEqual(await votedChains(offers), [B]);
    }
  });

  test("attack: invented batches displace no proof of a decided block, and none is fetched", async () => {
    let round = 0;
    const invented = (): Shown =>
      Array.from({ length: 64 }, (_, i) => [entryOf(A, BigInt(i), [], { newStateRoot: rootOf(1_000 * round + i) }).stored, HELD]);
    const asked: string[] = [];
    const liar: FactSource = {
      ...{ chainId: A, name: "liar" },
      answer(method, parameters) {
        asked.push(method);
        return memberOf(A, invented()).member.answer(method, parameters);
      },
    };
    const { offers } = offersOf([liar, honest.member], [ofA, ofB]);
    const block = HubNode.begin().build(await offers.read(HubNode.begin()), () => undefined)!;
    for (round = 1; round < 6; round++) await offers.read(HubNode.begin());
    for (const entry of block.entries) offers.offerOf(entry);
    assert.deepEqual([block.entries.map(({ chainId }) => chainId), new Set(asked).size], [[B], 1]);
  });
});

test("a process that makes no proofs of blocks verifies a proof once and forgets it", async () => {
  const entry = entryOf(A, 0n);
  const { member, asked } = memberOf(A, [[entry.stored, HELD]]);
  const { offers } = offersOf([member], [entry], undefined, false);
  const [first, second] = [await offers.read(HubNode.begin()), await offers.read(HubNode.begin())];
  assert.deepEqual(first, second);
  const block = HubNode.begin().build(second, () => undefined)!;
  assert.equal(await offers.areOpen(block.entries), true);
  assert.deepEqual(asked, [0]);
  assert.throws(() => offers.offerOf(block.entries[0]!), { code: "BatchNotOffered" });
});

test("a decided batch that aggregators of other processes have read is read here before its block is proven", async () => {
  const entry = entryOf(A, 0n);
  const { member, asked } = memberOf(A, [[entry.stored, HELD]]);
  const block = HubNode.begin().build([{ ...entry, proofHash: keccak(fromHex(HELD)) }], () => undefined)!;
  for (const [members, reads] of [
    [[member], [0]],
    [[], []],
  ] as const) {
    asked.length = 0;
    const { offers } = offersOf(members, [entry]);
    const proofs = new HubProofs({ offers, prover: createNoBatchesProver(), isProven: false });
    const proving = proofs.prove(block, HubNode.begin().state, new AbortController().signal);
    if (members.length > 0) await proving;
    else await assert.rejects(proving, { code: "BatchNotOffered" });
    assert.deepEqual(asked, reads);
  }
});

describe("a batch that a block of the hub has", () => {
  const [first, second] = [entryOf(A, 0n), entryOf(A, 1n)];
  const { member } = memberOf(A, [
    [first.stored, HELD],
    [second.stored, HELD],
  ]);
  const numbers = (entries: readonly OfferedEntry[]) => entries.map(({ stored }) => Number(stored.batchNumber));
  /** Applies the next block with these batches. */
  function step(node: HubNode, offers: HubOffers, entries: readonly OfferedEntry[]): void {
    const block = node.build(entries, () => undefined)!;
    const before = node.state;
    node.apply(block);
    offers.noteDecided(block, before);
  }

  test("is not offered while its block waits for the landing, nor after L1 has proven it", async () => {
    const { offers, counts } = offersOf([member], [first, second]);
    const node = HubNode.begin();
    step(node, offers, [first]);
    assert.deepEqual(numbers(await offers.read(node)), [1]);
    [counts.landed, counts.proven] = [1n, 1n];
    assert.deepEqual(numbers(await offers.read(node)), [1]);
  });

  test("is offered again if L1 has landed the block and has not proven it, and the next batch follows it", async () => {
    const { offers, counts } = offersOf([member], [first, second]);
    const node = HubNode.begin();
    step(node, offers, [first, second]);
    assert.deepEqual(numbers(await offers.read(node)), []);
    counts.landed = 1n;
    const again = await offers.read(node);
    assert.deepEqual(numbers(again), [0, 1]);
    step(node, offers, again);
    assert.deepEqual(numbers(await offers.read(node)), [], "pending again");
  });

  test("A149: is offered again while later blocks of busy members wait for their landings", async () => {
    const busy = [0n, 1n, 2n].map((number) => entryOf(B, number));
    const shown: Shown = busy.map(({ stored }) => [stored, HELD] as const);
    const { offers, counts } = offersOf([member, memberOf(B, shown).member], [first, second, ...busy]);
    const node = HubNode.begin();
    step(node, offers, [first]);
    step(node, offers, [busy[0]!]);
    counts.landed = 1n;
    const named = (entries: readonly OfferedEntry[]) => entries.map(({ chainId, stored }) => [chainId, stored.batchNumber]);
    const due = await offers.read(node);
    assert.deepEqual(named(due), [
      [A, 0n],
      [A, 1n],
      [B, 1n],
      [B, 2n],
    ]);
    step(node, offers, [due[0]!, due[2]!]);
    counts.landed = 2n;
    assert.deepEqual(named(await offers.read(node)), [
      [A, 1n],
      [B, 0n],
      [B, 2n],
    ]);
  });

  test("is offered again at most twice, then its chain shows it alone", async () => {
    const { offers, counts } = offersOf([member], [first, second]);
    const node = HubNode.begin();
    step(node, offers, [first]);
    for (counts.landed = 1n; counts.landed < 3n; counts.landed++) step(node, offers, (await offers.read(node)).slice(0, 1));
    assert.deepEqual(numbers(await offers.read(node)), []);
    assert.deepEqual(
      offers.refusals.map(({ code }) => code),
      ["AlwaysSkipped"],
    );
    counts.proven = 1n;
    assert.deepEqual(numbers(await offers.read(node)), [1]);
  });
});
