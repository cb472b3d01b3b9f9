import type { HookContext } from "hardhat/types/hooks";
import type { ChainType, NetworkConnection } from "hardhat/types/network";

/**
 * Before it deploys, Hardhat Ignition asks about every chain whose id is not that of Hardhat's node; this variable answers.
 * Remove when Ignition asks about no chain whose accounts are the public phrase's.
 */
const ANSWER = "HARDHAT_IGNITION_CONFIRM_DEPLOYMENT";
const THIS_MACHINE = /^https?:\/\/(localhost|127(?:\.\d+){3}|\[::1\])(:\d+)?(\/|$)/;

/**
 * Answers Ignition's question where the selected network, to which alone its task deploys, is a chain of a development ecosystem:
 * it does not come on Hardhat's node either.
 */
export async function answerForDevelopment(
  { globalOptions }: HookContext,
  connection: NetworkConnection<ChainType | string>,
): Promise<void> {
  const isSelected = connection.networkName === globalOptions.network;
  if (!isSelected || process.env[ANSWER] !== undefined) return;
  if (await isOfDevelopment(connection)) process.env[ANSWER] = "true";
}

/** Whether it is a member of an ecosystem of this process, or of one of this machine with the public phrase's accounts. */
async function isOfDevelopment({ networkConfig, provider }: NetworkConnection<ChainType | string>): Promise<boolean> {
  if (networkConfig.type !== "http") return networkConfig.hyperchains !== undefined;
  if (!THIS_MACHINE.test(await networkConfig.url.getUrl())) return false;
  const info: unknown = await provider.request({ method: "hyperchain_info" }).catch(() => undefined);
  return (info as { readonly accounts?: { readonly mnemonic?: string } } | undefined)?.accounts?.mnemonic !== undefined;
}
