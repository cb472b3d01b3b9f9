import type { Hex } from "../../protocol/hex.ts";
import type { MessageInfo } from "./ecosystem-info.ts";

/** Asks a member, by its chain id. Rejects with the member's error. */
export type AskMember = (chainId: number, method: string, params: readonly unknown[]) => Promise<unknown>;

/**
 * The message with the seconds at which its steps were done, by the clock of the member on which each was, and with the account
 * that delivered or claimed it. A step whose block
 * is not there, as on an L1 that has just taken it back, has none. Rejects with a member's error.
 */
export async function withStepTimes(message: MessageInfo, ask: AskMember): Promise<MessageInfo> {
  const steps = await Promise.all(
    message.steps.map(async (step) => {
      const done = await inclusionOf(step, ask);
      if (done === undefined) return step;
      return { ...step, timestamp: done.timestamp, ...(step.step === "delivered" ? { account: done.from } : {}) };
    }),
  );
  return { ...message, steps };
}

interface Inclusion {
  readonly timestamp: number;
  /** Who sent the transaction. */
  readonly from: Hex;
}

async function inclusionOf(
  { chainId, transactionHash }: MessageInfo["steps"][number],
  ask: AskMember,
): Promise<Inclusion | undefined> {
  const receipt = (await ask(chainId, "eth_getTransactionReceipt", [transactionHash])) as {
    readonly blockNumber: string;
    readonly from: Hex;
  } | null;
  if (receipt === null) return undefined;
  const block = (await ask(chainId, "eth_getBlockByNumber", [receipt.blockNumber, false])) as {
    readonly timestamp: string;
  } | null;
  return block === null ? undefined : { timestamp: Number(block.timestamp), from: receipt.from };
}
