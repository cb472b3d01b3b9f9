import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { Wallet } from "ethers";
import { encodeProposal, headerOf } from "../../../src/chain/consensus/proposals.ts";
import { FINALIZE, type SignedVote } from "../../../src/chain/consensus/votes.ts";
import { DecidedBlocks } from "../../../src/ecosystem/devnet/hubs/decided-blocks.ts";
import { HubGroup } from "../../../src/ecosystem/devnet/hubs/hub-group.ts";
import type { HubEpoch, HubOnL1 } from "../../../src/ecosystem/devnet/hubs/hub-landing.ts";
import type { HubOffers } from "../../../src/ecosystem/devnet/hubs/hub-offers.ts";
import type { HubProofs } from "../../../src/ecosystem/devnet/hubs/hub-proofs.ts";
import {
  evidenceOf,
  firstHubHeader,
  type HubBlock,
  type HubBlockOnL1,
  type HubEntry,
} from "../../../src/ecosystem/hub/hub-block.ts";
import { hubVoteDomain, type HubCertificate } from "../../../src/ecosystem/hub/hub-certificate.ts";
import { HubNode, type OfferedEntry } from "../../../src/ecosystem/hub/hub-node.ts";
import { HubState } from "../../../src/ecosystem/hub/hub-state.ts";
import { fromHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashHubHeader } from "../../../src/ground/protocol/hub-header.ts";
import { systemClock, type Clock } from "../../../src/ground/runtime/clock.ts";
import { VoteKeys } from "../../../src/ecosystem/sequencing/local/vote-keys.ts";
import { entryOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];
/** Far more than a landing takes on a busy machine: a landing that waits for another batch never ends. */
const MAX_WAIT_MS = 120_000;

const HUB: Hex = `0x${"aa".repeat(20)}`;
/** Keys 1 to 5, in the ascending order of their addresses. */
const KEYS = [1n, 2n, 3n, 4n, 5n].map((seed) => keyOf(seed)).toSorted((a, b) => (a.address < b.address ? -1 : 1));

function keyOf(seed: bigint) {
  const { address, privateKey } = new Wallet(wordToHex(seed));
  return { address: address.toLowerCase() as Hex, privateKey: privateKey as Hex };
}

function epochOf(number: number, seeds: readonly bigint[]): HubEpoch {
  return { number, aggregators: seeds.map((seed) => keyOf(seed).address).toSorted() };
}

/** Hub of four aggregators. `executed`: chains whose offered batches L1 has executed already. */
function hubWith(
  t: TestContext,
  offered: readonly OfferedEntry[],
  executed: ReadonlySet<bigint>,
  prove: HubProofs["prove"] = () => Promise.resolve({ digest: wordToHex(0n), proof: new Uint8Array() }),
  clock: Clock = systemClock,
) {
  /** `onRead`: called after each read of the offers. */
  const offers = { current: offered, onRead: (): void => undefined };
  let head = firstHubHeader(HubState.empty().digest());
  const l1 = {
    epoch: epochOf(0, [1n, 2n, 3n, 4n]),
    certificates: [] as HubCertificate[],
    landings: [] as HubBlockOnL1[],
    /** Called before a landing, which fails if it throws. */
    onLand: (_header: typeof head): void => undefined,
  };
  const landingOf = (hash: Hex) => l1.landings.find(({ header }) => hashHubHeader(header) === hash);
  let lives = 5n;
  const group = new HubGroup(
    { epoch: l1.epoch, hub: HUB, l1ChainId: 1n, landing: { maxAgeSeconds: 3_600, maxBatches: 16 } },
    {
      offers: {
        read() {
          const { current } = offers;
          offers.onRead();
          return Promise.resolve(current);
        },
        refusals: [],
        noteDecided: () => undefined,
        areOpen: (entries: readonly HubEntry[]) => Promise.resolve(entries.every(({ chainId }) => !executed.has(chainId))),
      } as unknown as HubOffers,
      proofs: { prove },
      onL1: {
        head: () => Promise.resolve(head),
        epoch: () => Promise.resolve(l1.epoch),
        landedBlock: (_number: bigint, hash: Hex) => Promise.resolve(landingOf(hash)),
        landingOf: (_number: bigint, hash: Hex) => Promise.resolve(landingOf(hash) && "0x34"),
        async land({ header, entries }: HubBlock, _shown: unknown, certificate: HubCertificate) {
          await Promise.resolve();
          l1.onLand(header);
          head = header;
          l1.landings.push({
            header,
            entries: entries.map(({ chainId, stored }) => ({ chainId, stored })),
            evidence: evidenceOf(entries),
          });
          l1.certificates.push(certificate);
          return "0x12";
        },
      } as unknown as HubOnL1,
      decided: new DecidedBlocks({ limit: 16 }),
      ...{ clock, newLife: () => wordToHex(lives++), undisturbed: (work: () => Promise<void>) => work() },
      keyOf: (address) => KEYS.find((key) => key.address === address)?.privateKey,
      onFailure: (error) => assert.fail(String(error)),
    },
  );
  t.after(() => group.close());
  const replaceHead = (header: typeof head): void => void (head = header);
  return { group, offers, replaceHead, l1 };
}

