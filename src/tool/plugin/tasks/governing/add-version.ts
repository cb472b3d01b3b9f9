import type { Sender } from "../../../../ecosystem/client/sending/submit.ts";
import { addVersion, readVersion, type VersionContent } from "../../../../ecosystem/client/governing/upgrade.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { versionInWords, isProvenOnL1 } from "../../../../ground/protocol/protocol-version.ts";
import { siblingVersion } from "../../../../ground/protocol/version-modes.ts";
import { pluginError } from "../../plugin-error.ts";

/** A version that governance is to add. */
export interface VersionToAdd {
  readonly version: bigint;
  /** Checks the proofs of its batches' changes. */
  readonly verifier: Hex;
  /** A version that the registry has, and what it has of it. */
  readonly beside: { readonly version: bigint; readonly content: VersionContent };
}

/**
 * Adds a version to the registry, as governance; resolves with the transaction's hash. Throws ClientError.
 */
export async function addVersionBeside(verifiers: Hex, added: VersionToAdd, governance: Sender): Promise<Hex> {
  return addVersion(verifiers, added.version, await contentBeside(verifiers, added, governance), governance);
}

/**
 * Content of an added version: that of the known one, or of the first trusted one if that is proven, with this verifier.
 * Throws ClientError, or a plugin error for a proven version, whose aggregator is deployed with an ecosystem.
 */
export async function contentBeside(
  verifiers: Hex,
  { version, verifier, beside }: VersionToAdd,
  { provider }: Pick<Sender, "provider">,
): Promise<VersionContent> {
  if (isProvenOnL1(version))
    throw pluginError(
      `version ${versionInWords(version)} executes by proofs, and its contracts are deployed with an ecosystem that has a proven chain; start a new one with hyperchain:spawn --execution proven`,
    );
  if (!isProvenOnL1(beside.version)) return { ...beside.content, verifier };
  const trusted = await readVersion(verifiers, siblingVersion(beside.version, "trusted"), provider);
  if (trusted !== undefined) return { ...trusted, verifier };
  throw pluginError(
    `the registry ${verifiers} has no version of trusted chains, from which ${versionInWords(version)} could follow`,
  );
}
