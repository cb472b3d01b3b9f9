import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openGroup, type RunningNode, type Workshop } from "../../src/chain/consensus/group.ts";
import { VoteStore } from "../../src/chain/consensus/vote-store.ts";
import { keccak } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { until } from "../support/until.ts";
import { TestKeys } from "./support/test-keys.ts";
import { Wires } from "./support/wires.ts";

const ROOT = { id: keccak(), view: 0, parent: keccak() };
const COUNT = 4;
const keys = new TestKeys(COUNT);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

/** Decides the words that it is given, one at a time. */
class Words implements Workshop {
  readonly decided: string[] = [];
  readonly #waiting: string[];

  constructor(waiting: string[]) {
    this.#waiting = waiting;
  }

  build(): Promise<Uint8Array> {
    const next = this.#waiting.find((word) => !this.decided.includes(word));
    return Promise.resolve(new TextEncoder().encode(next ?? ""));
  }

  execute(): Promise<"valid"> {
    return Promise.resolve("valid");
  }

  decide(_: unknown, content: Uint8Array): Promise<void> {
    const word = text(content);
    if (word !== "" && !this.decided.includes(word)) this.decided.push(word);
    return Promise.resolve();
  }
}

describe("a group of four nodes with files and signatures", () => {
  let folder: string;
  const wires = new Wires();
  const waiting: string[] = [];
  const words = Array.from({ length: COUNT }, () => new Words(waiting));
  const nodes: RunningNode[] = [];

  async function open(index: number): Promise<RunningNode> {
    return openGroup({
      voters: keys.voters,
      self: index,
      root: ROOT,
      firstView: 1,
      proposalMs: 1_000,
      viewMs: 2_500,
      store: await VoteStore.open(join(folder, String(index))),
      net: wires.of(index),
      workshop: words[index]!,
      clock: systemClock,
      sign: (vote) => keys.sign(index, vote),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: () => assert.fail("no node lies"),
      onFailure: (error) => assert.fail(String(error)),
    });
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "group-"));
    for (let index = 0; index < COUNT; index++) nodes.push(await open(index));
  });
  after(async () => {
    for (const node of nodes) await node.close();
    await rm(folder, { recursive: true });
  });

  const submit = (...more: readonly string[]): void => {
    waiting.push(...more);
    for (const node of nodes) node.work(true);
  };

  it("decides the same words in the same order", async () => {
    submit("a", "b", "c", "d", "e");
    await until(() => words.every(({ decided }) => decided.length === 5));
    for (const { decided } of words) assert.deepEqual(decided, words[0]!.decided);
  });

  it("decides without one node, which receives the decisions when it is back", async () => {
    await nodes[3]!.close();
    submit("f", "g", "h");
    await until(() => words.slice(0, 3).every(({ decided }) => decided.length === 8));
    assert.equal(words[3]!.decided.length, 5);
    nodes[3] = await open(3);
    nodes[3].work(true);
    await until(() => words[3]!.decided.length === 8);
    assert.deepEqual(words[3]!.decided, words[0]!.decided);
  });
});
