import type { Contract, TransactionReceipt } from "ethers";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../../../src/ground/protocol/interoperable-address.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import { forwarderAddress, type Forwarding } from "../../../../src/ecosystem/relayer/forwarding.ts";
import { startInteropFixture, type InteropFixture } from "./interop-fixture.ts";
import { ETH, L1_CHAIN_ID } from "./ecosystem.ts";

export const COIN: Hex = PREDEPLOYS.L2BaseToken;
export const FEE = 100n;
export const RECIPIENT: Hex = "0x0000000000000000000000000000000000000b0b";
export const SENDER: Hex = "0x0000000000000000000000000000000000005e4d";
const NO_FACTORY: Hex = `0x${"00".repeat(20)}`;

/** Chain a with `Forwarders`, its sibling b, and L1 below them. */
export interface ForwarderFixture extends InteropFixture {
  readonly forwarders: Contract;
  /** Coin of L1 for RECIPIENT, refunded to SENDER, unless it says otherwise. */
  forwardingOf(terms?: Partial<Forwarding> & { readonly chainId?: bigint }): Forwarding;
  addressOf(forwarding: Forwarding): Hex;
  /** Calls `forward` or `refund` by a user. */
  call(name: "forward" | "refund", forwarding: Forwarding, token?: string, user?: number): Promise<TransactionReceipt>;
  /** Coin from L1 to a forwarder. */
  fund(forwarding: Forwarding, amount: bigint): Promise<void>;
}

export async function startForwarderFixture(): Promise<ForwarderFixture> {
  const fixture = await startInteropFixture();
  const { a } = fixture;
  const forwarders = (await a.ethers.deployContract("Forwarders")) as unknown as Contract;
  const contract = (await forwarders.getAddress()).toLowerCase() as Hex;
  for (const user of a.users) await a.deposit(user.address, ETH, 10n ** 18n);
  const addressOf = (forwarding: Forwarding): Hex => forwarderAddress(contract, forwarding);
  return {
    ...fixture,
    forwarders,
    forwardingOf: ({ chainId = L1_CHAIN_ID, ...terms } = {}) => ({
      ...{ to: interoperableAddress(chainId, RECIPIENT), factory: NO_FACTORY, refundTo: SENDER, token: COIN, fee: FEE },
      ...terms,
    }),
    addressOf,
    call: (name, forwarding, token = forwarding.token, user = 1) =>
      a.send(forwarders.connect(a.users[user]!) as Contract, name, forwarding, token),
    fund: (forwarding, amount) => a.deposit(addressOf(forwarding), ETH, amount),
  };
}
