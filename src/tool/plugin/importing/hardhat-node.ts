import { L1History } from "../../../ecosystem/devnet/l1/past/l1-history.ts";
import { isSystemContract, readWhole, type AskL1 } from "../../../ecosystem/devnet/l1/past/read-change.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { pluginError } from "../plugin-error.ts";
import type { ImportedAccount, ImportedState } from "./imported-state.ts";

/** State of a node that does not export one, and its unknown parts. */
export interface NodeState extends ImportedState {
  /** Why the state may lack something; undefined where it is whole. */
  readonly gap: string | undefined;
}

/** Whether a node says of itself that it is Hardhat's, as members of ecosystems do too: those have the protocol's contracts. */
export async function isHardhatNode(ask: AskL1): Promise<boolean> {
  const isMember = await ask("hyperchain_info").then(
    () => true,
    () => false,
  );
  if (isMember) return false;
  return ask("web3_clientVersion").then(
    (version) => String(version).startsWith("HardhatNetwork/"),
    () => false,
  );
}

/**
 * All accounts of a running Hardhat node, by its blocks and their transactions: it has no method that tells its state. Throws a
 * plugin error where it does not trace its transactions.
 */
export async function readHardhatNode(url: string, ask: AskL1): Promise<NodeState> {
  const { forkedNetwork } = (await ask("hardhat_metadata")) as {
    readonly forkedNetwork?: { readonly forkBlockNumber: number } | null;
  };
  const fork = forkedNetwork ?? undefined;
  const whole = await readWhole(ask, fork === undefined ? 0 : fork.forkBlockNumber + 1).catch((error: unknown) => {
    throw pluginError(
      `${url} does not tell what its transactions changed (${reasonOf(error)}); Hardhat 3 does, by debug_traceTransaction`,
      error,
    );
  });
  const storage = new Map<Hex, [bigint, bigint][]>();
  for (const [address, slot, value] of whole.slots) {
    const words = storage.get(address) ?? [];
    if (BigInt(value) !== 0n) words.push([BigInt(slot), BigInt(value)]);
    storage.set(address, words);
  }
  const accounts = whole.accounts
    .filter(({ address }) => !isSystemContract(address))
    .map(({ address, balance, nonce, code = "0x" }): ImportedAccount => ({
      address,
      balanceWei: BigInt(balance),
      nonce: BigInt(nonce),
      code,
      storage: storage.get(address) ?? [],
    }));
  const chainId = whole.chainId === undefined ? undefined : BigInt(whole.chainId);
  return { chainId, accounts, gap: await gapIn(ask, whole, fork?.forkBlockNumber) };
}

async function gapIn(
  ask: AskL1,
  whole: Awaited<ReturnType<typeof readWhole>>,
  forkBlock: number | undefined,
): Promise<string | undefined> {
  if (forkBlock !== undefined)
    return `it forks another chain at block ${forkBlock}: only what its own transactions touched comes, and of contracts from there only those words`;
  const history = new L1History();
  history.add(whole);
  const { stateRoot } = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly stateRoot: Hex };
  if ((await history.root()) === stateRoot) return undefined;
  return "its state root is another one than that of what its transactions touched: what hardhat_set… put there, and no transaction has touched, does not come";
}
