import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block, Log, Provider } from "ethers";
import type { ChainNews, BlockNews } from "../../src/ecosystem/relayer/chain-news.ts";
import { ChainView } from "../../src/ecosystem/relayer/chain-view.ts";
import { importedRoots } from "../../src/ecosystem/relayer/contract-interfaces.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";

const word = (number: number): string => `0x${number.toString(16).padStart(64, "0")}`;

/** A chain whose every block imports the root of its number. */
class Chain implements ChainNews {
  blocks: BlockNews[] = [];
  asked = 0;
  /** Delay of the node's answers. */
  silence: Promise<void> = Promise.resolve();
  #changes = 0;
  #fork = 0;
  #told: ((block: BlockNews) => void) | undefined;
  #returned: (() => void) | undefined;

  tip = (): number => this.#changes;

  follow(onBlock: (block: BlockNews) => void, onReturn: () => void): () => void {
    [this.#told, this.#returned] = [onBlock, onReturn];
    return () => undefined;
  }

  make(): void {
    const number = this.blocks.length;
    const { data, topics } = importedRoots.encodeEventLog("RootImported", [number, word(number)]);
    const from = { blockNumber: number, transactionHash: word(number) };
    const log = { ...from, address: PREDEPLOYS.ImportedRoots, topics, data };
    const block = {
      number,
      hash: word(1_000 * (this.#fork + 1) + number),
      logs: [log, { ...log, address: word(7).slice(0, 42) }],
    };
    this.blocks.push(block);
    this.#changes++;
    this.#told?.(block);
  }

  returnTo(count: number): void {
    this.blocks.length = count;
    this.#fork++;
    this.#changes++;
    this.#returned?.();
  }

  get provider(): Provider {
    const named = (number: number): Partial<Block> | null => {
      const block = this.blocks[number];
      if (block === undefined) return null;
      return { number, hash: block.hash, parentHash: this.blocks[number - 1]?.hash ?? word(0) };
    };
    const answered = async <Answer>(answer: () => Answer): Promise<Answer> => {
      this.asked++;
      const now = answer();
      await this.silence;
      return now;
    };
    return {
      getBlock: (tag: "latest" | number) => answered(() => named(tag === "latest" ? this.blocks.length - 1 : tag)),
      getLogs: ({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) =>
        answered(() => this.blocks.slice(fromBlock, toBlock + 1).map(({ logs }) => logs[0] as Log)),
    } as unknown as Provider;
  }
}

function viewOf(chain: Chain) {
  const view = new ChainView({ chainId: 271n }, { provider: chain.provider, news: chain });
  const roots = (events: readonly { readonly type: string }[]): readonly bigint[] =>
    events.map((event) => (event as unknown as { readonly registryIndex: bigint }).registryIndex);
  const told: bigint[] = [];
  chain.follow(
    (block) => told.push(...roots(view.tell(block))),
    () => view.returned(),
  );
  const poll = async () => {
    const { events, isAnew } = await view.poll();
    return [roots(events), isAnew];
  };
  return { view, told, poll };
}

test("a chain that tells its blocks is asked once, and each event is read once", async () => {
  const chain = new Chain();
  chain.make();
  const { view, told, poll } = viewOf(chain);
  chain.make();
  assert.deepEqual(told, []);
  assert.equal(view.isCurrent, false);
  assert.deepEqual(await poll(), [[0n, 1n], false]);
  const { asked } = chain;
  chain.make();
  chain.make();
  assert.deepEqual(told, [2n, 3n]);
  assert.equal(view.isCurrent, true);
  assert.deepEqual(await poll(), [[], false]);
  assert.equal(chain.asked, asked);
});

test("blocks that are announced while the chain's node answers follow the answer, without duplicates", async () => {
  const chain = new Chain();
  chain.make();
  const { view, told, poll } = viewOf(chain);
  let answer = (): void => undefined;
  chain.silence = new Promise((resolve) => (answer = resolve));
  const first = poll();
  chain.make();
  chain.make();
  answer();
  assert.deepEqual(await first, [[0n, 1n, 2n], false]);
  assert.deepEqual(told, []);
  assert.equal(view.isCurrent, true);
});

test("more blocks than are kept while the node answers are read by the next poll", async () => {
  const chain = new Chain();
  chain.make();
  const { view, poll } = viewOf(chain);
  let answer = (): void => undefined;
  chain.silence = new Promise((resolve) => (answer = resolve));
  const first = poll();
  for (let i = 0; i < 300; i++) chain.make();
  answer();
  const [before] = await first;
  assert.equal((before as readonly bigint[]).length, 257);
  assert.equal(view.isCurrent, false);
  chain.make();
  assert.deepEqual(await poll(), [Array.from({ length: 45 }, (_, i) => BigInt(257 + i)), false]);
  assert.equal(view.isCurrent, true);
});

test("blocks that a chain announces after it has returned do not follow deleted blocks", async () => {
  const chain = new Chain();
  for (let i = 0; i < 3; i++) chain.make();
  const { view, told, poll } = viewOf(chain);
  await poll();
  chain.returnTo(2);
  chain.make();
  chain.make();
  assert.deepEqual([told, view.isCurrent], [[], false]);
  assert.deepEqual(await poll(), [[0n, 1n, 2n, 3n], true]);
  chain.make();
  assert.deepEqual(told, [4n]);
});

test("a chain that returns while its node answers tells nothing until it is read again", async () => {
  const chain = new Chain();
  for (let i = 0; i < 3; i++) chain.make();
  const { told, poll } = viewOf(chain);
  await poll();
  chain.make();
  let answer = (): void => undefined;
  chain.returnTo(4);
  chain.silence = new Promise((resolve) => (answer = resolve));
  const reading = poll();
  chain.returnTo(2);
  for (let i = 0; i < 3; i++) chain.make();
  answer();
  const [during] = await reading;
  const [after, isAnew] = await poll();
  assert.deepEqual([told, during, after, isAnew], [[3n], [], [0n, 1n, 2n, 3n, 4n], true]);
});
