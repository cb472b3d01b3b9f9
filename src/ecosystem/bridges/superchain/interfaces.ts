import { ErrorFragment, Interface } from "ethers";
import { superchainAbi } from "../../../ground/abi/superchain.ts";

/** Functions and events of inbox, messenger and the bridge of coins. */
export const superchainContracts = new Interface(superchainAbi);

/** Revert of a relay whose coins have not arrived yet. */
export const NOT_BACKED = ErrorFragment.from("error NotBacked(uint256,address,address,uint256)").selector;
