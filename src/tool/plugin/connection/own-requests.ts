import { AsyncLocalStorage } from "node:async_hooks";

/** Set while the ecosystem itself asks its L1, whose requests must not come back to the ecosystem. */
const insideEcosystem = new AsyncLocalStorage<true>();

/** Whether a request is the ecosystem's own. */
export function isOwnRequest(): boolean {
  return insideEcosystem.getStore() === true;
}

/** Makes the requests of some work the ecosystem's own. */
export function asEcosystem<T>(work: () => T): T {
  return insideEcosystem.run(true, work);
}
