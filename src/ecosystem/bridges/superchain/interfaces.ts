import { ErrorFragment, Interface } from "ethers";
import { superchainAbi } from "../../../ground/abi/superchain.ts";

/** Of inbox, messenger and the bridge of coins. */
export const superchainContracts = new Interface(superchainAbi);

/** What a relay of coins reverts with that have not come yet. */
export const NOT_BACKED = ErrorFragment.from("error NotBacked(uint256,address,address,uint256)").selector;
