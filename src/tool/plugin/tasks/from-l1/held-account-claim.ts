import type { Sender } from "../../../../ecosystem/client/sending/submit.ts";
import { proveHeldAccount } from "../../../../ecosystem/devnet/reconstruction/proofs.ts";
import type { Reconstruction } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import { HeldAccountFile } from "../../../../ecosystem/held-accounts/account-file.ts";
import { HeldExit, type HeldExitPayment, type HeldLeafProof } from "../../../../ecosystem/held-accounts/exit/held-exit.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

/** Payments of a held account by L1. */
export interface PaidHeldAccount {
  readonly number: number;
  readonly payments: readonly HeldExitPayment[];
}

/** Account of a file, and the exit that pays the account. */
interface ExitingAccount {
  readonly file: HeldAccountFile;
  readonly exit: HeldExit;
  /** Path of the account in the chain's last state; undefined if L1 has a claim of the account. */
  readonly proof: HeldLeafProof | undefined;
}

/**
 * Opens the file of an account that L1 can pay after the chain has ended. Rejects with HeldAccountError FileMismatch for a
 * file of another chain or owner, and with a plugin error for an account that the state lacks. The caller closes the file.
 */
export async function openExitingAccount(path: string, reconstruction: Reconstruction, sender: Sender): Promise<ExitingAccount> {
  const { configuration, hyperchain, bridge, registry } = reconstruction.contract;
  const chainId = Number(configuration.chainId);
  const place = { name: `chain ${chainId}`, chainId, hyperchain, bridge, roots: registry, fromBlock: 0 };
  const exit = await HeldExit.at({ ...place, layer: sender.member }, sender.signer);
  const file = await HeldAccountFile.open(path);
  try {
    exit.requireFile(file);
    const { number } = file.name;
    if ((await exit.claimOf(number)) !== undefined) return { file, exit, proof: undefined };
    const proof = proveHeldAccount(reconstruction, number);
    if (proof === undefined)
      throw pluginError(`the last state of chain ${chainId} has no held account ${number}; L1 pays nothing for it`);
    return { file, exit, proof };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Claims the account by its path in the chain's last state, and requests its payments; an account with a claim is paid only.
 * Rejects with HeldAccountError or ClientError.
 */
export async function payHeldAccount({ file, exit, proof }: ExitingAccount, recipient: Hex): Promise<PaidHeldAccount> {
  if (proof !== undefined) await exit.claimProven(file, proof);
  return { number: file.name.number, payments: await exit.pay(file, recipient) };
}
