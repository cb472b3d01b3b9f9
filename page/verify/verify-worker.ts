// Runs beside the page, so that it stays fluent: the same verifier that the command line and the tests use.
import { createStateTransitionSystem } from "../../src/circuits/state-transition/state-transition-system.ts";
import { verify } from "../../src/stark/proofs/verify.ts";

/** A proof, and what it is to prove; see protocol/statement.ts. */
export interface VerifyRequest {
  readonly statement: Uint8Array;
  readonly proof: Uint8Array;
}

/** `code`: why the proof is false, undefined where it is true. */
export interface VerifyReply {
  readonly code: string | undefined;
  readonly milliseconds: number;
}

const system = createStateTransitionSystem();
addEventListener("message", ({ data }: MessageEvent<VerifyRequest>) => {
  const begun = performance.now();
  const result = verify(system, data.statement, data.proof);
  const reply: VerifyReply = { code: result.ok ? undefined : result.rejection.code, milliseconds: performance.now() - begun };
  postMessage(reply);
});
