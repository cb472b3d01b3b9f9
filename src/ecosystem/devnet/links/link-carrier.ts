import type { BrowserProvider, HDNodeWallet } from "ethers";
import type { SignedTransaction } from "../../../ground/transaction/transaction.ts";
import { putContract } from "../../client/sending/deployed-contract.ts";
import { senderOn } from "../../client/sending/submit.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { payOnChain } from "../chains/funding.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { connectInProcess, withCallsFromOutside } from "../relaying/relaying.ts";
import { ATOMIC_LINKS } from "./atomic-links.ts";

/** Gas limit of a confirmation or a receipt: the operator pays for it, and a recipient may use it up. */
export const CARRIER_GAS = 1_000_000n;
/** Money of the carrier on a chain, and the balance below which it gets more. */
const CARRIER_WEI = 10n ** 18n;
const MIN_CARRIER_WEI = 10n ** 17n;

/** Account that pays for confirmations and receipts on the chains. */
export class LinkCarrier {
  readonly #wallet: () => HDNodeWallet;
  /** Chains that are being prepared, because two transactions of the carrier would have one nonce. */
  readonly #lines = new Map<ChainId, OneAtATime>();

  constructor(wallet: () => HDNodeWallet) {
    this.#wallet = wallet;
  }

  get address(): string {
    return this.#wallet().address;
  }

  /** Puts AtomicLinks on the chain, and money for the carrier. */
  prepare(chain: DevnetChain): Promise<void> {
    const line = this.#lines.get(chain.chainId) ?? new OneAtATime();
    this.#lines.set(chain.chainId, line);
    return line.run(() => this.#prepare(chain));
  }

  #prepare(chain: DevnetChain): Promise<void> {
    return on(chain, async (provider) => {
      const wallet = this.#wallet();
      if ((await provider.getBalance(wallet.address)) < MIN_CARRIER_WEI) {
        await payOnChain(chain, { recipients: [lowerCaseAddress(wallet.address)], valueWei: CARRIER_WEI });
        await chain.pipeline.pollL1();
      }
      const member = { name: chain.name, chainId: Number(chain.chainId) };
      await putContract(ATOMIC_LINKS, await senderOn(wallet.connect(provider), member));
    });
  }

  /** Signs a call of AtomicLinks on the chain, with the carrier's next nonce there. */
  sign(chain: DevnetChain, data: Hex): Promise<SignedTransaction> {
    return on(chain, async (provider) => {
      const wallet = this.#wallet().connect(provider);
      const filled = await wallet.populateTransaction({ to: ATOMIC_LINKS.address, data, gasLimit: CARRIER_GAS });
      return chain.pipeline.chain.read(await wallet.signTransaction(filled), "rollup");
    });
  }
}

async function on<Result>(chain: DevnetChain, work: (provider: BrowserProvider) => Promise<Result>): Promise<Result> {
  const provider = connectInProcess(chain.chainId, withCallsFromOutside(chain));
  try {
    return await work(provider);
  } finally {
    provider.destroy();
  }
}
