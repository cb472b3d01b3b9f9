import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { Wallet } from "ethers";
import { openGroup, type RunningNode, type Workshop } from "../../../src/chain/consensus/group.ts";
import type { GroupMessage } from "../../../src/chain/consensus/messages.ts";
import { BlockBodies } from "../../../src/ecosystem/devnet/hubs/block-bodies.ts";
import { HubAggregator } from "../../../src/ecosystem/devnet/hubs/hub-aggregator.ts";
import type { HubOffers } from "../../../src/ecosystem/devnet/hubs/hub-offers.ts";
import type { HubBlock, HubEntry } from "../../../src/ecosystem/hub/hub-block.ts";
import { hubVoteDomain } from "../../../src/ecosystem/hub/hub-certificate.ts";
import { HubNode, type OfferedEntry } from "../../../src/ecosystem/hub/hub-node.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { encodeHubHeader } from "../../../src/ground/protocol/hub-header.ts";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import { LocalNet } from "../../../src/ecosystem/sequencing/local/local-net.ts";
import { VoteKeys } from "../../../src/ecosystem/sequencing/local/vote-keys.ts";
import { rootOf } from "../../../src/ecosystem/sequencing/root-of-life.ts";
import { entryOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];
/** The aggregator that lies. */
const LIAR = 1;
const LOOK_MS = 20;
/** Shorter than a devnet's, because a lying leader takes a view. They grow with nullified views on a busy machine. */
const TIMES = { proposalMs: 300, viewMs: 800 } as const;
/** Blocks of a test: with the empty decision after each one, every aggregator leads at least once. */
const BLOCKS = 4n;

/** Proposal of a lying leader, from its node and offers; the others vote on the header. */
type Lie = (known: {
  readonly node: HubNode;
  readonly offered: readonly OfferedEntry[];
  readonly bodies: BlockBodies;
}) => Uint8Array;

function withHeader(block: HubBlock, changes: Partial<HubBlock["header"]>): HubBlock {
  return { ...block, header: { ...block.header, ...changes } };
}

function built(node: HubNode, offered: readonly OfferedEntry[]): HubBlock {
  const block = node.build(offered, () => undefined);
  assert.ok(block !== undefined);
  return block;
}

const LIES: Readonly<Record<string, Lie>> = {
  "another state": ({ node, offered, bodies }) => {
    const block = withHeader(built(node, offered), { state: wordToHex(5n) });
    bodies.add(block);
    return encodeHubHeader(block.header);
  },
  "a batch that L1 has executed": ({ node, bodies }) => {
    const block = built(node, [entryOf(B, 0n)]);
    bodies.add(block);
    return encodeHubHeader(block.header);
  },
  "a block that no other aggregator has": ({ node, offered }) =>
    encodeHubHeader(withHeader(built(node, offered), { contents: wordToHex(6n) }).header),
  "the number of a later block": ({ node, offered, bodies }) => {
    const block = withHeader(built(node, offered), { number: node.header.number + 2n });
    bodies.add(block);
    return encodeHubHeader(block.header);
  },
  "bytes without a header": () => Uint8Array.of(1, 2, 3),
};

/** A hub of four aggregators, each with its node. Chain A offers a batch after each block; chain B's batches are executed. */
class Group {
  readonly cut = new Set<number>();
  readonly aggregators: readonly HubAggregator[];
  readonly lied: string[] = [];
  readonly #nodes: readonly RunningNode[];

