import { fork } from "node:child_process";
import type { ExecutionClaim } from "../../../../src/proofs/execution-proof/batch/execution-claim.ts";

/** What the process that verifies is told: what a batch has to have done, and the proof. */
export interface VerifyRequest {
  readonly claim: ExecutionClaim;
  readonly proof: Uint8Array;
}

/** What it answers. */
export type VerifyAnswer = { readonly provenBits: number } | { readonly refusal: string };

/** A process that verifies proofs, and knows nothing but what it is told. */
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
