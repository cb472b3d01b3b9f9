import { createStateTransitionSystem } from "../../proofs/circuits/state-transition/state-transition-system.ts";
import { claimedSecurity } from "../../proofs/prover/claimed-security.ts";
import { ProofError } from "../../proofs/prover/job.ts";
import { createProver } from "../../proofs/prover/prover.ts";
import { endWithReader, parseCommandLine, usageError, wholeNumber } from "./command-line.ts";
import { startLocalVerifier } from "./local-verifier.ts";
import { createRandomBatch } from "./random-batch.ts";

/** Bounds that keep a slip of the keyboard from filling the memory; the prover itself has neither. */
const MOST_LEAVES = 4_000_000;
const MOST_WORKERS = 64;

const HELP = `Usage: npm run start:proof [-- options]

Proves a batch of random state changes and has a contract on a local L1 check the proof, and refuse a tampered one.

Options
  --writes N    leaf writes in the batch, half of them insertions (default 128)
  --leaves N    leaves of the state tree before the batch (default 100000, at most ${MOST_LEAVES})
  --workers N   threads that compute (default: all cores, at most ${MOST_WORKERS})
  --seed N      same seed, same batch (default: random)
  --json        one JSON object instead of the story
  --help`;

endWithReader();
const { values } = parseCommandLine({
  options: {
    writes: { type: "string", default: "128" },
    leaves: { type: "string", default: "100000" },
    workers: { type: "string" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const writeCount = wholeNumber("writes", values.writes, 0);
const leafCount = wholeNumber("leaves", values.leaves, 2, MOST_LEAVES);
const seed = wholeNumber("seed", values.seed, 0);
const workers = values.workers === undefined ? undefined : wholeNumber("workers", values.workers, 1, MOST_WORKERS);
if (leafCount - 2 < Math.ceil(writeCount / 2)) {
  usageError(
    `half of ${writeCount} writes are updates: --leaves must be at least ${2 + Math.ceil(writeCount / 2)}, is ${leafCount}`,
  );
}

const say = (line: string): void => {
  if (!values.json) console.log(line);
};
const showProgress = process.stdout.isTTY && !values.json;

/** While a proof is made. Before and after, a synchronous step would delay a handler: there the default ends the process. */
function interrupt(): never {
  console.error(`${showProgress ? "\n" : ""}interrupted; nothing was kept`);
  process.exit(130);
}

const prover = createProver(workers === undefined ? {} : { workers });

try {
  const l1 = await startLocalVerifier();
  try {
    say(`L1: verifier at ${l1.address}; largest contract ${Math.max(...l1.codeSizes.values())} of 24576 bytes`);
    const { job, pubdata } = createRandomBatch({ leafCount, writeCount, seed });
    say(
      `batch: ${writeCount} random writes and the outputs slot into a tree of ${leafCount} leaves; ${pubdata.length} bytes of pubdata (seed ${seed})`,
    );
    process.on("SIGINT", interrupt);
    const { proof, metrics } = await prover.proveBatch(job, {
      onProgress({ phase, fraction }) {
        if (showProgress) process.stdout.write(`\r\x1b[Kproving: ${phase} ${Math.round(100 * fraction)} %`);
      },
    });
    process.off("SIGINT", interrupt);
    if (showProgress) process.stdout.write("\r\x1b[K");
    const security = claimedSecurity(createStateTransitionSystem(), metrics.logRows);
    say(
      `proof: ${metrics.seconds.toFixed(2)} s with ${metrics.backend} on ${metrics.workers} threads, ${metrics.cells} cells, ${proof.length} bytes, ${security} proven bits`,
    );
    const receipt = await l1.verify(job.statement, proof);
    say(`L1 accepts it: transaction ${receipt.hash}, ${receipt.gasUsed} gas`);
    const tampered = proof.slice();
    const position = seed % tampered.length;
    tampered[position] = 255 - (tampered[position] ?? 0);
    const refusal = await l1.refusal(job.statement, tampered);
    if (refusal === undefined) throw new Error(`L1 accepted a proof whose byte ${position} was changed`);
    say(`L1 refuses it with byte ${position} changed: ${refusal}`);
    const otherRoot = job.statement.newStateRoot.map((element, i) => (i === 0 ? (element === 0 ? 1 : element - 1) : element));
    const lie = await l1.refusal({ ...job.statement, newStateRoot: otherRoot }, proof);
    if (lie === undefined) throw new Error("L1 accepted the proof for another state root");
    say(`L1 refuses it for another state root: ${lie}`);
    say("");
    say("Proven: the new state root is the old one with exactly the published diffs applied, and the batch's outputs are the");
    say("ones stored in that state. Not proven at this stage: that the diffs follow from executing transactions.");
    if (values.json) {
      console.log(
        JSON.stringify({
          seed,
          leafUpdates: writeCount,
          proveSeconds: metrics.seconds,
          proofBytes: proof.length,
          provenBits: security,
          verifyGas: Number(receipt.gasUsed),
          tamperedProof: refusal,
          otherStateRoot: lie,
        }),
      );
    }
  } finally {
    await l1.close();
  }
} catch (error) {
  if (!(error instanceof ProofError)) throw error;
  console.error(`${showProgress ? "\n" : ""}no proof (${error.code}): ${error.message}`);
  process.exitCode = 1;
} finally {
  await prover.close();
}
