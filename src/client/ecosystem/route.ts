import { ClientError } from "./client-error.ts";
import { findChain, isL1, type ChainName, type Ecosystem, type EcosystemChain } from "./ecosystem.ts";

/**
 * How money gets from one member to another: `payment` inside one member, `deposit` from L1 through a chain's queue, `withdrawal`
 * to L1, `transfer` by a hyperbridge.
 */
export type Route = "payment" | "deposit" | "withdrawal" | "transfer";

/** The route between two members, by their chain ids. */
export function routeOf(ecosystem: Ecosystem, source: number, destination: number): Route {
  if (source === destination) return "payment";
  if (source === ecosystem.l1.chainId) return "deposit";
  return destination === ecosystem.l1.chainId ? "withdrawal" : "transfer";
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
