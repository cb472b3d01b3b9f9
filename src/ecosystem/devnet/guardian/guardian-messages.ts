import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** A chain that a guardian's process stores. */
export interface ChainToGuard {
  /** Contract of the chain: 20 bytes, lower case. */
  readonly hyperchain: Hex;
  /** JSON-RPC of the chain's settlement layer. */
  readonly l1Url: string;
  /** Contract of the network there. */
  readonly network: Hex;
  /** State of the version with which the chain was created, which the first pre-commitment confirms. */
  readonly genesis: readonly GenesisAccount[];
  /** Block of the settlement layer with the chain's creation, or an earlier one. */
  readonly fromBlock: number;
}

/** The first message to a guardian's process. */
export interface GuardianStart {
  /** Private key that signs. */
  readonly key: Hex;
  /** Folder of data and forms; another process with the same one continues. */
  readonly folder: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** To the process: its start, then each chain. Each message has one answer, in order. */
export type ToGuardian =
  | { readonly type: "start"; readonly start: GuardianStart }
  | { readonly type: "guard"; readonly chain: ChainToGuard };

/** Answer of the process: its URL, or the reason of a failure. */
export type FromGuardian = { readonly url: string } | { readonly reason: string };
