import { Interface, type Provider } from "ethers";
import { heldExitAbi } from "../../../ground/abi/held-exit.ts";
import { HELD_EXIT_CODE } from "../../../ground/abi/held-exit-code.ts";
import { stateExit } from "../../client/sending/contract-interfaces.ts";
import { submit, type Sender } from "../../client/sending/submit.ts";
import { stateExitOf } from "../../client/standing/ended-chain.ts";
import { heldNotesHash, heldPaymentsHash, type HeldOpening } from "../../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SignedAct } from "../file-records.ts";
import type { AccountListing } from "./held-record.ts";

/** Encoder and decoder of `HeldExit`. */
export const heldExit = new Interface(heldExitAbi);

const NO_ADDRESS: Hex = `0x${"00".repeat(20)}`;

/** Address of `HeldExit` on the layer of a bridge; undefined until an account has created it. */
export async function heldExitOf(bridgeAddress: Hex, provider: Pick<Provider, "call">): Promise<Hex | undefined> {
  const exit = await stateExitOf(bridgeAddress, provider);
  const answer = await provider.call({ to: exit, data: stateExit.encodeFunctionData("heldExit") });
  const address = String(stateExit.decodeFunctionResult("heldExit", answer)[0]).toLowerCase() as Hex;
  return address === NO_ADDRESS ? undefined : address;
}

/** Creates `HeldExit` if the layer lacks it. Resolves with its address. Rejects with ClientError. */
export async function createHeldExit(bridgeAddress: Hex, sender: Sender): Promise<Hex> {
  const present = await heldExitOf(bridgeAddress, sender.provider);
  if (present !== undefined) return present;
  const to = await stateExitOf(bridgeAddress, sender.provider);
  await submit(sender, { to, data: stateExit.encodeFunctionData("createHeldExit", [HELD_EXIT_CODE]) });
  return createHeldExit(bridgeAddress, sender);
}

/** Account of a stopped chain with contents. */
interface ExitingAccount {
  readonly chainId: number;
  readonly number: number;
  readonly opening: HeldOpening;
}

/** Call that claims the contents after an act. */
export function encodeClaim(account: ExitingAccount, act: SignedAct, listing: AccountListing): string {
  const { position, path, burned, payments } = act;
  const lastAct = { position, path, notesHash: heldNotesHash(burned), paymentsHash: heldPaymentsHash(payments) };
  return heldExit.encodeFunctionData("claim", [account, listing.sent(), lastAct]);
}
