import type { RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** Why clients outside may not call what changes more than their own accounts; absent where they may. */
export interface Closed {
  /** To move time, decide about blocks and the pool, end batches, return to snapshots, cause faults, dump, change the chains. */
  readonly development?: string;
  /** Remedy by resealing batches that L1 has not executed. */
  readonly reseal?: string;
  /** To have batches sealed and messages delivered at once, which the operator pays for. */
  readonly driving?: string;
}

const DEVELOPMENT = new Set([
  "evm_increaseTime",
  "evm_mine",
  "evm_revert",
  "evm_setAutomine",
  "evm_setIntervalMining",
  "evm_setNextBlockTimestamp",
  "evm_snapshot",
  "hardhat_dropTransaction",
  "hardhat_mine",
  "hardhat_reset",
  "hardhat_setLoggingEnabled",
  "hyperchain_addChain",
  "hyperchain_curse",
  "hyperchain_cutSlot",
  "hyperchain_dump",
  "hyperchain_removeChain",
  "hyperchain_scheduleAggregators",
  "hyperchain_sealBatch",
  "hyperchain_setFault",
  "hyperchain_setGuardian",
  "hyperchain_startChain",
  "hyperchain_stopChain",
]);
const DRIVING = new Set(["hyperchain_executeDelivery", "hyperchain_landHub", "hyperchain_relay", "hyperchain_settle"]);
/**
 * Methods of a development L1 that change its state, fees or accepted senders. Chains' cheats have an option.
 */
const OF_L1 = /^(evm|hardhat)_(?!metadata$|getAutomine$)/;

/** The methods, of which clients outside are refused what is closed, by an error that says why and which option opens it. */
export function guardedMethods(methods: RpcMethods, closed: Closed, isL1 = false): RpcMethods {
  const reasonFor = (name: string): string | undefined => {
    if (DRIVING.has(name)) return closed.driving;
    if (name === "hyperchain_reseal") return closed.reseal;
    return DEVELOPMENT.has(name) || (isL1 && OF_L1.test(name)) ? closed.development : undefined;
  };
  return {
    get(name) {
      const method = methods.get(name);
      const reason = reasonFor(name);
      if (method === undefined || reason === undefined) return method;
      return (params, client) => {
        if (client?.isInProcess === true) return method(params, client);
        const message = `${name} is not answered to clients outside, since ${reason}; set ${optionFor(name)}: true in its options where everyone who reaches it may`;
        return Promise.reject(new RpcError(RpcCode.rejected, message, { code: "DevelopmentClosed" }));
      };
    },
  };
}

function optionFor(name: string): string {
  return name === "hyperchain_reseal" ? "reseal" : "development";
}
