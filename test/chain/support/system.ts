import { hashOutputs } from "../../../src/ground/protocol/outputs.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { BOOTLOADER_ADDRESS, L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import type { SystemRequest, SystemTransactions } from "../../../src/ground/protocol/system-transactions.ts";
import { testContract } from "./artifact.ts";

const SYSTEM_CONTEXT: Hex = "0x000000000000000000000000000000000000800b";
/** Stores input word 1 in slot (input word 0). */
const STORE_CODE: Hex = "0x6020355f355500";

function store(slot: bigint, value: bigint): SystemRequest {
  const data: Hex = `0x${wordToHex(slot).slice(2)}${wordToHex(value).slice(2)}`;
  return { from: BOOTLOADER_ADDRESS, to: SYSTEM_CONTEXT, valueWei: 0n, data, gasLimit: 1_000_000n };
}

/**
 * Minimum of predeploys for a chain: a context contract that stores its input, and a messenger. The outputs' hash is
 * computed here; tests of the contract that computes it use the real predeploys.
 */
export const testSystem: SystemTransactions = {
  opening: (batchNumber) => [store(1n, batchNumber)],
  imports: (roots) => roots.map(({ registryIndex, root }) => store(0x1000n + registryIndex, BigInt(root))),
  closing: (outputs) => store(0n, BigInt(hashOutputs(outputs))),
};

export async function testGenesis(): Promise<GenesisAccount[]> {
  const messenger = await testContract("TestMessenger");
  return [
    { address: SYSTEM_CONTEXT, nonce: 1n, code: STORE_CODE },
    { address: L1_MESSENGER_ADDRESS, nonce: 1n, code: messenger.runtimeCode },
  ];
}
