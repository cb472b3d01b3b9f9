import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Wallet } from "ethers";
import type { HubAggregatorParts } from "../../../src/ecosystem/devnet/hubs/hub-aggregator.ts";
import type { AggregatorProcesses } from "../../../src/ecosystem/devnet/hubs/aggregator-processes.ts";
import {
  isFromAggregator,
  type FromAggregator,
  type ToAggregator,
} from "../../../src/ecosystem/devnet/hubs/aggregator-messages.ts";
import { RemoteHubLife } from "../../../src/ecosystem/devnet/hubs/remote-hub-life.ts";
import type { HubBlock } from "../../../src/ecosystem/hub/hub-block.ts";
import { HubNode } from "../../../src/ecosystem/hub/hub-node.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import type { VoteEvidence } from "../../../src/ecosystem/sequencing/evidence-list.ts";
import { entryOf, factOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];
const LIFE = wordToHex(9n);
const LIAR = 1;

/** A life of four processes that only note their messages. */
function lifeOf() {
  const keys = new Map<Hex, Hex>();
  for (const seed of [1n, 2n, 3n, 4n]) {
    const { address, privateKey } = new Wallet(wordToHex(seed));
    keys.set(address.toLowerCase() as Hex, privateKey as Hex);
  }
  const aggregators = [...keys.keys()].toSorted();
  const sent: { readonly to: Hex; readonly message: ToAggregator }[] = [];
  const evidence: VoteEvidence[] = [];
  const processes = {
    serve: () => undefined,
    members: () => [],
    of: (to: Hex) => ({
      ...{ isRunning: true, begin: () => Promise.resolve() },
      send: (message: ToAggregator) => void sent.push({ to, message }),
    }),
  } as unknown as AggregatorProcesses;
  const parts = {
    offers: { areOpen: () => Promise.resolve(true) },
    ...{ onProposed: () => undefined, onDecided: () => undefined },
  } as unknown as HubAggregatorParts;
  const life = new RemoteHubLife(
    {
      ...{ hub: `0x${"aa".repeat(20)}`, l1ChainId: 1n, clock: systemClock, parts, isLiar: () => false },
      keyOf: (address) => keys.get(address),
      onEvidence: (pair) => void evidence.push(pair),
      onFailure: (error) => assert.fail(String(error)),
    },
    { life: LIFE, epoch: { number: 0, aggregators }, firstView: 1, newNode: () => HubNode.begin() },
    processes,
  );
  for (const index of aggregators.keys()) life.start(index, false);
  const take = (message: unknown, from: number): void => {
    if (isFromAggregator(message)) life.take(message, aggregators[from]!);
  };
  const blocks = (): readonly HubBlock[] => sent.flatMap(({ message }) => (message.type === "block" ? [message.block] : []));
  return { life, take, blocks, evidence };
}

function proposal(block: HubBlock): FromAggregator {
  return { type: "block", life: LIFE, block };
}

describe("a process of an aggregator that lies", () => {
  test("cannot replace the block of an honest header: its siblings are in no digest", async () => {
    const { life, take, blocks } = lifeOf();
    const { header, entries } = HubNode.begin().build([entryOf(A, 0n), entryOf(B, 0n, [factOf(A, 0n)])], (_, reason) =>
      assert.fail(reason.message),
    )!;
    take(proposal({ header, entries }), 0);
    const [first, second] = entries;
    const paths = second!.paths.map((path) => ({ ...path, siblings: path.siblings.toReversed() }));
    take(proposal({ header, entries: [first!, { ...second!, paths }] }), LIAR);
    assert.deepEqual(
      blocks(),
      [1, 2, 3].map(() => ({ header, entries })),
    );
    await life.end();
  });

  test("has few blocks of each number, and none whose entries are not the header's", async () => {
    const { life, take, blocks } = lifeOf();
    for (let i = 0; i < 100; i++) {
      const block = HubNode.begin().build([entryOf(A, BigInt(i))], (_, reason) => assert.fail(reason.message))!;
      take(proposal({ ...block, entries: [] }), LIAR);
      take(proposal({ ...block, entries: [4] as unknown as HubBlock["entries"] }), LIAR);
      take(proposal(block), LIAR);
    }
    assert.equal(blocks().length, 3 * 32);
    await life.end();
  });

  test("is ignored with another life, a message in another form, and votes that prove nothing", async () => {
    const { life, take, blocks, evidence } = lifeOf();
    const block = HubNode.begin().build([entryOf(A, 0n)], (_, reason) => assert.fail(reason.message))!;
    take({ ...proposal(block), life: wordToHex(8n) }, LIAR);
    for (const header of [undefined, {}, { ...block.header, number: -1n }, { ...block.header, state: "0x" }])
      take({ type: "block", life: LIFE, block: { ...block, header } }, LIAR);
    const vote = { kind: 1, epoch: 0, view: 1, id: wordToHex(1n), signedAt: 1, signature: "0x12" };
    take({ type: "evidence", life: LIFE, first: vote, second: { ...vote, id: wordToHex(2n) } }, LIAR);
    take({ type: "message", life: LIFE, message: { type: "votes", votes: 4 }, to: undefined }, LIAR);
    assert.deepEqual([blocks(), evidence], [[], []]);
    await life.end();
  });
});
