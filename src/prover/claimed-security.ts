import { proofSecurity } from "../stark/security/proof-security.ts";
import { createShape } from "../stark/shape.ts";
import type { System } from "../stark/system.ts";

/**
 * Proven bits of a state transition proof whose table has 2^logRows rows, rounded down to a tenth. Throws RangeError for a
 * height that the system does not allow.
 */
export function claimedSecurity(system: System, logRows: number): number {
  const shape = createShape(system, [logRows]);
  if (typeof shape === "number") throw new RangeError(`the system has no proofs of 2^${logRows} rows`);
  // An update publishes 24 limbs in at least 8 rows, an insertion 48 in at least 21: at most three limbs a row.
  const { provenBits } = proofSecurity(system, shape, { circuitDigestElements: 8, statementTerms: 3 * 2 ** logRows });
  return Math.floor(provenBits * 10) / 10;
}
