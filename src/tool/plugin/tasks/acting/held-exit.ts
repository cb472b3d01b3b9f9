import { HeldAccountFile } from "../../../../ecosystem/held-accounts/account-file.ts";
import { ClaimWatcher } from "../../../../ecosystem/held-accounts/exit/claim-watcher.ts";
import { HeldExit, type HeldExitPayment } from "../../../../ecosystem/held-accounts/exit/held-exit.ts";
import { isRebuildable } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import type { Session } from "../session/session.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";
import { chainOfHeldAccounts } from "./held-chain.ts";

/** Chain and account of an exit. */
interface ExitingSender {
  readonly chain: string | undefined;
  readonly from: string | undefined;
}

/** Milliseconds between two reads of the claims. A stale claim can be refuted for a week. */
const WATCH_MS = 60_000;

/** Claims the account of a file on L1. Pays the account instead if it has a claim. */
export async function exitHeldAccount(
  session: Session,
  args: ExitingSender & { readonly path: string; readonly recipient: Hex | undefined; readonly isActivated: boolean },
): Promise<void> {
  const file = await HeldAccountFile.open(args.path);
  try {
    const { chain, sender, signer } = await onLayer(session, args, file.name.chainId);
    if (isRebuildable(chain)) {
      const message = `the data of ${chain.name} are not at owners alone, so its last state proves the account, without a bond: 'npx hardhat hyperchain:exit ${chain.name} --held-account ${args.path}'`;
      throw pluginError(message);
    }
    const exit = await HeldExit.connect(session.info, chain.name, signer);
    if (args.isActivated) await exit.activate(file);
    const { number } = file.name;
    if ((await exit.claimOf(number)) === undefined) {
      const { payableAt, bondWei } = await exit.claim(file);
      const from = new Date(Number(payableAt) * 1_000).toISOString();
      session.output.result(
        () => `account ${number} of ${chain.name} is claimed, with a bond of ${bondWei} wei; run this again from ${from}`,
        {
          number,
          payableAt,
          bondWei,
        },
      );
      return;
    }
    const payments = await exit.pay(file, args.recipient ?? sender);
    const lines = payments.length === 0 ? [`account ${number} of ${chain.name} is paid in full`] : payments.map(heldPaymentLine);
    session.output.result(() => lines.join("\n"), { number, payments });
  } finally {
    await file.close();
  }
}

/** Refutes stale claims until Ctrl-C. */
export async function watchHeldClaims(session: Session, args: ExitingSender): Promise<void> {
  const { chain, signer } = await onLayer(session, args);
  const watcher = await ClaimWatcher.connect(session.info, chain.name, signer);
  const look = async (): Promise<void> => {
    for (const { number, bondWei, transactionHash } of await watcher.refuteStale())
      session.output.progress(`refuted the stale claim of account ${number} for ${bondWei} wei (${transactionHash})`);
  };
  await look();
  session.output.result(() => `watching claims of held accounts of ${chain.name}; Ctrl-C ends it`, { chainId: chain.chainId });
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => session.output.progress(`the watcher retries: ${String(error)}`));
  }, WATCH_MS);
  await nextSignal();
  clearInterval(timer);
  await closeAndExit(
    () => looking,
    () => undefined,
  );
}

async function onLayer(session: Session, { chain: name, from }: ExitingSender, chainOfFile?: bigint) {
  const { info } = session;
  const chain = chainOfHeldAccounts(info, name, chainOfFile);
  const { l1: layer } = ecosystemOf(info, chain);
  const { account } = await readSender(session, from, layer.name);
  return { chain, sender: account, signer: signerOf(session, { chainId: layer.chainId, account }) };
}

/** Sentence about a payment of a held account. */
export function heldPaymentLine({ source, token, amount, transactionHash }: HeldExitPayment): string {
  return `L1 paid ${amount} of token ${token}, ${source} (${transactionHash})`;
}
