import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createStateTransitionSystem } from "../../../src/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../../src/demo/random-batch.ts";
import { toHex } from "../../../src/protocol/hex.ts";
import { createProver } from "../../../src/prover/prover.ts";
import { verify } from "../../../src/stark/proofs/verify.ts";
import { readStateProof, recordStateProof, type RecordedStateName } from "../../support/recorded-state-proofs.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { mutationsOf } from "./support/mutations.ts";
import { deployFirst, deploySecond, packageDescription, type StateVerifier } from "./support/second-verifier.ts";
import { verdictOf } from "./support/small-verifier.ts";

const system = createStateTransitionSystem();
/** Changes of each recorded proof. */
const MUTATIONS: Readonly<Record<RecordedStateName, number>> = { "state-short": 400, "state-tall": 100 };
const BATCHES: Readonly<Record<RecordedStateName, { readonly leafCount: number; readonly writeCount: number }>> = {
  "state-short": { leafCount: 100, writeCount: 4 },
  "state-tall": { leafCount: 4000, writeCount: 1024 },
};

/** Recorded proof; records a new one if the system's key has changed. */
async function recorded(name: RecordedStateName): Promise<ReturnType<typeof readStateProof>> {
  if (readStateProof(name).key !== toHex(system.verificationKeyDigest)) {
    const { job } = createRandomBatch({ ...BATCHES[name], seed: 1 });
    const prover = createProver();
    const { proof } = await prover.proveBatch(job);
    await prover.close();
    recordStateProof(name, system, job.statement, proof);
  }
  return readStateProof(name);
}

describe("changed proofs", () => {
  let chain: CodeChain;
  let first: StateVerifier;
  let second: StateVerifier;
  before(async () => {
    chain = await startCodeChain();
    first = await deployFirst(chain);
    second = await deploySecond(chain, await packageDescription(chain));
  });
  after(() => chain.close());

  for (const [name, count] of Object.entries(MUTATIONS) as [RecordedStateName, number][])
    test(`of ${name} have one verdict of all three verifiers, ${count} times`, async () => {
      const { encoded, proof } = await recorded(name);
      for (const { title, ...changed } of mutationsOf(system, encoded, proof, count, 2)) {
        const expected = verdictOf(verify(system, changed.encoded, changed.proof));
        assert.notEqual(expected, "accepted", title);
        assert.equal(await first.verify(changed.encoded, changed.proof), expected, title);
        assert.equal(await second.verify(changed.encoded, changed.proof), expected, title);
      }
    });
});
