import { Interface } from "ethers";
import { hyperchainAbi } from "../abi/hyperchain.ts";
import { l1ErrorsAbi } from "../abi/l1-errors.ts";
import { transactionRootRegistryAbi } from "../abi/transaction-root-registry.ts";

/** Encoders and decoders of a chain's contract, of the registry, and of every error behind them. */
export const hyperchainInterface = new Interface(hyperchainAbi);
export const registryInterface = new Interface(transactionRootRegistryAbi);
export const l1ErrorsInterface = new Interface(l1ErrorsAbi);
