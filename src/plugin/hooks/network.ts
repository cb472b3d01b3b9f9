import type { NetworkHooks } from "hardhat/types/hooks";
import { reserveEngineStack } from "../../chain/execution/connection.ts";
import { networkHooks } from "../connection/network-hooks.ts";

/** Ecosystems behind connections. */
export default (): Promise<Partial<NetworkHooks>> => {
  // Before the first connection, whoever opens it, loads the engine.
  reserveEngineStack();
  return Promise.resolve(networkHooks());
};
