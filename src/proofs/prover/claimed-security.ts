import { DIGEST_ELEMENTS } from "../../ground/protocol/digest.ts";
import type { SecurityReport } from "../stark/security/security.ts";
import { proofSecurity } from "../stark/security/proof-security.ts";
import type { AgreementTheorem } from "../stark/security/proximity.ts";
import { createShape } from "../stark/systems/shape.ts";
import type { System } from "../stark/systems/system.ts";

/**
 * Coefficients of the longest diff list: pubdata can count 65,535 updates and as many insertions, and the
 * outputs entry comes on top. A proof's list is not a measure, because the one that L1 read may be longer.
 */
export const LONGEST_LIST = 6 * 0xffff + 9 * 0xffff + 6;

/**
 * The security report for state transition proofs whose table has 2^logRows rows; `theorem` as in `securityReport`. Throws
 * RangeError for a height that the system does not allow.
 */
export function stateTransitionSecurity(system: System, logRows: number, theorem?: AgreementTheorem): SecurityReport {
  const shape = createShape(system, [logRows]);
  if (typeof shape === "number") throw new RangeError(`the system has no proofs of 2^${logRows} rows`);
  // In the table an update has six coefficients in at least 8 rows, an insertion nine in at least 21: at most one a row.
  const statementTerms = Math.max(LONGEST_LIST, 2 ** logRows);
  return proofSecurity(system, shape, { circuitDigestElements: DIGEST_ELEMENTS, statementTerms }, theorem);
}

/** Proven bits of a state transition proof whose table has 2^logRows rows, rounded down to a tenth. Throws as the report does. */
export function claimedSecurity(system: System, logRows: number): number {
  return Math.floor(stateTransitionSecurity(system, logRows).provenBits * 10) / 10;
}
