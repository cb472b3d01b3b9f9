import { SYSTEM_CONTEXT_HASHES } from "../../../ground/protocol/generated/system-contexts.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../../ground/protocol/genesis.ts";
import { fromHex, keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { versionInWords, versionParts } from "../../../ground/protocol/protocol-version.ts";

/** Asks a chain by JSON-RPC. */
type AskChain = (method: string, params: readonly unknown[]) => Promise<unknown>;

/**
 * Objection to a change of a chain between two protocol versions; undefined if there is none. The chain's
 * first opening in format 3 imports its state, and no version of that format continues over a state that it
 * does not have. Throws ProtocolVersionError for a version whose format this software does not read.
 */
export async function formatObjection(from: bigint, to: bigint, ask: AskChain): Promise<string | undefined> {
  const [before, after] = [versionParts(from).format, versionParts(to).format];
  if (after < before)
    return `version ${versionInWords(to)} has format ${after} and version ${versionInWords(from)} format ${before}: formats do not fall, since an older one cannot read what a newer one wrote`;
  if (before === after) return undefined;
  const { address, slot } = UNLIMITED_CONTRACT_SIZE;
  if (BigInt((await ask("eth_getStorageAt", [address, slot, "latest"])) as Hex) !== 0n)
    return `the chain takes code of any size (allowUnlimitedContractSize), which no version of format ${after} does: it stays with version ${versionInWords(from)}`;
  const hash = keccak(fromHex((await ask("eth_getCode", [PREDEPLOYS.SystemContext, "latest"])) as Hex));
  if (hash !== SYSTEM_CONTEXT_HASHES[before])
    return `the chain's system context has code ${hash}, and format ${before}'s has ${SYSTEM_CONTEXT_HASHES[before]}: its first batch of version ${versionInWords(to)} could not open over an edited predeploy`;
  return undefined;
}
