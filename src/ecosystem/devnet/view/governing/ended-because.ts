import type { CallFrame } from "../../../client/sending/remote-failure.ts";

/** Why a call ended that did not revert itself, as the end of "it reverted …"; undefined of one that did. */
export function endedBecause({ output = "0x", error }: Pick<CallFrame, "output" | "error">): string | undefined {
  if (output !== "0x" || error === undefined || error === "execution reverted") return undefined;
  return /out of gas|OutOfGas/i.test(error) ? "since it ran out of gas" : `with ${error}`;
}
