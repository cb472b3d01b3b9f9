import type { NetworkHooks } from "hardhat/types/hooks";
import { networkHooks } from "../connection/network-hooks.ts";

/** Ecosystems behind connections. */
export default (): Promise<Partial<NetworkHooks>> => Promise.resolve(networkHooks());
