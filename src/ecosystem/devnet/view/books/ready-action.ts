import type { ChainInfo, MessageInfo, ReadyAction } from "./ecosystem-info.ts";
import { hasArrived } from "./has-arrived.ts";

/** Actions on the layer that end messages to it. */
const ACTIONS: Readonly<Partial<Record<MessageInfo["type"], string>>> = {
  withdrawal: "claim it",
  l1Message: "deliver it",
  l1Call: "make the call",
};

/** Action that a message to its layer waits for; undefined before its batch is executed there, and after its end. */
export function readyAction(
  message: MessageInfo,
  { chains }: { readonly chains: readonly Pick<ChainInfo, "chainId" | "name">[] },
): ReadyAction | undefined {
  const action = ACTIONS[message.type];
  const isExecutable = message.steps.some(({ step }) => step === "inTransactionRoot");
  if (action === undefined || !isExecutable || hasArrived(message) || message.ended !== undefined) return undefined;
  const { sourceChainId, messageHash } = message;
  const chain = chains.find(({ chainId }) => chainId === sourceChainId)?.name ?? sourceChainId;
  return { action, command: `npx hardhat hyperchain:claim ${chain} ${messageHash}` };
}