function votesOf({ epoch, decisions, signedAt, signatures }: HubCertificate): readonly SignedVote[] {
  const { turn, parent, content } = decisions.at(-1)!;
  const { id, view } = headerOf(encodeProposal({ view: Number(turn), parent }, fromHex(content)))!;
  const vote = { kind: FINALIZE, epoch: Number(epoch), view, id } as const;
  return signatures.map((signature, i) => ({ ...vote, signedAt: Number(signedAt[i]), signature }));
}

/** Indexes among `KEYS` of a certificate's signers. */
function signersOf(certificate: HubCertificate): readonly number[] {
  const voters = new VoteKeys(KEYS, hubVoteDomain(1n, HUB, certificate.life), Number(certificate.epoch));
  return votesOf(certificate).map((vote) => voters.indexOf(voters.signerOf(vote)!)!);
}

/** Result of a landing, or the code of its refusal; "waits" if it has none in time. */
async function outcomeOf(landing: Promise<{ readonly block: HubBlock }>): Promise<unknown> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve("waits"), MAX_WAIT_MS);
  const chains = landing.then(
    ({ block }) => block.entries.map(({ chainId }) => chainId),
    (error: unknown) => (error as { code: string }).code,
  );
  const outcome = await Promise.race([chains, late.promise]);
  clearTimeout(timer);
  return outcome;
}

