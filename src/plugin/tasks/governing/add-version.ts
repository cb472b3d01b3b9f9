import { parseAccount } from "../../../client/ecosystem/chain-address.ts";
import { creationData } from "../../../devnet/deployment/creation-data.ts";
import { submit, type Sender } from "../../../client/sending/submit.ts";
import { addVersion, readVersion, type VersionContent } from "../../../client/governing/upgrade.ts";
import { registeredVersion } from "../../../devnet/l1/new-contracts.ts";
import type { Hex } from "../../../protocol/hex.ts";
import { noProofVersionOf } from "../../../protocol/no-proof.ts";
import { METERED_VERSION, TRUSTED_VERSION, versionParts, type Format } from "../../../protocol/protocol-version.ts";
import { bundledArtifact } from "../../contract-artifacts.ts";
import { packageGenesis } from "../../protocol-genesis.ts";

/** The contracts that read batches of each format. */
const READERS = { 2: "BatchReader2", 3: "BatchReader3" } as const satisfies Record<Format, string>;
/** Each format's first version, which contracts are deployed with: its reader counts at once, and a new one after a notice. */
const FIRST_OF_FORMAT = { 2: TRUSTED_VERSION, 3: METERED_VERSION } as const satisfies Record<Format, bigint>;

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
 * What the registry is to have of a version: one of another format than that beside which it is added gets the genesis of that
 * format and its reader: the one that the registry has, else a new one, which `deployer` creates. Throws ClientError.
 */
export async function contentBeside(
  verifiers: Hex,
  { version, verifier, beside }: VersionToAdd,
  deployer: Sender,
): Promise<VersionContent> {
  const { format } = versionParts(version);
  const isAnother = format !== versionParts(beside.version).format;
  return { ...beside.content, ...(isAnother ? await contentOfFormat(verifiers, version, deployer) : {}), verifier };
}

async function contentOfFormat(
  verifiers: Hex,
  version: bigint,
  deployer: Sender,
): Promise<Pick<VersionContent, "reader" | "genesisStateRoot" | "genesisLeafCount">> {
  const { format } = versionParts(version);
  const { genesisStateRoot, genesisLeafCount } = registeredVersion(version, await packageGenesis());
  for (const first of [FIRST_OF_FORMAT[format], noProofVersionOf(FIRST_OF_FORMAT[format])]) {
    const known = await readVersion(verifiers, first, deployer.provider);
    if (known !== undefined) return { reader: known.reader, genesisStateRoot, genesisLeafCount };
  }
  const { contractAddress } = await submit(deployer, { data: creationData(await bundledArtifact(READERS[format])) });
  return { reader: parseAccount(String(contractAddress)), genesisStateRoot, genesisLeafCount };
}
