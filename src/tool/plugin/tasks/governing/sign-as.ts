import type { JsonRpcProvider } from "ethers";
import { senderOn, type Sender } from "../../../../ecosystem/client/sending/submit.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import type { FoundOnL1 } from "../from-l1/chain-on-l1.ts";

/** Maximum time for a running chain to read the transaction, and the interval between the polls for it. */
const READ_MS = 15_000;
const LOOK_MS = 50;

/** An account that alone may do something. */
interface OnlyAccount {
  readonly account: Hex;
  /** Role of the account in messages. */
  readonly role: string;
}

/**
 * Sends with the key of the one account that may do the work, or, where any may, of the account that `from` names. Resolves
 * once the chain, where it runs, has read what was done: what is asked of the ecosystem afterwards shows it. Throws a plugin
 * error where the key is another account's.
 */
export async function signAs(
  chain: FoundOnL1,
  only: OnlyAccount | undefined,
  { from, l1 }: { readonly from: string | undefined; readonly l1: JsonRpcProvider },
  work: (sender: Sender) => Promise<Hex>,
): Promise<Hex> {
  const { chainId } = await l1.getNetwork();
  let hash: Hex | undefined;
  await chain.withSigner(chain.runs ? (from ?? only?.account) : from, chainId, async (signer) => {
    if (only !== undefined && signer.address.toLowerCase() !== only.account)
      throw pluginError(
        `only ${only.role} may do this, ${only.account}, and the key is ${signer.address}'s; use that account's key`,
      );
    hash = await work(await senderOn(signer, { name: chain.layer, chainId: Number(chainId) }));
  });
  if (hash === undefined) throw new TypeError("withSigner ends with the work");
  const receipt = await l1.getTransactionReceipt(hash);
  if (receipt !== null) await untilRead(chain, receipt.blockNumber);
  return hash;
}

/** A chain whose layer lets some blocks pass before they count may take longer: then it is said, and not waited for. */
async function untilRead({ readUpTo, name, layer, output }: FoundOnL1, blockNumber: number): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const read = await readUpTo?.();
    if (read === undefined || read >= blockNumber) return;
    if (performance.now() - begun > READ_MS) {
      const later = `${name} has read ${layer} up to block ${read}, and this is in block ${blockNumber}`;
      return output.progress(`${later}: hyperchain:status shows it once ${name} has read that`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
