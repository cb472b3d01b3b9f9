import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "./client-error.ts";

/** Description of an ecosystem for a client: the part of `hyperchain_info` that it uses. */
export interface Ecosystem {
  readonly l1: {
    readonly name: string;
    readonly chainId: number;
    readonly contracts: Readonly<Record<"factory" | "bridge" | "roots", Hex>> & {
      /** Sends on what it takes more than a hop to send; on chains alone: on L1 it is where its code says (`FORWARDERS`). */
      readonly forwarders?: Hex;
    };
    /** Block of the ecosystem's first event; default 0. */
    readonly fromBlock?: number;
    /** True if the ecosystem did not start this L1. The history of a public L1 is too long to search. */
    readonly runsElsewhere?: true;
  };
  readonly chains: readonly EcosystemChain[];
}

/** Chain of an ecosystem. */
export interface EcosystemChain {
  readonly name: string;
  readonly chainId: number;
  /** Contract of the chain on its settlement layer. */
  readonly hyperchain: Hex;
  /** The chain on which it settles, with the contracts there; absent where it settles on L1. */
  readonly settlesOn?: Ecosystem["l1"];
  readonly baseToken: { readonly l1Address: Hex; readonly symbol: string };
  /** Location of its data; absent if the caller does not know it. */
  readonly dataAvailability?: "rollup" | "validium" | "guardians" | "inputs" | "owners" | "chain";
  /** Porter of the chain, with its chain id; absent for a chain with one state tree. */
  readonly porter?: { readonly chainId: number };
  /** True if it is paused until it is started. */
  readonly stopped?: true;
  /** True if its exit was activated. */
  readonly ended?: true;
}

/** Name or chain id of a member; also as text that a user types. */
export type ChainName = string | number | bigint;

/** A chain by name or id. Throws ClientError UnknownChain, which lists those that there are, or OtherSettlementLayer. */
export function findChain<Chain extends EcosystemChain>(
  ecosystem: Omit<Ecosystem, "chains"> & { readonly chains: readonly Chain[] },
  nameOrId: ChainName,
): Chain {
  const chain = ecosystem.chains.find((candidate) => isNamed(candidate, nameOrId));
  if (chain !== undefined) return chain;
  requireOwnId(ecosystem, nameOrId);
  const known = ecosystem.chains.map(({ name, chainId }) => `${name} (${chainId})`).join(", ");
  const isL1 = isNamed(ecosystem.l1, nameOrId);
  const why = isL1
    ? `${String(nameOrId)} is L1, and this needs a chain`
    : `there is no chain ${String(nameOrId)} in this ecosystem`;
  throw new ClientError("UnknownChain", `${why}; name one of: ${known === "" ? "(it has no chains)" : known}`, {
    chain: String(nameOrId),
    known,
  });
}

/** An id names its chain's ancestry: the lowest 32 bits are the L2's number, up to bit 44 the L3's, the L4's above. */
const ANCESTRY_BITS = [44, 32];

/** Throws ClientError OtherSettlementLayer for the id of a chain that does not settle on this L1. */
function requireOwnId(ecosystem: Ecosystem, nameOrId: ChainName): void {
  const id = /^(\d+|0x[0-9a-f]+)$/i.test(String(nameOrId)) ? BigInt(nameOrId) : 0n;
  const bits = ANCESTRY_BITS.find((count) => id >= 2n ** BigInt(count));
  if (bits === undefined) return;
  const parent = BigInt.asUintN(bits, id);
  const name = memberName(ecosystem, Number(parent));
  const message =
    `chain ${id} does not settle on ${ecosystem.l1.name}: its id says that its contracts are on chain ${parent}. ` +
    `Bring the money to ${name} first, and deposit it from there through that chain's own factory`;
  throw new ClientError("OtherSettlementLayer", message, { chain: id, parent });
}

/** True if others than the owners of held accounts store the chain's data; false without an answer to that. */
export function isRebuildable({ dataAvailability }: EcosystemChain): boolean {
  return dataAvailability !== undefined && dataAvailability !== "owners";
}

/** True if owners of held accounts store the chain's data. */
export function isAtOwners({ dataAvailability }: EcosystemChain): boolean {
  return dataAvailability === "owners";
}

/** True if guardians store the chain's data. */
export function isGuarded({ dataAvailability }: EcosystemChain): boolean {
  return dataAvailability === "guardians";
}

/** True if the name or id is L1's. */
export function isL1(ecosystem: Ecosystem, nameOrId: ChainName): boolean {
  return isNamed(ecosystem.l1, nameOrId) || String(nameOrId).toLowerCase() === "l1";
}

/** Name of a member for messages. */
export function memberName(ecosystem: Ecosystem, chainId: number): string {
  if (chainId === ecosystem.l1.chainId) return ecosystem.l1.name;
  return ecosystem.chains.find((chain) => chain.chainId === chainId)?.name ?? `chain ${chainId}`;
}

function isNamed(member: { readonly name: string; readonly chainId: number }, nameOrId: ChainName): boolean {
  const text = String(nameOrId);
  return (
    member.name === text ||
    String(member.chainId) === text ||
    (/^0x[0-9a-f]+$/i.test(text) && BigInt(text) === BigInt(member.chainId))
  );
}
