import { Interface } from "ethers";
import { ccipRampsAbi } from "../../../ground/abi/ccip-ramps.ts";
import { ccipRmnAbi } from "../../../ground/abi/ccip-rmn.ts";

export const ccipRamps = new Interface(ccipRampsAbi);

export const ccipRmn = new Interface(ccipRmnAbi);

/** Errors of an execution, named like those of CCIP's offramp. */
export const ccipFailures = new Interface([
  "error NotEnoughGasForPubdata(uint256 required, uint256 actual)",
  "error ReceiverError(bytes err)",
  "error TokenHandlingError(address target, bytes err)",
  "error NotACompatiblePool(address notPool)",
  "error ReleaseOrMintBalanceMismatch(uint256 amountReleased, uint256 balancePre, uint256 balancePost)",
  "error ExecutionError(bytes32 messageId, bytes err)",
  "error ExecutionRefused(string reason)",
  "error NotEnoughInPool(address token, uint256 amount, uint256 available)",
  "error CursedByRMN(uint64 chainSelector)",
  "error NotInOrder(uint64 expected, uint64 actual)",
  "error ManualExecutionNotYetEnabled(uint64 sourceChainSelector)",
]);
