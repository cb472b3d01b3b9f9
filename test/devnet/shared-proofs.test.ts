import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFlowDevnet, type FlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";
import { nameOf, OWN_BATCHES, sealOne } from "../flow/support/on-l1.ts";

/* Nothing is proven: L1 accepts markers. Aggregates of real proofs are in test/recursion/nodes/node-programs.test.ts. */
describe("chains of a devnet that share proofs", () => {
  let devnet: FlowDevnet;
  /** Batches of each proof that was made. */
  const made: string[][] = [];
  let fails = false;
  /** A batch whose own proofs cannot be made at first. */
  let unprepared: string | undefined;

  const prepared = new Map<string, PromiseWithResolvers<undefined>>();
  /** Resolves when the part of a proof that depends on this batch alone is made. */
  const preparedOf = (name: string): PromiseWithResolvers<undefined> => {
    const found = prepared.get(name) ?? Promise.withResolvers<undefined>();
    prepared.set(name, found);
    return found;
  };

  before(async () => {
    const chain = { execution: "proven" } as const;
    devnet = await startFlowDevnet(
      [
        { ...chain, chainId: 271n, pace: { shared: true, maxAgeSeconds: 1_800 } },
        { ...chain, chainId: 272n, pace: { shared: true } },
        { ...chain, chainId: 273n },
      ],
      { ...OWN_BATCHES, ...UNPROVEN },
      {
        l1Prover: (own) => ({
          async prepare(batch) {
            if (nameOf(batch) === unprepared) throw new Error("out of memory");
            const made = await own.prepare(batch);
            preparedOf(nameOf(batch)).resolve(undefined);
            return made;
          },
          prove(batches) {
            made.push(batches.map(nameOf));
            if (fails && batches.length > 1) return Promise.reject(new Error("no proof of several"));
            return own.prove(batches);
          },
        }),
      },
    );
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const settledBy = async (place: number, number: bigint) =>
    (await devnet.chains[place]!.pipeline.settled(number)).receipts.prove;
  const toAggregator = (receipt: Awaited<ReturnType<typeof settledBy>>): void =>
    assert.equal(receipt?.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);

  it("have batches executed by one transaction when the pace of one asks for it; a chain that does not share has its own", async () => {
    await sealOne(devnet, 0);
    await preparedOf("271:0").promise;
    await sealOne(devnet, 2);
    toAggregator(await settledBy(2, 0n));
    assert.deepEqual(made, [["273:0"]], "the first chain's waits by its pace");
    await sealOne(devnet, 1);
    const [first, second] = await Promise.all([settledBy(0, 0n), settledBy(1, 0n)]);
    toAggregator(first);
    assert.equal(first?.hash, second?.hash);
    assert.deepEqual(made, [["273:0"], ["272:0", "271:0"]]);
  });

  it("prove alone if the proof of several fails", async () => {
    fails = true;
    await sealOne(devnet, 0);
    await preparedOf("271:1").promise;
    await sealOne(devnet, 1);
    const [first, second] = await Promise.all([settledBy(0, 1n), settledBy(1, 1n)]);
    toAggregator(first);
    toAggregator(second);
    assert.notEqual(first?.hash, second?.hash);
    assert.deepEqual(made.slice(2, 3), [["272:1", "271:1"]]);
    assert.deepEqual(made.slice(3).sort(), [["271:1"], ["272:1"]]);
  });

  it("wait for none that has no batch: one goes at once when it is asked to settle", async () => {
    await sealOne(devnet, 0);
    devnet.chains[0]!.pipeline.hurry();
    toAggregator(await settledBy(0, 2n));
    assert.deepEqual(made.at(-1), ["271:2"]);
  });

  it("wait for no pace if a later batch is proven alone", async () => {
    await sealOne(devnet, 0);
    unprepared = "271:4";
    await sealOne(devnet, 0);
    toAggregator(await settledBy(0, 3n));
    toAggregator(await settledBy(0, 4n));
    assert.deepEqual(made.slice(-2).sort(), [["271:3"], ["271:4"]]);
  });
});
