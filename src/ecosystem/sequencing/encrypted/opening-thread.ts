import { parentPort } from "node:worker_threads";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { fromHex, toHex } from "../../../ground/protocol/hex.ts";
import { serveJobs } from "../../../ground/runtime/serve-jobs.ts";
import { combineShares, isKeyOf, keyShareOf, open } from "../../../chain/threshold/opening.ts";
import type { OpeningAnswer, OpeningJob } from "./opening-requests.ts";

/** Body of a thread that makes key shares and opens envelopes: each takes some milliseconds, and no block waits. */
const port = parentPort;
if (port === null) throw new Error("opening-thread.ts is the body of a worker thread; use OpeningThread");

serveJobs<OpeningJob, OpeningAnswer, undefined, string>(port, (job) => Promise.resolve(answerTo(job)), reasonOf);

function answerTo(job: OpeningJob): OpeningAnswer {
  const identity = fromHex(job.identity);
  if (job.type === "share") return { type: "share", share: toHex(keyShareOf(identity, job.secret)) };
  const { ciphertext, threshold, publicKey, publicShares } = job;
  const shares = job.shares.map(({ holder, share }) => ({ holder, share: fromHex(share) }));
  const key = combineShares(shares.slice(0, threshold));
  // One check of the combined key replaces a check of each share.
  if (key !== undefined && isKeyOf(identity, key, publicKey)) return { type: "open", message: open(ciphertext, key) };
  const forged = shares.filter(({ holder, share }) => !isKeyOf(identity, share, publicShares[holder] ?? new Uint8Array()));
  return { type: "forged", holders: forged.map(({ holder }) => holder) };
}
