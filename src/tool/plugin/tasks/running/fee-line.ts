import { formatEther, formatUnits } from "ethers";
import { NEXT_FLOOR_GAS_PER_BYTE } from "../../../../ground/protocol/way-to-l1.ts";
import type { ChainStatus, FeeStatus } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";

/**
 * Line about a chain's gas price and its reason. `ethPrice` is dollars for one ETH; without it the line has
 * no cents.
 */
export function feeLine(
  { name, fees, settlesOn: layer = "L1" }: Pick<ChainStatus, "name" | "settlesOn"> & { readonly fees: FeeStatus },
  ethPrice?: number,
): string {
  const { gasPrice, provingPrice, transfer, l1GasPrice, batches, l1GasPerBatch, gasPerBatch } = fees;
  const { l1GasPerBatchAtNextFloor: next = l1GasPerBatch } = fees;
  const cents = ethPrice === undefined ? "" : ` (${centsOf(transfer, ethPrice)} cents at ${ethPrice} dollars for 1 ETH)`;
  const proving = BigInt(provingPrice) === 0n ? "" : ` (${formatUnits(provingPrice, "gwei")} for its proof)`;
  const gas = `${formatUnits(gasPrice, "gwei")} gwei${proving}`;
  const price = `Gas of ${name}: ${gas}, so a transfer costs ${formatEther(transfer)} ETH${cents}`;
  if (batches === 0 || l1GasPrice === undefined) return `${price}; what its batches cost on ${layer} is not known yet`;
  const l1 = `${layer}'s gas is at ${formatUnits(l1GasPrice, "gwei")} gwei`;
  const atNextFloor = next === l1GasPerBatch ? "" : ` (${next} at ${NEXT_FLOOR_GAS_PER_BYTE} gas a byte of calldata, EIP-7976)`;
  return `${price}; ${l1}, a batch takes ${l1GasPerBatch} of it${atNextFloor} and has ${gasPerBatch} of users' (average of ${batches})`;
}

/** With two figures that count. */
function centsOf(wei: string, ethPrice: number): string {
  const cents = Number(formatEther(wei)) * ethPrice * 100;
  return cents >= 10 ? cents.toFixed(0) : String(Number(cents.toPrecision(2)));
}
