import { protocolCallsAbi } from "../../../ground/abi/protocol-calls.ts";
import { erc20 } from "./contract-interfaces.ts";
import { contractNames } from "./revert-reason.ts";

/** Names of this package's functions and events, on L1 and on chains. */
export const protocolNames = contractNames([protocolCallsAbi, erc20.fragments]);
