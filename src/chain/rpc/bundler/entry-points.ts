import { getCreateAddress, Interface } from "ethers";
import { fromHex, type Hex } from "../../../ground/protocol/hex.ts";

const PACKED =
  "(address sender, uint256 nonce, bytes initCode, bytes callData, bytes32 accountGasLimits, uint256 preVerificationGas, bytes32 gasFees, bytes paymasterAndData, bytes signature)";

/** Functions and events of an EntryPoint (ERC-4337) that a bundler uses; the same in both versions. */
export const entryPointInterface = new Interface([
  `function handleOps(${PACKED}[] ops, address beneficiary)`,
  `function getUserOpHash(${PACKED} userOp) view returns (bytes32)`,
  "event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed)",
  "event UserOperationRevertReason(bytes32 indexed userOpHash, address indexed sender, uint256 nonce, bytes revertReason)",
  "event BeforeExecution()",
  "error FailedOp(uint256 opIndex, string reason)",
  "error FailedOpWithRevert(uint256 opIndex, string reason, bytes inner)",
]);

/**
 * Optional function of an account besides `validateUserOp`: the EntryPoint calls it with the whole operation.
 */
export const executeInterface = new Interface([`function executeUserOp(${PACKED} userOp, bytes32 userOpHash)`]);

export const REASON_TOPIC = topicOf("UserOperationRevertReason");
export const EXECUTION_TOPIC = topicOf("BeforeExecution");

/** The contract from which an EntryPoint calls factories: the first that its constructor creates. */
export function senderCreatorOf(entryPoint: Hex): Hex {
  return getCreateAddress({ from: entryPoint, nonce: 1 }).toLowerCase() as Hex;
}

/** Whether the call data asks for `executeUserOp` in place of a plain call. */
export function asksForWholeOperation(callData: Hex): boolean {
  return callData.startsWith(executeInterface.getFunction("executeUserOp")?.selector ?? "0x8dd7712f");
}

/** Maximum size of revert data: an EntryPoint forwards at most 2,048 bytes of a call's. */
const MAX_REVERT_BYTES = 8 * 1024;

/** Refusal of an operation by an EntryPoint; `undefined` for other revert data. */
export function failedOp(data: Hex): { readonly reason: string; readonly inner: Hex } | undefined {
  const { length } = fromHex(data);
  if (length < 4 || length > MAX_REVERT_BYTES) return undefined;
  try {
    const error = entryPointInterface.parseError(data);
    if (error === null) return undefined;
    const [, reason, inner = "0x"] = error.args as unknown as [bigint, string, Hex?];
    return { reason, inner };
  } catch {
    // Its selector, and bytes behind it that no EntryPoint would write.
    return undefined;
  }
}

function topicOf(event: string): Hex {
  const fragment = entryPointInterface.getEvent(event);
  if (fragment === null) throw new TypeError(`an EntryPoint has no event ${event}`);
  return fragment.topicHash as Hex;
}
