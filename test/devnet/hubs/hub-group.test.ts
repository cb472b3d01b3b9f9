import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { Wallet } from "ethers";
import { DecidedBlocks } from "../../../src/devnet/hubs/decided-blocks.ts";
import { HubGroup } from "../../../src/devnet/hubs/hub-group.ts";
import type { HubOnL1 } from "../../../src/devnet/hubs/hub-landing.ts";
import type { HubOffers } from "../../../src/devnet/hubs/hub-offers.ts";
import type { HubProofs } from "../../../src/devnet/hubs/hub-proofs.ts";
import { firstHubHeader, type HubBlock, type HubEntry } from "../../../src/hub/hub-block.ts";
import type { OfferedEntry } from "../../../src/hub/hub-node.ts";
import { HubState } from "../../../src/hub/hub-state.ts";
import { wordToHex, type Hex } from "../../../src/protocol/hex.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { entryOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];
/** Far more than a landing takes on a busy machine: a landing that waits for another batch never ends. */
const MAX_WAIT_MS = 120_000;

/** Hub of four aggregators. `executed`: chains whose offered batches L1 has executed already. */
function hubWith(
  t: TestContext,
  offered: readonly OfferedEntry[],
  executed: ReadonlySet<bigint>,
  prove: HubProofs["prove"] = () => Promise.resolve({ digest: wordToHex(0n), proof: new Uint8Array() }),
) {
  const offers = { current: offered };
  let head = firstHubHeader(HubState.empty().digest());
  const keys = [1n, 2n, 3n, 4n]
    .map((seed) => new Wallet(wordToHex(seed)))
    .map(({ address, privateKey }) => ({ address: address.toLowerCase() as Hex, privateKey: privateKey as Hex }))
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
  const group = new HubGroup(
    {
      keys,
      ...{ hub: `0x${"aa".repeat(20)}`, l1ChainId: 1n, landing: { maxAgeSeconds: 3_600, maxBatches: 16 } },
    },
    {
      offers: {
        read: () => Promise.resolve(offers.current),
        refusals: [],
        areOpen: (entries: readonly HubEntry[]) => Promise.resolve(entries.every(({ chainId }) => !executed.has(chainId))),
      } as unknown as HubOffers,
      proofs: { prove },
      onL1: {
        head: () => Promise.resolve(head),
        land({ header }: HubBlock) {
          head = header;
          return Promise.resolve({ hash: "0x12" });
        },
      } as unknown as HubOnL1,
      decided: new DecidedBlocks({ limit: 16 }),
      ...{ clock: systemClock, newLife: () => wordToHex(5n), undisturbed: (work: () => Promise<void>) => work() },
      onFailure: (error) => assert.fail(String(error)),
    },
  );
  t.after(() => group.close());
  const replaceHead = (header: typeof head): void => void (head = header);
  return { group, offers, replaceHead };
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
  test("attack: a stranger lands an old decided block after a return of L1: the hub names it and lands nothing above", async (t) => {
    const { group, offers, replaceHead } = hubWith(t, [entryOf(A, 0n)], new Set());
    const old = (await group.land()).block.header;
    const resume = await group.rest();
    replaceHead(firstHubHeader(HubState.empty().digest()));
    await resume(true);
    offers.current = [entryOf(B, 0n)];
    assert.deepEqual(await outcomeOf(group.land()), [B], "the block of the next life");
    assert.notDeepEqual(group.block?.header, old);
    replaceHead(old);
    offers.current = [entryOf(B, 1n)];
    assert.equal(await outcomeOf(group.land()), "HeadReplaced");
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
