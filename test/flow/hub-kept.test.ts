import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import type { DevnetChainOptions, DevnetOptions } from "../../src/ecosystem/devnet/devnet.ts";
import type { HubInfo } from "../../src/ecosystem/devnet/view/books/hub-info.ts";
import { HubNode } from "../../src/ecosystem/hub/hub-node.ts";
import { clientOf, startFlowDevnet } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const WAIT_SECONDS = 2_000;
const LIAR = 1;
/** Blocks until each aggregator has led, with the views that lying leaders waste. */
const MAX_BLOCKS = 12;
const POLL_MS = 100;

/* L1 takes markers of blocks: the store of blocks does not depend on proofs. */
describe("a hub of an ecosystem in a folder", () => {
  const chain = { execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } } as const;
  const chains: readonly DevnetChainOptions[] = [
    { ...chain, chainId: 271n, name: "alpha" },
    { ...chain, chainId: 272n, name: "beta" },
  ];
  const hubs = (aggregators: number): Partial<DevnetOptions> => ({
    stake: { unbondingSeconds: 100_000 },
    pollIntervalMs: POLL_MS,
    hubs: { main: { members: ["alpha", "beta"], aggregators, landing: { maxAgeSeconds: 3_600, maxBatches: 16 } } },
  });
  const clock = new WaitingClock(WAIT_SECONDS);
  const kept = new Kept(chains, hubs(4), undefined, { clock });
  before(() => kept.start());
  after(() => kept.end());

  const hub = () => kept.devnet.hub("main")!;
  const address = (): string | undefined => kept.devnet.info().hubs?.[0]?.address;
  async function stakeOf(key: string): Promise<string | undefined> {
    const { aggregators } = (await kept.client().send("hyperchain_getHub", ["main"])) as HubInfo;
    return aggregators.find(({ address }) => address === key)?.stakeWei;
  }
  /** Executes a block with a batch of each chain on L1. */
  async function land(): Promise<bigint> {
    for (const place of [0, 1]) {
      await kept.pay(1n, place);
      await kept.chain(place).pipeline.seal();
      const client = clientOf(kept.chain(place));
      while (((await client.send("hyperchain_getOfferedBatches", [])) as unknown[]).length === 0);
      client.destroy();
    }
    const { block } = await hub().land();
    for (const { chainId, stored } of block.entries)
      await kept.devnet.chains.find((each) => each.chainId === chainId)!.pipeline.settled(stored.batchNumber);
    return block.header.number;
  }

  test("after a restart the contract, the blocks and the state are the same, and the next block follows", async () => {
    const contract = address();
    assert.equal(await land(), 1n);
    assert.equal(await land(), 2n);
    const blocks = [1n, 2n].map((number) => hub().blockAt(number));
    const digest = hub().state.digest();
    await kept.restart();
    assert.equal(address(), contract);
    assert.deepEqual(
      [1n, 2n].map((number) => hub().blockAt(number)),
      blocks,
    );
    assert.deepEqual([hub().state.digest(), hub().landedCount], [digest, 2n]);
    assert.equal(await land(), 3n);
    // The facts before the restart are also in the state, so a follower of all blocks has the same one.
    const follower = HubNode.begin();
    for (const number of [1n, 2n, 3n]) follower.apply(hub().blockAt(number)!);
    assert.equal(follower.state.digest(), hub().state.digest());
  });

  test("contrary votes of an aggregator outlive the process, and L1 takes its stake after the restart", async () => {
    const key = hub().aggregators[LIAR]!.address;
    hub().setConditions(new Map([[key, "equivocating"]]));
    for (let i = 0; i < MAX_BLOCKS && hub().evidence.length === 0; i++) await land();
    const { evidence } = hub();
    assert.ok(evidence.length > 0 && evidence.every(({ signer }) => signer === key));
    await kept.restart();
    assert.deepEqual(hub().evidence, evidence);
    // L1's time reaches the votes' with its next block.
    await land();
    while ((await stakeOf(key)) !== "0") await pause(POLL_MS);
  });

  test("another number of aggregators than those of the contract is refused by the name of the option", async () => {
    await kept.stop();
    const started = startFlowDevnet(chains, { proofs: "none", ...hubs(2), data: kept.folder }, { clock });
    await assert.rejects(started, /hubs\.main\.aggregators names 2 keys, and the hub on L1 began with others \(4\)/);
    await kept.start();
    assert.ok(hub().landedCount > 3n);
  });
});
