import type { Chain } from "../../chain.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { PROTOCOL_LIMITS } from "../../ordering/limits.ts";
import type { Asking } from "../calls/asking.ts";
import type { RpcMethod, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { estimateFromL1 } from "../calls/estimate-from-l1.ts";
import type { SettlementView } from "./settlement-view.ts";

/** Default of clients for the limit per byte of pubdata; here the gas itself pays for pubdata. */
const GAS_PER_PUBDATA_BYTE = 800n;
const ZERO_ADDRESS: Hex = "0x0000000000000000000000000000000000000000";

/** ZK Stack's methods that tell where things are and what they cost. `others` answers `eth_estimateGas`. */
export function zksMethods(
  chain: Chain,
  ask: Asking,
  gasPrice: Pick<GasPrice, "toldWei">,
  settlement: SettlementView | undefined,
  others: RpcMethods,
): ReadonlyMap<string, RpcMethod> {
  const constant =
    (value: unknown): RpcMethod =>
    async () =>
      value;
  const methods = new Map<string, RpcMethod>([
    ["zks_gasPerPubdata", constant(hexQuantity(GAS_PER_PUBDATA_BYTE))],
    ["zks_getTestnetPaymaster", constant(null)],
    ["zks_getFeeParams", async () => feeParameters(gasPrice.toldWei)],
    ["zks_estimateGasL1ToL2", ([call], client) => estimateFromL1(chain, ask, call, settlement?.chainId, client)],
    [
      "zks_estimateFee",
      async ([call], client) => {
        const estimate = others.get("eth_estimateGas");
        if (estimate === undefined) throw new RpcError(RpcCode.internal, "the chain estimates no gas");
        return {
          gas_limit: await estimate([call], client),
          gas_per_pubdata_limit: hexQuantity(GAS_PER_PUBDATA_BYTE),
          max_fee_per_gas: hexQuantity(gasPrice.toldWei),
          // The base fee is 0, so this is all that the operator gets.
          max_priority_fee_per_gas: hexQuantity(gasPrice.toldWei),
        };
      },
    ],
  ]);
  if (settlement === undefined) return methods;
  const { bridgehub, hyperchain, bridge } = settlement.contracts;
  const bridges = {
    l1Erc20DefaultBridge: bridge,
    l2Erc20DefaultBridge: PREDEPLOYS.L2AssetRouter,
    l1SharedDefaultBridge: bridge,
    l2SharedDefaultBridge: PREDEPLOYS.L2AssetRouter,
    l2LegacySharedBridge: null,
    l1WethBridge: ZERO_ADDRESS,
    l2WethBridge: ZERO_ADDRESS,
    l1Nullifier: bridge,
    l1NativeTokenVault: bridge,
  };
  methods.set("zks_L1ChainId", constant(hexQuantity(settlement.chainId)));
  methods.set("zks_getBridgehubContract", constant(bridgehub));
  methods.set("zks_getMainContract", constant(hyperchain));
  methods.set("zks_getBridgeContracts", constant(bridges));
  methods.set("zks_getBaseTokenL1Address", constant(settlement.baseToken));
  return methods;
}

/** In the shape of ZK Stack's second version. L1's prices are 0: here they do not enter into fees. */
function feeParameters(gasPriceWei: bigint): object {
  return {
    V2: {
      config: {
        minimal_l2_gas_price: Number(gasPriceWei),
        compute_overhead_part: 0,
        pubdata_overhead_part: 0,
        batch_overhead_l1_gas: 0,
        max_gas_per_batch: Number(PROTOCOL_LIMITS.gas),
        max_pubdata_per_batch: Number(PROTOCOL_LIMITS.pubdataBytes),
      },
      l1_gas_price: 0,
      l1_pubdata_price: 0,
      conversion_ratio: { numerator: 1, denominator: 1 },
    },
  };
}
