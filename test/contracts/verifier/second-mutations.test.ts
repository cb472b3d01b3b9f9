import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createStateTransitionSystem } from "../../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../../src/tool/demo/random-batch.ts";
import { toHex } from "../../../src/ground/protocol/hex.ts";
import { createProver } from "../../../src/proofs/prover/prover.ts";
import { readStateProof, recordStateProof, type RecordedStateName } from "../../support/recorded-state-proofs.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { mutationsOf } from "./support/mutations.ts";
import { threeVerifiers, type ThreeVerifiers } from "./support/three-verifiers.ts";

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
  let verifiers: ThreeVerifiers;
  before(async () => {
    chain = await startCodeChain();
    verifiers = await threeVerifiers(chain, system);
  });
  after(() => chain.close());

  for (const [name, count] of Object.entries(MUTATIONS) as [RecordedStateName, number][])
    test(`of ${name} have one verdict of all three verifiers, ${count} times`, async () => {
      const { encoded, proof } = await recorded(name);
      for (const { title, ...changed } of mutationsOf(system, encoded, proof, count, 2))
        assert.notEqual(await verifiers.agreed(changed.encoded, changed.proof, title), "accepted", title);
    });
});
