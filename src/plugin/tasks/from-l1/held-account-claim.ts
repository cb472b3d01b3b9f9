import type { Sender } from "../../../client/sending/submit.ts";
import { proveHeldAccount } from "../../../devnet/reconstruction/proofs.ts";
import type { Reconstruction } from "../../../devnet/reconstruction/reconstruct.ts";
import { HeldAccountFile } from "../../../held-accounts/account-file.ts";
import { HeldExit, type HeldExitPayment } from "../../../held-accounts/exit/held-exit.ts";
import type { Hex } from "../../../protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

/** Payments of a held account by L1. */
export interface PaidHeldAccount {
  readonly number: number;
  readonly payments: readonly HeldExitPayment[];
}

/**
 * Claims the account of a file by its path in the chain's last state, and requests its payments; an account with a claim is
 * paid only. Rejects with HeldAccountError or ClientError, or with a plugin error for an account that the state lacks.
 */
export async function payHeldAccount(
  path: string,
  reconstruction: Reconstruction,
  { sender, recipient }: { readonly sender: Sender; readonly recipient: Hex },
): Promise<PaidHeldAccount> {
  const { configuration, hyperchain, bridge, registry } = reconstruction.contract;
  const chainId = Number(configuration.chainId);
  const place = { name: `chain ${chainId}`, chainId, hyperchain, bridge, roots: registry, fromBlock: 0 };
  const exit = await HeldExit.at({ ...place, layer: sender.member }, sender.signer);
  const file = await HeldAccountFile.open(path);
  try {
    const { number } = file.name;
    if ((await exit.claimOf(number)) === undefined) {
      const proof = proveHeldAccount(reconstruction, number);
      if (proof === undefined)
        throw pluginError(`the last state of chain ${chainId} has no held account ${number}; L1 pays nothing for it`);
      await exit.claimProven(file, proof);
    }
    return { number, payments: await exit.pay(file, recipient) };
  } finally {
    await file.close();
  }
}
