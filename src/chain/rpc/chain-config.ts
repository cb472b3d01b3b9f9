import { crc32 } from "node:zlib";
import { fromHex, hexQuantity, type Hex } from "../../ground/protocol/hex.ts";
import type { Chain } from "../chain.ts";
import type { GasPrice } from "../mempool/gas-price.ts";
import type { RpcMethod } from "./request/dispatch.ts";
import { UNSERVED_METHODS } from "./request/unserved-methods.ts";

/** Names of precompiled contracts by EIP-7910, at Osaka's addresses. */
const PRECOMPILES: Readonly<Record<string, number>> = {
  ECREC: 0x01,
  SHA256: 0x02,
  RIPEMD160: 0x03,
  ID: 0x04,
  MODEXP: 0x05,
  BN254_ADD: 0x06,
  BN254_MUL: 0x07,
  BN254_PAIRING: 0x08,
  BLAKE2F: 0x09,
  KZG_POINT_EVALUATION: 0x0a,
  BLS12_G1ADD: 0x0b,
  BLS12_G1MSM: 0x0c,
  BLS12_G2ADD: 0x0d,
  BLS12_G2MSM: 0x0e,
  BLS12_PAIRING_CHECK: 0x0f,
  BLS12_MAP_FP_TO_G1: 0x10,
  BLS12_MAP_FP2_TO_G2: 0x11,
  P256VERIFY: 0x100,
};
/** Fraction of Osaka. No block holds blobs, so no price follows from the fraction. */
const BLOB_FEE_UPDATE_FRACTION = 5_007_716;

/** Configuration and prices for clients. */
export function configMethods(chain: Chain, gasPrice: Pick<GasPrice, "toldWei">): ReadonlyMap<string, RpcMethod> {
  const operationPrices = async (): Promise<object> => {
    const feeWei = hexQuantity(gasPrice.toldWei);
    const price = { maxFeePerGas: feeWei, maxPriorityFeePerGas: feeWei };
    // Each operation is in the next block.
    return { slow: price, standard: price, fast: price };
  };
  return new Map<string, RpcMethod>([
    ["eth_config", () => chainConfig(chain)],
    ["pimlico_getUserOperationGasPrice", operationPrices],
  ]);
}

/**
 * `eth_config` (EIP-7910): Osaka's rules from block 0, so the fork's id is the checksum of block 0's hash alone (EIP-6122). No
 * contract of Ethereum's is called at the start or the end of a block.
 */
async function chainConfig({ blocks, chainId }: Chain): Promise<object> {
  const genesis = await blocks.block(0n);
  const checksum = crc32(fromHex(genesis?.hash ?? "0x"));
  const current = {
    activationTime: Number(genesis?.timestamp ?? 0),
    blobSchedule: { target: 0, max: 0, baseFeeUpdateFraction: BLOB_FEE_UPDATE_FRACTION },
    chainId: hexQuantity(BigInt(chainId)),
    forkId: `0x${checksum.toString(16).padStart(8, "0")}`,
    precompiles: Object.fromEntries(Object.entries(PRECOMPILES).map(([name, place]) => [name, addressAt(place)])),
    systemContracts: {},
  };
  return { current, next: null, last: null };
}

/** `rpc_modules`: the namespaces that have a method, each with geth's version. */
export function modulesOf(methods: Iterable<string>): RpcMethod {
  const served = [...methods].filter((method) => !UNSERVED_METHODS.includes(method));
  const names = [...new Set(["rpc", ...served.map((method) => method.slice(0, method.indexOf("_")))])].sort();
  const modules = Object.fromEntries(names.map((name) => [name, "1.0"]));
  return async () => modules;
}

function addressAt(place: number): Hex {
  return `0x${place.toString(16).padStart(40, "0")}`;
}
