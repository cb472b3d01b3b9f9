import { protocolCallsAbi } from "../../abi/protocol-calls.ts";
import { erc20 } from "./contract-interfaces.ts";
import { contractNames } from "./revert-reason.ts";

/** What this package's own contracts call their functions and events, on L1 and on chains. */
export const protocolNames = contractNames([protocolCallsAbi, erc20.fragments]);
