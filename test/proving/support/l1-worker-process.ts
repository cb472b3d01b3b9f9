import { setTimeout as pause } from "node:timers/promises";
import type { ChosenPrograms } from "../../../src/proofs/l1-proof/described-programs.ts";
import { createL1Prover } from "../../../src/proofs/l1-proof/l1-prover.ts";
import type { JobKind } from "../../../src/proofs/proving/job.ts";
import { l1ProofPort } from "../../../src/proofs/proving/l1-proofs.ts";
import { httpQueue } from "../../../src/proofs/proving/queue-http.ts";

/** Message that starts the process. */
export interface L1WorkerSetup {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly programs: ChosenPrograms;
}

/** Message of the process: it has begun a task of a kind. */
export interface L1WorkerNews {
  readonly begun: JobKind;
}

/** Separate process with a worker for L1's proofs, which runs until it is killed. */
process.once("message", ({ url, token, name, programs }: L1WorkerSetup) => {
  const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
  const honest = l1ProofPort(createL1Prover({ workers: 1, programs }));
  httpQueue({ url, token }, { pause: wait }).work(
    {
      kinds: honest.kinds,
      prove(task, blobs, options) {
        const made = honest.prove(task, blobs, options);
        process.send?.({ begun: task.job.kind } satisfies L1WorkerNews);
        return made;
      },
    },
    { name },
  );
});
