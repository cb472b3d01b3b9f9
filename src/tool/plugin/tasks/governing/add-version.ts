import type { Sender } from "../../../../ecosystem/client/sending/submit.ts";
import { addVersion, readVersion, type VersionContent } from "../../../../ecosystem/client/governing/upgrade.ts";
import { registeredVersion } from "../../../../ecosystem/devnet/l1/new-contracts.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { noProofVersionOf } from "../../../../ground/protocol/no-proof.ts";
import { TRUSTED_VERSION, versionInWords, versionParts } from "../../../../ground/protocol/protocol-version.ts";
import { pluginError } from "../../plugin-error.ts";
import { packageGenesis } from "../../protocol-genesis.ts";

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
 * Content of an added version: that of the known one with this verifier. A trusted version after a proven one has no
 * aggregator, and the reader of the first trusted version. Throws ClientError, or a plugin error for a proven version,
 * whose aggregator is deployed with an ecosystem.
 */
export async function contentBeside(
  verifiers: Hex,
  { version, verifier, beside }: VersionToAdd,
  { provider }: Pick<Sender, "provider">,
): Promise<VersionContent> {
  const { format } = versionParts(version);
  if (format === 3)
    throw pluginError(
      `version ${versionInWords(version)} executes by proofs, and its contracts are deployed with an ecosystem that has a proven chain; start a new one with hyperchain:spawn --execution proven`,
    );
  if (versionParts(beside.version).format === 2) return { ...beside.content, verifier };
  const { genesisStateRoot, genesisLeafCount } = registeredVersion(version, await packageGenesis());
  for (const first of [TRUSTED_VERSION, noProofVersionOf(TRUSTED_VERSION)]) {
    const known = await readVersion(verifiers, first, provider);
    if (known !== undefined) return { ...known, genesisStateRoot, genesisLeafCount, verifier };
  }
  throw pluginError(
    `the registry ${verifiers} has no version of trusted chains, from which ${versionInWords(version)} could follow`,
  );
}
