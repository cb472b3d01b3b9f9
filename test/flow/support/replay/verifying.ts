import { fork } from "node:child_process";
import type { ExecutionClaim } from "../../../../src/proofs/execution-proof/batch/execution-claim.ts";

/** Request to the verifying process: a batch's claim, and the proof. */
export interface VerifyRequest {
  readonly claim: ExecutionClaim;
  readonly proof: Uint8Array;
}

/** Answer of the process. */
export type VerifyAnswer = { readonly provenBits: number } | { readonly refusal: string };

/** Process that verifies proofs, with no data except its requests. */
export interface Verifier {
  /** One call at a time. */
  verify(request: VerifyRequest): Promise<VerifyAnswer>;
  close(): void;
}

export function startVerifier(): Verifier {
  const child = fork(new URL("./verifier.ts", import.meta.url), { serialization: "advanced" });
  return {
    verify(request) {
      const { promise, resolve, reject } = Promise.withResolvers<VerifyAnswer>();
      child.once("message", (answer) => resolve(answer as VerifyAnswer));
      child.once("exit", () => reject(new Error("the verifying process ended")));
      child.send(request);
      return promise.finally(() => child.removeAllListeners());
    },
    close: () => void child.kill(),
  };
}
