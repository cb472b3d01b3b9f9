import { ClientError } from "./client-error.ts";
import { ecosystemBetween, pathBetween } from "./settlement-base.ts";
import { findChain, isGuarded, isL1, type ChainName, type Ecosystem, type EcosystemChain } from "./ecosystem.ts";

/**
 * Route of money between members: `payment` inside one member, `deposit` from L1 through a chain's queue,
 * `withdrawal` to L1, `transfer` by a hyperbridge.
 */
export type Route = "payment" | "deposit" | "withdrawal" | "transfer";

/** The route between two members, by their chain ids. */
export function routeOf(ecosystem: Ecosystem, source: number, destination: number): Route {
  if (source === destination) return "payment";
  if (source === ecosystem.l1.chainId) return "deposit";
  return destination === ecosystem.l1.chainId ? "withdrawal" : "transfer";
}

/**
 * Bridge between two members that are one hop apart: `l1` between a chain and what it settles on, `hyperbridge` between
 * two chains. `shard` is either of them if a chain whose data guardians store (zkPorter) settles on the other chain,
 * or both settle on one chain: its messages take no transaction of L1.
 */
export type Bridge = "l1" | "shard" | "hyperbridge";

/**
 * Bridges over which money gets from one member to another, in order: one for each hop, none inside one member. Throws
 * ClientError as `findChain` does, OtherSettlementLayer where the members have no common layer.
 */
export function bridgesBetween(ecosystem: Ecosystem, source: number, destination: number): readonly Bridge[] {
  if (source === destination) return [];
  const path = pathBetween(ecosystem, source, destination);
  return path.slice(1).map((to, i) => bridgeOfHop(ecosystem, path[i] ?? source, to));
}

function bridgeOfHop(ecosystem: Ecosystem, from: number, to: number): Bridge {
  const layer = ecosystemBetween(ecosystem, from, to).l1.chainId;
  const chains = [from, to].filter((chainId) => chainId !== layer).map((chainId) => findChain(ecosystem, chainId));
  const isOnChain = layer !== ecosystem.l1.chainId;
  if (isOnChain && chains.some(isGuarded)) return "shard";
  return chains.length === 1 ? "l1" : "hyperbridge";
}

/** A chain, or L1, by name or id. Throws ClientError as `findChain` does. */
export function findMember(ecosystem: Ecosystem, nameOrId: ChainName): Ecosystem["l1"] | EcosystemChain {
  return isL1(ecosystem, nameOrId) ? ecosystem.l1 : findChain(ecosystem, nameOrId);
}

/** Throws ClientError UnknownChain where the destination is the sending chain itself, or L1. */
export function requireOther(source: number, destination: number, ecosystem: Ecosystem, wayToL1: string): void {
  if (destination === ecosystem.l1.chainId)
    throw new ClientError("UnknownChain", `the destination is L1; what goes there is ${wayToL1}`, { destination });
  if (destination === source)
    throw new ClientError("UnknownChain", `source and destination are both chain ${source}; name another chain`, { destination });
}
