import { compress } from "../../proofs/kernels/poseidon.ts";
import { valueDigest } from "../../ground/protocol/diff-digest.ts";
import { ZERO_DIGEST, type Digest } from "../../ground/protocol/digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../ground/protocol/l2-log.ts";
import { toLimbs } from "../../ground/protocol/word.ts";

/** Domain tags of a hub's state: separate, so that its nodes differ from those of a chain's state. */
const HubTag = { state: 27, member: 28, fact: 29, node: 30 } as const;

/** Log root of a batch without logs. */
export const NO_LOGS: Hex = l2LogTreeRoot([]);
/** Levels of the tree of members: bit i of the chain id is the side at level i. */
export const MEMBER_DEPTH = 32;
/** Levels of the tree of facts. */
export const FACT_DEPTH = 24;

/** Digests of trees without leaves, by their height: 0 is the empty leaf. */
export const EMPTY_NODES: readonly Digest[] = emptyNodes();

export function hubNode(first: Digest, second: Digest): Digest {
  return compress(HubTag.node, [...first], [...second]);
}

/** Parent of a node on this side of its sibling: 0 is left. */
export function hubParent(side: number, node: Digest, sibling: Digest): Digest {
  return side === 0 ? hubNode(node, sibling) : hubNode(sibling, node);
}

/** Leaf of a member: its chain after the batch before `nextBatch`. Ids are below 2^32. */
export function memberLeaf(chainId: bigint, nextBatch: bigint, stateRoot: Digest, lastFact: bigint): Digest {
  const content = compress(HubTag.member, [...stateRoot], valueDigest(lastFact, compress));
  const named = [...toLimbs(chainId, 2), ...toLimbs(nextBatch, 2), 0, 0, 0, 0];
  return compress(HubTag.member, named, content);
}

/** Leaf of a fact at a position below 2^24. */
export function factLeaf(fact: bigint, position: number): Digest {
  return compress(HubTag.fact, valueDigest(fact, compress), ZERO_DIGEST.with(0, position));
}

/** Digest of a hub's state: its members, its facts and their number. */
export function stateDigest(members: Digest, facts: Digest, factCount: number): Digest {
  const count = [...toLimbs(BigInt(factCount), 2), 0, 0, 0, 0, 0, 0];
  return compress(HubTag.state, [...members], compress(HubTag.state, [...facts], count));
}

function emptyNodes(): readonly Digest[] {
  const nodes: Digest[] = [ZERO_DIGEST];
  for (let height = 0; height < MEMBER_DEPTH; height++) {
    const below = nodes[height] ?? ZERO_DIGEST;
    nodes.push(hubNode(below, below));
  }
  return nodes;
}
