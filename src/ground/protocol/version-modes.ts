import { isProvenVersion, noProofVersionOf } from "./no-proof.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "./protocol-version.ts";

/** Protocol version of this software's chains with this execution, in an ecosystem with these proofs. */
export function versionOfMode(execution: "trusted" | "proven", proofs: "stark" | "none"): bigint {
  const version = execution === "proven" ? PROVEN_VERSION : TRUSTED_VERSION;
  return proofs === "stark" ? version : noProofVersionOf(version);
}

/**
 * Protocol version of this software's chains with this execution, in the ecosystem of a chain with `version`: all versions of an
 * ecosystem have proofs, or none has.
 */
export function siblingVersion(version: bigint, execution: "trusted" | "proven"): bigint {
  return versionOfMode(execution, isProvenVersion(version) ? "stark" : "none");
}