  constructor(context: TestContext, lie?: Lie) {
    const keys = [1n, 2n, 3n, 4n]
      .map((seed) => new Wallet(wordToHex(seed)))
      .map(({ address, privateKey }) => ({ address: address.toLowerCase() as Hex, privateKey: privateKey as Hex }))
      .toSorted((a, b) => (a.address < b.address ? -1 : 1));
    const domain = hubVoteDomain(1n, `0x${"aa".repeat(20)}`, wordToHex(9n));
    const voters = new VoteKeys(keys, domain);
    const root = rootOf({ domain, firstView: 1 });
    const net = new LocalNet<GroupMessage>({ isCut: (from, to) => this.cut.has(from) || this.cut.has(to), delayMs: () => 0 });
    const bodies = new BlockBodies();
    const offers = {
      areOpen: (entries: readonly HubEntry[]) => Promise.resolve(entries.every(({ chainId }) => chainId === A)),
    } as unknown as HubOffers;
    const due = () => [entryOf(A, this.height)];
    const parts = { offers, bodies, due, onProposed: () => undefined, onDecided: () => undefined };
    this.aggregators = keys.map(() => new HubAggregator(root.id, HubNode.begin(), parts));
    this.#nodes = this.aggregators.map((aggregator, self) => {
      const node = openGroup({
        ...{ voters, self, root, firstView: 1, ...TIMES, clock: systemClock },
        ...{ store: aggregator.store, net: net.of(self) },
        workshop: self === LIAR && lie !== undefined ? this.#lying(aggregator, lie, bodies) : aggregator,
        sign: (vote) => Promise.resolve(voters.sign(self, vote, 1)),
        signerOf: (vote) => voters.signerOf(vote),
        onEvidence: () => undefined,
        onFailure: (error) => assert.fail(String(error)),
      });
      node.work(true);
      return node;
    });
    context.after(() => Promise.all(this.#nodes.map((node) => node.close())));
  }

  /** Number of the newest block that any aggregator has. */
  get height(): bigint {
    return this.aggregators.map(({ node }) => node.header.number).reduce((a, b) => (a > b ? a : b));
  }

  /** A leader that proposes the lie whenever it leads, and votes for everything. */
  #lying(aggregator: HubAggregator, lie: Lie, bodies: BlockBodies): Workshop {
    return {
      build: () => {
        const content = lie({ node: aggregator.node, offered: [entryOf(A, this.height)], bodies });
        this.lied.push(Buffer.from(content).toString("hex"));
        return Promise.resolve(content);
      },
      execute: () => Promise.resolve("valid"),
      decide: (header, content) => aggregator.decide(header, content),
    };
  }

  /** Waits until these aggregators have this block. */
  async until(number: bigint, indexes: readonly number[]): Promise<void> {
    while (indexes.some((index) => (this.aggregators[index]?.node.header.number ?? 0n) < number))
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  /** Asserts that these aggregators have the chain of true blocks: the batches of chain A in order. */
  requireTrue(number: bigint, indexes: readonly number[]): void {
    const expected = HubNode.begin();
    for (let i = 0n; i < number; i++) expected.apply(built(expected, [entryOf(A, i)]));
    for (const index of indexes) {
      const { node } = this.aggregators[index]!;
      if (node.header.number === number) assert.deepEqual(node.header, expected.header, `aggregator ${index}`);
    }
  }
}

describe("four aggregators, one of them fails", () => {
  const honest = [0, 2, 3];

  for (const [name, lie] of Object.entries(LIES))
    test(`f lying: a leader proposes ${name}, and the others decide the true blocks`, async (context) => {
      const group = new Group(context, lie);
      await group.until(BLOCKS, honest);
      assert.ok(group.lied.length > 0, "it has led");
      group.requireTrue(group.height, honest);
    });

  test("f cut off: the others decide, and it has all blocks when the cut ends", async (context) => {
    const group = new Group(context);
    await group.until(1n, [0, 1, 2, 3]);
    group.cut.add(2);
    const before = group.aggregators[2]!.node.header.number;
    await group.until(before + BLOCKS, [0, 1, 3]);
    assert.ok(group.aggregators[2]!.node.header.number <= before + 1n, "it is behind");
    group.cut.delete(2);
    await group.until(before + BLOCKS, [2]);
    group.requireTrue(group.height, [0, 1, 2, 3]);
  });

  test("all stopped: two of four that are cut off stop all, and nothing is decided until one is back", async (context) => {
    const group = new Group(context);
    await group.until(1n, [0, 1, 2, 3]);
    for (const index of [0, 3]) group.cut.add(index);
    // A decision that was notarized before the cut may become final.
    await new Promise((resolve) => setTimeout(resolve, 2 * TIMES.viewMs));
    const { height } = group;
    await new Promise((resolve) => setTimeout(resolve, 2 * TIMES.viewMs));
    assert.equal(group.height, height);
    group.cut.delete(3);
    await group.until(height + 1n, [1, 2, 3]);
    group.requireTrue(group.height, [1, 2, 3]);
  });
});
