import { fromHex, keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { EMPTY_L2_LOG_LEAF, L2_LOG_TREE_DEPTH } from "../../../src/ground/protocol/l2-log.ts";
import { LOG_PROOF_METADATA } from "../../../src/ground/protocol/log-proof.ts";
import { requireThat } from "./refusal.ts";
import type { ContractKind, World } from "./world.ts";

/** The root to which a leaf and its proof lead. */
export function rootOfLog(raisedBy: ContractKind, leaf: Hex, index: bigint, proof: readonly Hex[]): Hex {
  const length = L2_LOG_TREE_DEPTH + 1;
  requireThat(proof.length === length, raisedBy, "LogProofLength", () => [length, proof.length]);
  const [metadata, ...siblings] = proof;
  requireThat(metadata === LOG_PROOF_METADATA, raisedBy, "LogProofMetadata", () => [LOG_PROOF_METADATA, metadata]);
  const limit = 1n << BigInt(L2_LOG_TREE_DEPTH);
  requireThat(index < limit, raisedBy, "LogIndexTooLarge", () => [limit, index]);
  return siblings.reduce<Hex>((node, sibling, level) => {
    const isLeft = (index >> BigInt(level)) % 2n === 0n;
    return isLeft ? keccak(fromHex(node), fromHex(sibling)) : keccak(fromHex(sibling), fromHex(node));
  }, leaf);
}

/** Answer of the factory about a log. */
export function isIncluded(
  world: World,
  chainId: bigint,
  batch: bigint,
  index: bigint,
  leaf: Hex,
  proof: readonly Hex[],
): boolean {
  const chain = world.chains.get(chainId);
  requireThat(chain !== undefined, "ChainFactory", "UnknownChain", () => [chainId]);
  if (leaf === EMPTY_L2_LOG_LEAF) return false;
  const root = chain.logRoots.get(batch);
  return root !== undefined && rootOfLog("ChainFactory", leaf, index, proof) === root;
}
