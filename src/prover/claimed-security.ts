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
  // An update has six coefficients in at least 8 rows, an insertion nine in at least 21: at most one a row.
  const { provenBits } = proofSecurity(system, shape, { circuitDigestElements: 8, statementTerms: 2 ** logRows });
  return Math.floor(provenBits * 10) / 10;
}
