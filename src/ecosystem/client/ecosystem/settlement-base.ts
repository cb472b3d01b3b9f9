import { ClientError } from "./client-error.ts";
import { findChain, memberName, type Ecosystem, type EcosystemChain } from "./ecosystem.ts";

/**
 * The ecosystem as a chain's neighbours see it: its `l1` is what the chain settles on, L1 or another chain, and its chains are
 * those that settle there. What is said of L1 and its chains then holds for these.
 */
export function ecosystemOf<E extends Ecosystem>(ecosystem: E, chain: Pick<EcosystemChain, "settlesOn">): E {
  const l1 = chain.settlesOn ?? ecosystem.l1;
  const chains = ecosystem.chains.filter(({ settlesOn }) => (settlesOn ?? ecosystem.l1).chainId === l1.chainId);
  return { ...ecosystem, l1, chains };
}

/**
 * The chains between a chain and a layer below it: the first is the chain, each settles on the next, and the last on the layer.
 * Empty where it is not below the chain.
 */
export function wayDown<E extends Ecosystem>(ecosystem: E, source: number, layer: number): readonly E["chains"][number][] {
  const way: E["chains"][number][] = [];
  for (let at = source; at !== layer;) {
    const chain = ecosystem.chains.find(({ chainId }) => chainId === at);
    if (chain === undefined) return [];
    way.push(chain);
    at = (chain.settlesOn ?? ecosystem.l1).chainId;
  }
  return way;
}

/** Likewise, for an order from one member to another. Throws ClientError OtherSettlementLayer where they have no common layer. */
export function ecosystemBetween<E extends Ecosystem>(ecosystem: E, source: number, destination: number): E {
  const baseOf = (chainId: number): number | undefined =>
    chainId === ecosystem.l1.chainId ? undefined : (findChain(ecosystem, chainId).settlesOn ?? ecosystem.l1).chainId;
  const [from, to] = [baseOf(source), baseOf(destination)];
  if (from !== undefined && (from === to || from === destination || source === destination))
    return ecosystemOf(ecosystem, findChain(ecosystem, source));
  if (to === source) return ecosystemOf(ecosystem, findChain(ecosystem, destination));
  if (source === destination) return ecosystem;
  throw tooFar(ecosystem, [source, from], [destination, to]);
}

/**
 * The members that money passes between two, both ends included, each a hop from the next: up from a chain on a chain, across,
 * and down to another. Throws ClientError as `ecosystemBetween` does.
 */
export function pathBetween(all: Ecosystem, source: number, destination: number): readonly number[] {
  const baseOf = (chainId: number): number | undefined =>
    chainId === all.l1.chainId ? undefined : findChain(all, chainId).settlesOn?.chainId;
  const [up, down] = [baseOf(source), baseOf(destination)];
  const isHop = source === destination || (up === down && up !== undefined) || up === destination || down === source;
  if (isHop || (up === undefined && down === undefined)) return [source, destination];
  if (up !== undefined) return [source, ...pathBetween(all, up, destination)];
  return down === undefined ? [source, destination] : [...pathBetween(all, source, down), destination];
}

type Place = readonly [chainId: number, base: number | undefined];

function tooFar(ecosystem: Ecosystem, [source, from]: Place, [destination, to]: Place): ClientError {
  const name = (chainId: number): string => memberName(ecosystem, chainId);
  const isUp = from !== undefined && from !== ecosystem.l1.chainId;
  const between = name((isUp ? from : to) ?? source);
  const message = `${name(source)} and ${name(destination)} have no layer in common on which they meet: send to ${between} first, and from there on`;
  return new ClientError("OtherSettlementLayer", message, { source, destination });
}
