import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DESTINATION, IDLE, IdleChains, IDS, SOURCE } from "./support/idle-chains.ts";

const ROUNDS = 2;

describe("chains whose open batch holds nothing but roots of other chains", () => {
  const chains = new IdleChains();
  const { kept } = chains;
  before(() => chains.start());
  after(() => kept.end());

  test("seal nothing while two others exchange messages, whose roots they import", async () => {
    const before = chains.sealed();
    for (let round = 0; round < ROUNDS; round++) {
      await chains.transfer(DESTINATION);
      await chains.passAge();
      await kept.devnet.relay();
      await chains.passAge();
    }
    const more = chains.sealed().map((count, place) => count - before[place]!);
    assert.deepEqual(
      IDLE.map((place) => more[place]),
      [0, 0, 0],
    );
    assert.deepEqual([more[SOURCE]! >= ROUNDS, more[DESTINATION]! >= ROUNDS], [true, true]);
    assert.equal(await chains.balance(DESTINATION), 7n * BigInt(ROUNDS));
    assert.deepEqual(chains.idle(), [true, true, true]);
    assert.deepEqual(
      kept.devnet.chains.map(({ pipeline }) => pipeline.chain.sequencer.fault),
      IDS.map(() => undefined),
    );
  });

  test("are left open by a settlement of all chains", async () => {
    const batches = await kept.devnet.settle();
    assert.deepEqual(
      batches.filter(({ chainId }) => IDLE.some((place) => BigInt(chainId) === IDS[place])),
      [],
    );
    assert.deepEqual(chains.idle(), [true, true, true]);
  });
});