describe("a landing on demand", () => {
  test("attack: a stranger lands an old decided block after a return of L1: the hub continues from it", async (t) => {
    const { group, offers, replaceHead, l1 } = hubWith(t, [entryOf(A, 0n)], new Set());
    const old = (await group.land()).block.header;
    const resume = await group.rest();
    replaceHead(firstHubHeader(HubState.empty().digest()));
    await resume(true);
    offers.current = [entryOf(B, 0n)];
    assert.deepEqual(await outcomeOf(group.land()), [B], "the block of the next life");
    assert.notDeepEqual(group.block?.header, old);
    replaceHead(old);
    offers.current = [entryOf(B, 1n)];
    const { block } = await group.land();
    assert.deepEqual([block.header.number, block.header.parent], [2n, hashHubHeader(old)]);
    assert.deepEqual(
      block.entries.map(({ chainId }) => chainId),
      [B],
    );
    const follower = HubNode.begin();
    for (const number of [1n, 2n]) follower.apply(group.blockAt(number)!);
    assert.equal(follower.state.digest(), group.state.digest());
    // The batches of the new block are offered no longer, and L1 has a block whose landing no transaction to the hub made.
    l1.landings.pop();
    const { header } = block;
    replaceHead({ ...header, contents: wordToHex(7n) });
    offers.current = [entryOf(B, 2n)];
    assert.equal(await outcomeOf(group.land()), "HeadReplaced");
    replaceHead(header);
    assert.deepEqual(await outcomeOf(group.land()), [B], "L1 has the former block again");
  });

  test("attack: L1's other block has a state that its batches do not have: the hub names it and lands nothing above", async (t) => {
    const { group, offers, replaceHead, l1 } = hubWith(t, [entryOf(A, 0n)], new Set());
    const { block } = await group.land();
    const false_ = { ...block.header, state: wordToHex(8n) };
    l1.landings.push({ header: false_, entries: block.entries, evidence: evidenceOf(block.entries) });
    replaceHead(false_);
    offers.current = [entryOf(A, 1n)];
    assert.equal(await outcomeOf(group.land()), "HeadReplaced");
    assert.deepEqual(group.blockAt(1n)?.header, block.header);
  });

  test("whose batches L1's other block has already is refused", async (t) => {
    const { group, offers, replaceHead } = hubWith(t, [entryOf(A, 0n)], new Set());
    const old = (await group.land()).block.header;
    const resume = await group.rest();
    replaceHead(firstHubHeader(HubState.empty().digest()));
    await resume(true);
    offers.current = [entryOf(B, 0n)];
    // After L1's head is read, before the decision.
    offers.onRead = () => {
      replaceHead(old);
      offers.current = [];
    };
    // On a busy machine the offers end before the decision; the next call begins from L1's block in any case.
    for (let call = 0; call < 2; call++) assert.equal(await outcomeOf(group.land()), "NothingOffered");
    assert.deepEqual(group.block?.header, old);
  });

  test("attack: a stranger lands the same block a moment before: the landing names the stranger's transaction", async (t) => {
    const { group, replaceHead, l1 } = hubWith(t, [entryOf(A, 0n)], new Set());
    l1.onLand = (header) => {
      l1.landings.push({ header, entries: [], evidence: wordToHex(0n) });
      replaceHead(header);
      throw new Error("HeadMismatch");
    };
    const { block, transactionHash } = await group.land();
    assert.deepEqual([block.header.number, transactionHash, group.landedCount], [1n, "0x34", 1n]);
  });

  test("attack: the block of an earlier life that a stranger lands is the one that is decided: the landing ends", async (t) => {
    const { group, offers, replaceHead } = hubWith(t, [entryOf(A, 0n)], new Set());
    const old = (await group.land()).block.header;
    const resume = await group.rest();
    replaceHead(firstHubHeader(HubState.empty().digest()));
    await resume(true);
    // After L1's head is read, before the decision.
    offers.onRead = () => replaceHead(old);
    const { block, transactionHash } = await group.land();
    assert.deepEqual([block.header, transactionHash], [old, "0x34"]);
    // L1's landing skipped the batch, which is offered again.
    assert.equal((await group.land()).block.header.number, 2n);
  });

  test("begins after L1's block, so that its first block lands", async (t) => {
    const { group, offers, replaceHead, l1 } = hubWith(t, [entryOf(A, 0n)], new Set());
    const old = (await group.land()).block.header;
    const resume = await group.rest();
    replaceHead(firstHubHeader(HubState.empty().digest()));
    await resume(true);
    replaceHead(old);
    offers.current = [entryOf(B, 0n)];
    const { block } = await group.land();
    assert.deepEqual([block.header.number, block.header.parent, l1.landings.length], [2n, hashHubHeader(old), 2]);
  });

  test("lands a decided block that L1 refused at first, though no batch is offered", async (t) => {
    const { group, offers, l1 } = hubWith(t, [entryOf(A, 0n)], new Set());
    l1.onLand = () => {
      throw new Error("L1 is away");
    };
    await assert.rejects(group.land(), /L1 is away/);
    offers.current = [];
    l1.onLand = () => undefined;
    assert.deepEqual(await outcomeOf(group.land()), [A]);
    assert.equal(await outcomeOf(group.land()), "NothingOffered");
  });

  test("is refused by name if a quorum runs and decides nothing", async (t) => {
    // The waits of two minutes are short; the aggregators do not vote.
    const clock: Clock = { nowMs: () => systemClock.nowMs(), after: (ms, call) => systemClock.after(ms === 500 ? 1 : ms, call) };
    const { group } = hubWith(t, [entryOf(A, 0n)], new Set([A]), undefined, clock);
    await assert.rejects(group.land(), { code: "Undecided", message: /^4 aggregators run and decided no block in 120 seconds/ });
  });

  test("is refused if L1 executes the offered batch before the aggregators vote", async (t) => {
    const { group, offers } = hubWith(t, [entryOf(A, 0n)], new Set([A]));
    const outcome = outcomeOf(group.land());
    setTimeout(() => (offers.current = []), 200);
    assert.equal(await outcome, "NothingOffered");
  });

  test("contains the other batches if L1 executes one of the offered ones before the aggregators vote", async (t) => {
    const { group, offers } = hubWith(t, [entryOf(A, 0n), entryOf(B, 0n)], new Set([A]));
    const outcome = outcomeOf(group.land());
    setTimeout(() => (offers.current = [entryOf(B, 0n)]), 200);
    assert.deepEqual(await outcome, [B]);
    assert.equal(group.block?.header.number, 1n);
  });

  /** A proof that takes until it is stopped, the first time. */
  function slowProof() {
    const begun = Promise.withResolvers<undefined>();
    let [stopped, made] = [0, 0];
    const prove: HubProofs["prove"] = (_block, before, signal) => {
      if (stopped > 0) {
        made++;
        return Promise.resolve({ digest: before.digest(), proof: new Uint8Array() });
      }
      begun.resolve(undefined);
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          stopped++;
          reject(signal.reason as Error);
        }),
      );
    };
    return { prove, begun: begun.promise, stopped: () => stopped, made: () => made };
  }

  test("stops the proof that is being made if the hub closes", async (t) => {
    const { prove, begun, stopped } = slowProof();
    const { group } = hubWith(t, [entryOf(A, 0n)], new Set(), prove);
    const outcome = outcomeOf(group.land());
    await begun;
    await group.close();
    assert.deepEqual([await outcome, stopped()], ["Closed", 1]);
  });

  test("stops it if L1 returns, and proves the decided block again if L1 did not", async (t) => {
    const { prove, begun, stopped, made } = slowProof();
    const { group } = hubWith(t, [entryOf(A, 0n)], new Set(), prove);
    const outcome = outcomeOf(group.land());
    await begun;
    const resume = await group.rest();
    assert.deepEqual([await outcome, stopped()], ["Returned", 1]);
    await resume(false);
    // A rest waits until what is decided has landed.
    await (
      await group.rest()
    )(false);
    assert.deepEqual([group.block?.header.number, made()], [1n, 1]);
  });
});

