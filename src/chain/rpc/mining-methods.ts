import type { Chain } from "../chain.ts";
import type { RpcMethod } from "./dispatch.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** Blocks by themselves or on demand, under the names of development networks. Not part of snapshots. */
export function miningMethods({ sequencer }: Chain): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    ["evm_setAutomine", async ([automatic]) => {
      if (typeof automatic !== "boolean") throw new RpcError(RpcCode.invalidParams, "the first parameter is true or false");
      sequencer.setAutomatic(automatic);
      return true;
    }],
    ["hardhat_getAutomine", async () => sequencer.isAutomatic],
  ]);
}
