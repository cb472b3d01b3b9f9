import type { Chain } from "../../chain.ts";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { quantity } from "../request/quantities.ts";

/** There is no bootloader program and no default account here. */
export const NO_SYSTEM_CONTRACTS = { bootloader: wordToHex(0n), default_aa: wordToHex(0n) };
const ZERO_ADDRESS: Hex = "0x0000000000000000000000000000000000000000";

/** ZK Stack's methods about what a chain began with, and the protocol version that is in force. */
export function zksVersionMethods(chain: Chain): ReadonlyMap<string, RpcMethod> {
  const { archive, sequencer } = chain;

  /** Description of a protocol version that batches have had here; by default the current one. */
  const protocolVersion: RpcMethod = async ([named]) => {
    const present = chain.protocolVersion();
    const version = named === undefined || named === null ? present : quantity(named);
    const first = archive.firstOf(version);
    if (first === undefined && version !== present) return null;
    const block = first === undefined ? undefined : await chain.blocks.block(first.firstBlock);
    return {
      version_id: Number(version),
      minorVersion: Number(version),
      // Since when it counts: its first batch's, or the one's that is to come.
      timestamp: Number(block?.timestamp ?? sequencer.nextEnvironment.timestamp),
      verification_keys_hashes: null,
      base_system_contracts: NO_SYSTEM_CONTRACTS,
      l2_system_upgrade_tx_hash: null,
    };
  };

  const genesis: RpcMethod = async () => {
    if (chain.genesis === undefined) {
      const message = "this chain continues from a later state, and does not have its initial one";
      throw new RpcError(RpcCode.rejected, message, { code: "StateNotKept" });
    }
    const { accounts, root } = chain.genesis;
    const withStorage = accounts.filter(({ storage = [] }) => storage.length > 0);
    return {
      initial_contracts: accounts.flatMap(({ address, code = "0x" }) => (code === "0x" ? [] : [[address, code]])),
      additional_storage: Object.fromEntries(
        withStorage.map(({ address, storage = [] }) => [
          address,
          Object.fromEntries(storage.map(({ slot, value }) => [wordToHex(slot), wordToHex(value)])),
        ]),
      ),
      execution_version: Number(archive.batch(0n)?.protocolVersion ?? chain.protocolVersion()),
      genesis_root: root,
    };
  };

  return new Map<string, RpcMethod>([
    ["zks_getGenesis", genesis],
    ["zks_getProtocolVersion", protocolVersion],
    // Code is published with the batches; no contract on L1 takes it.
    ["zks_getBytecodeSupplierContract", async () => ZERO_ADDRESS],
  ]);
}
