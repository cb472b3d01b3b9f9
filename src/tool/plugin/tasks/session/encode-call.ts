import { FunctionFragment, Interface } from "ethers";
import { type Hex, isHexBytes } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

/**
 * Calldata, which is given directly or by a function's signature and its arguments; arrays and tuples are
 * JSON. Throws a plugin error.
 */
export function encodeCall(signature: string, args: readonly string[]): Hex {
  if (isHexBytes(signature)) {
    if (args.length > 0)
      throw pluginError('calldata takes no arguments; give a signature such as "transfer(address,uint256)" instead');
    return signature;
  }
  try {
    const fragment = FunctionFragment.from(signature);
    return new Interface([fragment]).encodeFunctionData(fragment, args.map(readArgument)) as Hex;
  } catch (error) {
    const reason = error instanceof Error ? ((error as { shortMessage?: string }).shortMessage ?? error.message) : String(error);
    throw pluginError(
      `'${signature}' with ${args.length} ${args.length === 1 ? "argument" : "arguments"} is not a valid call (${reason}); write it as "transfer(address,uint256)" 0x… 5`,
      error,
    );
  }
}

function readArgument(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return text.startsWith("[") ? (JSON.parse(text) as unknown) : text;
}
