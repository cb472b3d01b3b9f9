// Runs beside the page, so that it stays fluent: the verifiers that the command line and the tests use.
import { changesRefusal, executionRefusal } from "../../src/l1-proof/proof-verdict.ts";
import type { VerifyReply, VerifyRequest } from "./verify-request.ts";

addEventListener("message", ({ data }: MessageEvent<VerifyRequest>) => {
  const begun = performance.now();
  const code =
    data.kind === "changes"
      ? changesRefusal(data.statement, data.proof)
      : executionRefusal(data.batches, data.digest, data.proof);
  postMessage({ code, milliseconds: performance.now() - begun } satisfies VerifyReply);
});
