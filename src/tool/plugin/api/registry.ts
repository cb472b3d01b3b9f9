import type { Hyperchains } from "./hyperchains.ts";

/** Which ecosystem something belongs to: a connection, a message. For matchers, which only see those. */
const ecosystems = new WeakMap<object, Hyperchains>();

/** Remembers the ecosystem of an object; ignores other values. */
export function remember(thing: unknown, hyperchains: Hyperchains): void {
  if (typeof thing === "object" && thing !== null) ecosystems.set(thing, hyperchains);
}

/** The connection has the ecosystem as its `hyperchains`, also for matchers. */
export function attach(connection: object, hyperchains: Hyperchains): void {
  Object.defineProperty(connection, "hyperchains", { configurable: true, enumerable: true, value: hyperchains });
  remember(connection, hyperchains);
}

/** The ecosystem of the first of these things that belongs to one: what is remembered, or a member's ethers provider. */
export function ecosystemOf(...things: readonly unknown[]): Hyperchains | undefined {
  for (const thing of things) {
    if (typeof thing !== "object" || thing === null) continue;
    const found = ecosystems.get(thing) ?? [...open].find((hyperchains) => hasClient(hyperchains, thing));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** hardhat-ethers may add itself to a connection after the ecosystem did, so its provider is looked up when it is asked for. */
function hasClient({ l1, chains }: Hyperchains, provider: object): boolean {
  return [l1, ...chains].some(
    (member) => (member as { readonly ethers?: { readonly provider?: unknown } }).ethers?.provider === provider,
  );
}

/** Ecosystems whose connections are open. */
const open = new Set<Hyperchains>();

/** Marks the connection as open, until the returned function is called. */
export function markOpen(hyperchains: Hyperchains): () => void {
  open.add(hyperchains);
  return () => void open.delete(hyperchains);
}

/** The one ecosystem that is open. Throws TypeError where there are none or several. */
export function onlyEcosystem(): Hyperchains {
  const [only, ...others] = open;
  if (only !== undefined && others.length === 0) return only;
  throw new TypeError(`the ecosystem is ambiguous, because ${open.size} are open; name it with { hyperchains }`);
}
