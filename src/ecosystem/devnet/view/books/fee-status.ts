import type { FeeForecast } from "../../../../chain/node/fees/followed-gas-price.ts";
import type { FeeStatus } from "./ecosystem-info.ts";

/** Gas of a transfer without data between existing accounts. */
const TRANSFER_GAS = 21_000n;

/** A chain's fees as its status tells them. */
export function feeStatus(report: FeeForecast): FeeStatus {
  const { gasPriceWei, leastGasPriceWei, provingPriceWei, l1GasPriceWei, batches, l1GasPerBatch, gasPerBatch } = report;
  const { l1GasPerBatchAtNextFloor: nextFloor } = report;
  return {
    gasPrice: String(gasPriceWei),
    leastGasPrice: String(leastGasPriceWei),
    provingPrice: String(provingPriceWei),
    transfer: String(TRANSFER_GAS * gasPriceWei),
    ...(l1GasPriceWei === undefined ? {} : { l1GasPrice: String(l1GasPriceWei) }),
    batches,
    l1GasPerBatch: Number(l1GasPerBatch),
    ...(nextFloor === undefined ? {} : { l1GasPerBatchAtNextFloor: Number(nextFloor) }),
    gasPerBatch: Number(gasPerBatch),
  };
}
