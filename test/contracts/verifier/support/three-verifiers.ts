import assert from "node:assert/strict";
import { verify } from "../../../../src/proofs/stark/proofs/verify.ts";
import type { System } from "../../../../src/proofs/stark/systems/system.ts";
import type { CodeChain } from "./chain.ts";
import { deployFirst, deploySecond, packageDescription, type StateVerifier } from "./second-verifier.ts";
import { type Verdict, verdictOf } from "./small-verifier.ts";

/** The verifier in TypeScript and both contracts that check proofs of state transitions. */
export interface ThreeVerifiers {
  readonly second: StateVerifier;
  /** The verdict of all three; fails if they differ. */
  agreed(encoded: Uint8Array, proof: Uint8Array, title: string): Promise<Verdict>;
}

/** Deploys both contracts of the package. */
export async function threeVerifiers(chain: CodeChain, system: System): Promise<ThreeVerifiers> {
  const first = await deployFirst(chain);
  const second = await deploySecond(chain, await packageDescription(chain));
  return {
    second,
    async agreed(encoded, proof, title) {
      const expected = verdictOf(verify(system, encoded, proof));
      assert.equal(await first.verify(encoded, proof), expected, title);
      assert.equal(await second.verify(encoded, proof), expected, title);
      return expected;
    },
  };
}
