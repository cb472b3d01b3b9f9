import type { Provider } from "ethers";
import { hyperchainInterface } from "../../client/sending/contract-interfaces.ts";
import { addressIn, viewsOn } from "../../client/governing/read-view.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** The admin of a chain, which may be transferred at any time (`acceptAdmin`). */
export interface PresentAdmin {
  /** Address at the last look. 20 bytes in lower case. */
  account(): Hex;
  /** Asks the chain's contract. Rejects with the provider's error. */
  look(): Promise<void>;
}

/** Rejects with the provider's error. */
export async function presentAdmin(hyperchain: Hex, l1: Pick<Provider, "call">): Promise<PresentAdmin> {
  const ask = async (): Promise<Hex> => addressIn(await viewsOn(l1)<string>(hyperchain, hyperchainInterface, "getAdmin"));
  let account = await ask();
  return {
    account: () => account,
    async look() {
      account = await ask();
    },
  };
}
