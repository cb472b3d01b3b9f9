import { readFileSync } from "node:fs";
import { Wallet } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { deposit } from "../../client/deposit.ts";
import { findChain } from "../../client/ecosystem.ts";
import type { AskL1 } from "../../devnet/l1/past/read-change.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import { hexQuantity } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import { formatAmount } from "../../options/fields/amount.ts";
import { callJsonRpc } from "../discovery/json-rpc.ts";
import { balanceGain, importAccounts, planImport } from "../importing/import-state.ts";
import { isHardhatNode, readHardhatNode } from "../importing/hardhat-node.ts";
import type { NodeState } from "../importing/hardhat-node.ts";
import { readImportedState } from "../importing/imported-state.ts";
import { pluginError } from "../plugin-error.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { warning } from "./output.ts";
import { withEcosystem } from "./session.ts";
import type { Session } from "./session.ts";
import { waitForTransaction } from "./wait-for-transaction.ts";

interface ImportArguments extends EcosystemArguments {
  /** A file, or the URL of an anvil or of a Hardhat node. */
  readonly source: string;
  readonly chain: string;
}

/** Of no account: what is sent there backs what others were given. */
const BURNED: Hex = "0x000000000000000000000000000000000000dead";
/** Of what is spent on L1 beside the amount that is deposited. */
const L1_GAS_WEI = 10n ** 18n;
/** Changes between two lines of progress. */
const TOLD_EACH = 1_000;

/** `hyperchain:import`: the accounts of another chain, put into a chain of the ecosystem. */
const action: NewTaskActionFunction<ImportArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const chain = findChain(info, args.chain);
    const { gap, ...state } = await stateOf(args.source);
    if (gap !== undefined) output.progress(warning(gap));
    const { accounts, leftOut, conflicts } = planImport(state.accounts);
    if (conflicts.length > 0) {
      throw pluginError(
        `${args.source} has contracts where ${chain.name} has the protocol's, below 0x30000: ${conflicts.join(", ")}; remove them from it`,
      );
    }
    if (state.chainId !== undefined && state.chainId !== BigInt(chain.chainId)) {
      const why = "contracts that keep the id, for signatures by EIP-712 say, refuse what is signed for the new one";
      output.progress(warning(`it is of chain ${state.chainId}, and ${chain.name} is ${chain.chainId}: ${why}`));
    }
    const provider = session.provider(chain.chainId);
    const gain = await balanceGain(provider, accounts);
    // Before the balances: cut off in between, L1 holds more than it must, and never less.
    const backing = await back(session, chain.chainId, gain);
    await importAccounts(provider, accounts, (made, of) => {
      if (made % TOLD_EACH === 0 || made === of) output.progress(`${made} of ${of} changes are made`);
    });
    const counts = {
      accounts: accounts.length,
      contracts: accounts.filter(({ code }) => code !== "0x").length,
      slots: accounts.reduce((sum, { storage }) => sum + storage.length, 0),
    };
    output.result(
      () =>
        `${chain.name} has ${counts.accounts} accounts of ${args.source}, ${counts.contracts} of them contracts, with ${counts.slots} words of storage\n` +
        `  ${backing.text}` +
        (leftOut.length === 0 ? "" : `\n  left out, since they lie where the protocol has its own: ${leftOut.join(", ")}`),
      { chainId: chain.chainId, ...counts, leftOut, gainWei: String(gain), backed: backing.hash ?? null },
    );
  });

async function stateOf(source: string): Promise<Pick<NodeState, "chainId" | "accounts"> & { readonly gap?: string | undefined }> {
  if (/^https?:\/\//.test(source)) {
    const ask: AskL1 = (method, ...params) => callJsonRpc(source, method, params);
    if (await isHardhatNode(ask)) return readHardhatNode(source, ask);
    const state = await ask("anvil_dumpState").catch((error: unknown) => {
      throw pluginError(
        `${source} does not tell its state by anvil_dumpState (${reasonOf(error)}); of another node than anvil or Hardhat's give a file: its genesis, or what geth dump wrote`,
        error,
      );
    });
    return readImportedState(String(state), source);
  }
  try {
    return readImportedState(readFileSync(source, "utf8"), source);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
    throw pluginError(`${source} cannot be read: ${reasonOf(error)}`, error);
  }
}

interface Backing {
  readonly text: string;
  /** Of the deposit on the chain. */
  readonly hash?: Hex;
}

/**
 * L1's bridge pays out of a chain what it holds for it. So where a development L1 gives money to any account, as much as the
 * accounts gained is deposited, to an account that no key opens.
 */
async function back(session: Session, chainId: number, gain: bigint): Promise<Backing> {
  const { info, output } = session;
  const { baseToken } = findChain(info, chainId);
  if (gain <= 0n) return { text: "together they have no more than before" };
  const amount = `${formatAmount(gain, 18)} ${baseToken.symbol}`;
  const unbacked = `${amount} of their balances are not backed: L1 pays withdrawals out of what others deposited, and none beyond it; deposit as much to ${BURNED} on the chain`;
  if (baseToken.symbol !== "ETH" || info.accounts.mnemonic === undefined) return { text: unbacked };
  output.progress(`locking ${amount} on ${info.l1.name}…`);
  const l1 = session.provider(info.l1.chainId);
  const payer = Wallet.createRandom(l1);
  await l1.send("hardhat_setBalance", [payer.address, hexQuantity(gain + L1_GAS_WEI)]);
  const { canonicalTxHash } = await deposit(info, { chain: chainId, amount: gain, to: BURNED }, payer);
  await waitForTransaction(session, chainId, canonicalTxHash);
  return { text: `L1 holds ${amount} more for them, which were deposited to ${BURNED}`, hash: canonicalTxHash };
}

export default action;
