import { UNLIMITED_CONTRACT_SIZE } from "../../../ground/protocol/genesis.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { isProvenOnL1, versionInWords } from "../../../ground/protocol/protocol-version.ts";

/** Asks a chain by JSON-RPC. */
type AskChain = (method: string, params: readonly unknown[]) => Promise<unknown>;

/**
 * Objection to an upgrade of a trusted chain to a proven version; undefined if there is none. Throws ProtocolVersionError for a
 * version whose format this software does not read.
 */
export async function executionObjection(from: bigint, to: bigint, ask: AskChain): Promise<string | undefined> {
  if (isProvenOnL1(from) || !isProvenOnL1(to)) return undefined;
  const { address, slot } = UNLIMITED_CONTRACT_SIZE;
  if (BigInt((await ask("eth_getStorageAt", [address, slot, "latest"])) as Hex) === 0n) return undefined;
  return `the chain takes code of any size (allowUnlimitedContractSize), which no proven version does: it stays with version ${versionInWords(from)}`;
}
