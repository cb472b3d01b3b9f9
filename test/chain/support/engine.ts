import type { EdrConnect } from "../../../src/chain/execution/connection.ts";
import { BLOCK_GAS_LIMIT } from "../../../src/ground/transaction/gas-limits.ts";
import { EdrEngine } from "./edr-engine.ts";
import type { BlockEnvironment } from "../../../src/chain/model/block.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { keccak, fromHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { engineNetwork } from "../../support/engine-network.ts";

export const CHAIN_ID = 271;
export const COINBASE: Hex = `0x${"88".repeat(20)}`;
export const GENESIS_TIMESTAMP = 1_800_000_000n;

/** Opens in-process chains. */
export const connect: EdrConnect = (override) => engineNetwork.create({ network: "local", override });

export function openEngine(genesis: readonly GenesisAccount[]): Promise<EdrEngine> {
  return EdrEngine.open({ chainId: CHAIN_ID, coinbase: COINBASE, genesisTimestamp: GENESIS_TIMESTAMP, genesis }, { connect });
}

/** The environment of a block: a second after its predecessor, with randomness from its number. */
export function environmentOf(number: bigint, isMetered = false): BlockEnvironment {
  return {
    number,
    timestamp: GENESIS_TIMESTAMP + number,
    prevRandao: keccak(fromHex(wordToHex(number))),
    coinbase: COINBASE,
    gasLimit: BLOCK_GAS_LIMIT,
    isMetered,
  };
}
