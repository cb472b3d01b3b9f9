// Verifiers of the command line and the tests, in a worker, so that the page stays fluent.
import { changesRefusal, executionRefusal } from "../../src/proofs/l1-proof/proof-verdict.ts";
import type { VerifyReply, VerifyRequest } from "./verify-request.ts";

addEventListener("message", ({ data }: MessageEvent<VerifyRequest>) => {
  const begun = performance.now();
  const code = refusalOf(data);
  postMessage({ code, milliseconds: performance.now() - begun } satisfies VerifyReply);
});

/** Reason for a refusal. Values beyond the field make no statement, so the proof is refused. */
function refusalOf(data: VerifyRequest): string | undefined {
  try {
    return data.kind === "changes" ? changesRefusal(data.statement, data.proof) : executionRefusal(data, data.proof);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
