import type { MessageInfo } from "./ecosystem-info.ts";

/** Asks a member, by its chain id. Rejects with the member's error. */
export type AskMember = (chainId: number, method: string, params: readonly unknown[]) => Promise<unknown>;

/**
 * The message with the seconds at which its steps were done, by the clock of the member on which each was. A step whose block
 * is not there, as on an L1 that has just taken it back, has none. Rejects with a member's error.
 */
export async function withStepTimes(message: MessageInfo, ask: AskMember): Promise<MessageInfo> {
  const steps = await Promise.all(
    message.steps.map(async (step) => {
      const timestamp = await timeOf(step, ask);
      return timestamp === undefined ? step : { ...step, timestamp };
    }),
  );
  return { ...message, steps };
}

async function timeOf({ chainId, transactionHash }: MessageInfo["steps"][number], ask: AskMember): Promise<number | undefined> {
  const receipt = (await ask(chainId, "eth_getTransactionReceipt", [transactionHash])) as { readonly blockNumber: string } | null;
  if (receipt === null) return undefined;
  const block = (await ask(chainId, "eth_getBlockByNumber", [receipt.blockNumber, false])) as {
    readonly timestamp: string;
  } | null;
  return block === null ? undefined : Number(block.timestamp);
}
