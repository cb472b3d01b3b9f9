import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { DevnetDependencies } from "../../src/ecosystem/devnet/devnet.ts";
import { createL1Prover } from "../../src/proofs/l1-proof/l1-prover.ts";
import type { ExecutedProof } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import { encodeShown } from "../../src/ground/protocol/shown-execution.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { encodeStateInput } from "../../src/proofs/prover/encode-state-input.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { MemoryBlobs } from "../../src/proofs/proving/blobs.ts";
import { l1ProofByQueue, l1ProofPort } from "../../src/proofs/proving/l1-proofs.ts";
import { MemoryQueue } from "../../src/proofs/proving/queue-memory.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { type Colluders, corrupt, forge } from "./support/colluders.ts";
import { startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { assertNothingExecuted, forgeriesOf } from "./support/forged-batches.ts";
import { OWN_BATCHES, programsOnL1, sealOne, WEAK_CHUNKS } from "./support/on-l1.ts";

const CHAIN = 271n;
/** A development account that no part of the devnet uses. */
const SENDER = 15;
/** Any that is canonical: the verifier looks at the proof first. */
const DIGEST = wordToHex(5n);

/*
 * By day contracts are the package's, and no proof is made but those of changes. By night L1 is shown a proof of what the
 * transactions did, by programs of few queries (NOT SECURE): it executes the true batch by it, and none of the forged ones.
 */
describe("a quorum that signs as one what its transactions did not do, on a chain whose execution L1 checks", () => {
  const folder = mkdtempSync(join(tmpdir(), "lying-quorum-"));
  const prover = createProver({ workers: 2 });
  let devnet: FlowDevnet;
  let honest: FormedBatch;
  let colluders: Colluders;
  /** Proof of the transactions' real effects. */
  let ofTheTruth: Uint8Array | undefined;
  /** Proof that L1 receives. */
  let shown = new Uint8Array();

  before(async () => {
    const journal = join(folder, "journal");
    const chain = { chainId: CHAIN, execution: "proven", journal } as const;
    const proving = await trueProofs();
    devnet = await startFlowDevnet([{ ...chain, quorum: { members: 2, threshold: 2 } }], OWN_BATCHES, proving.replaced);
    // The chain's own node gets no signature: its validators are stopped.
    signalMembers("SIGSTOP");
    honest = await sealOne(devnet);
    ofTheTruth = await proving.of(honest);
    colluders = await corrupt(
      devnet,
      { chain: devnet.chains[0]!, journal, sender: devnet.accounts.wallet(SENDER), liars: 2 },
      {
        proofOf: () => Promise.resolve(shown),
      },
    );
  });
  after(async () => {
    await colluders.close();
    await prover.close();
    signalMembers("SIGCONT");
    await devnet.close();
    rmSync(folder, { recursive: true });
    assert.deepEqual(devnet.faults, []);
  });

  const signalMembers = (signal: "SIGSTOP" | "SIGCONT"): void => {
    for (const pid of devnet.chains[0]!.pipeline.signers.memberPids) if (pid !== undefined) process.kill(pid, signal);
  };

  for (const [said, forgery] of forgeriesOf(31_337n))
    it(`attack: ${said}: L1 commits it, takes no proof of it, and executes nothing`, async () => {
      const [chain] = devnet.chains;
      const forged = await forge(chain!, honest, forgery);
      // Where its changes are what it publishes they have a proof, which is a true one.
      const changes = forgery.alterChanges === undefined ? (await prover.proveBatch(forged.job)).proof : undefined;
      const ofChanges = encodeShown({ digest: DIGEST, proof: changes ?? new Uint8Array(80_000) });
      shown = Uint8Array.from(ofTheTruth ?? ofChanges);
      await assertNothingExecuted({ l1: devnet.l1, chain: chain!, colluders, signatures: 2 }, forged, changes);
    });

  it("has the true batch executed by the proof that was shown of each of them", { skip: !IS_NIGHTLY }, async () => {
    const same = await forge(devnet.chains[0]!, honest, {});
    assert.equal(same.commitment, honest.commitment);
    const { executed } = await colluders.settle(same, 2);
    assert.equal((await executed).commitment, honest.commitment);
  });
});

/** Provers for the truth by night, none by day. The chain's node gets none of its execution. */
async function trueProofs(): Promise<{
  readonly replaced: Partial<DevnetDependencies>;
  of(batch: FormedBatch): Promise<Uint8Array | undefined>;
}> {
  const onL1 = IS_NIGHTLY ? await programsOnL1(1) : undefined;
  const proven = Promise.withResolvers<Pick<ExecutedProof, "claim" | "execution">>();
  const replaced: Partial<DevnetDependencies> = {
    ...(onL1 && { onL1, executionProving: WEAK_CHUNKS }),
    executionProver: ({ prepare, verify, prove }) => ({
      ...{ prepare, verify },
      async prove(witness, claim, { signal } = {}) {
        const made = onL1 && (await prove(witness, claim));
        if (made?.kind === "proven") proven.resolve({ claim, execution: made.proof });
        return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
      },
    }),
  };
  return {
    replaced,
    async of({ job }) {
      if (onL1 === undefined) return undefined;
      const own = createL1Prover({ workers: 2, programs: onL1.programs });
      const blobs = new MemoryBlobs();
      const queue = new MemoryQueue({}, { blobs, clock: systemClock });
      const working = queue.work(l1ProofPort(own), { name: "own", isOwn: true });
      const executed = { ...(await proven.promise), list: await encodeStateInput(job) };
      const made = await l1ProofByQueue({ queue, blobs }, own, "fast").prove([executed]);
      queue.close();
      await Promise.all([own.close(), working.stop()]);
      return encodeShown(made);
    },
  };
}
