import type { Provider } from "ethers";
import { isMark } from "../../../ground/protocol/batch-record.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { bridge as bridgeInterface, hyperchainInterface } from "../sending/contract-interfaces.ts";

/** Whether a chain has ended, by its contract. `provider` is on what it settles on. */
export async function hasExited(hyperchain: Hex, provider: Pick<Provider, "call">): Promise<boolean> {
  const answer = await provider.call({ to: hyperchain, data: hyperchainInterface.encodeFunctionData("exited") });
  return hyperchainInterface.decodeFunctionResult("exited", answer)[0] as boolean;
}

/** The contract by which a bridge pays out what ended chains owe. `provider` is where the bridge is. */
export async function stateExitOf(bridge: Hex, provider: Pick<Provider, "call">): Promise<Hex> {
  const answer = await provider.call({ to: bridge, data: bridgeInterface.encodeFunctionData("stateExit") });
  return String(bridgeInterface.decodeFunctionResult("stateExit", answer)[0]).toLowerCase() as Hex;
}

/** Number of the last batch that L1 has executed of a chain, whose state counts once it has ended; undefined without any. */
export function lastExecuted(view: L1View, chainId: number): bigint | undefined {
  return view.leavesOf(BigInt(chainId)).findLast(({ record }) => !isMark(record))?.batchNumber;
}