describe("another epoch on L1", () => {
  /** Index among `KEYS` of the key that leaves, and of the one that joins. */
  const [leaver, joiner] = [1n, 5n].map((seed) => KEYS.findIndex(({ address }) => address === keyOf(seed).address));
  const next = epochOf(1, [2n, 3n, 4n, 5n]);

  test("begins a life of its aggregators, who continue from the blocks before and sign with its number", async (t) => {
    const { group, offers, l1 } = hubWith(t, [entryOf(A, 0n)], new Set());
    await group.land();
    l1.epoch = next;
    offers.current = [entryOf(A, 1n)];
    const { block } = await group.land();
    assert.deepEqual([group.epoch, group.aggregators.map(({ address }) => address)], [1, next.aggregators]);
    assert.equal(block.header.number, 2n);
    const [old, young] = l1.certificates as [HubCertificate, HubCertificate];
    assert.deepEqual([old.epoch, young.epoch], [0n, 1n]);
    assert.notEqual(old.life, young.life);
    assert.ok(!signersOf(old).includes(joiner!) && !signersOf(young).includes(leaver!), "each set signs its blocks");
    assert.equal(new Set(signersOf(young)).size, young.signatures.length);
  });

  test("attack: a vote of the old epoch counts nothing in the new one, also with the new number and a signer in both", async (t) => {
    const { group, offers, l1 } = hubWith(t, [entryOf(A, 0n)], new Set());
    await group.land();
    l1.epoch = next;
    offers.current = [entryOf(A, 1n)];
    await group.land();
    const [old, young] = l1.certificates as [HubCertificate, HubCertificate];
    const keys = next.aggregators.map((address) => ({ address }));
    const voters = new VoteKeys(keys, hubVoteDomain(1n, HUB, young.life), 1);
    const voterOf = (vote: SignedVote) => voters.indexOf(voters.signerOf(vote) ?? "0x");
    assert.ok(votesOf(young).every((vote) => voterOf(vote) !== undefined));
    for (const vote of votesOf(old))
      for (const epoch of [0, 1]) assert.equal(voterOf({ ...vote, epoch }), undefined, `epoch ${epoch}`);
  });

  test("lands the block that was decided before, and then begins", async (t) => {
    const begun = Promise.withResolvers<undefined>();
    const proven = Promise.withResolvers<undefined>();
    const { group, l1 } = hubWith(t, [entryOf(A, 0n)], new Set(), async () => {
      begun.resolve(undefined);
      await proven.promise;
      return { digest: wordToHex(0n), proof: new Uint8Array() };
    });
    const landing = group.land();
    await begun.promise;
    l1.epoch = next;
    await group.look();
    assert.equal(group.epoch, 0, "the landing is pending");
    proven.resolve(undefined);
    assert.equal((await landing).block.header.number, 1n);
    while (group.epoch === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([l1.certificates.map(({ epoch }) => epoch), group.block?.header.number], [[0n], 1n]);
  });
});
