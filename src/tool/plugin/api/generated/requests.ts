// Generated from src/tool/plugin/api/requests.ts by 'npm run generate'.
import type { Announcement } from "../../../../ecosystem/client/messages/announce.ts";
import type { ChainAddressLike } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import type { ChainName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { From, AddressLike } from "../naming/names.ts";

/** Options of `deposit`. */
export interface DepositOptions {
  /**
   * Where it goes; with `chain` an address is enough.
   * Allowed: an account on a chain, such as 0x…@beta.
   * Default: the sender's own account.
   */
  readonly to?: ChainAddressLike | undefined;
  /**
   * The chain that gets it.
   * Allowed: a chain's name or id.
   * Default: that of `to`.
   */
  readonly chain?: ChainName | undefined;
  /**
   * Smallest units.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   */
  readonly amount: bigint;
  /**
   * On L1; approved where it must be.
   * Allowed: a token's address or contract, or "ETH".
   * Default: the chain's base token.
   */
  readonly token?: AddressLike | undefined;
  /**
   * Account on L1.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `withdraw`. */
export interface WithdrawOptions {
  /**
   * The chain that it leaves.
   * Allowed: a chain's name or id.
   */
  readonly chain: ChainName;
  /**
   * Smallest units.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   */
  readonly amount: bigint;
  /**
   * On the chain or on L1.
   * Allowed: a token's address or contract, or "ETH".
   * Default: the base token.
   */
  readonly token?: AddressLike | undefined;
  /**
   * Account on L1.
   * Allowed: an address: 0x and 40 hex digits.
   * Default: the sender's own.
   */
  readonly to?: string | undefined;
  /**
   * Account on the chain.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `send`. */
export interface SendOptions {
  /**
   * The account on any member: `0x…@beta`, `0x…@l1`.
   * Allowed: an account on a chain, such as 0x…@beta.
   */
  readonly to: ChainAddressLike;
  /**
   * The sending chain, or L1.
   * Allowed: a chain's name or id.
   */
  readonly chain: ChainName;
  /**
   * Smallest units.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   */
  readonly amount: bigint;
  /**
   * On the sending member or on L1; approved where it must be.
   * Allowed: a token's address or contract, or "ETH".
   * Default: what pays for gas there.
   */
  readonly token?: AddressLike | undefined;
  /**
   * In addition to the amount and in the same token: for the account that delivers it on another chain, or forwards it.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   * Default: 0n; over chains between what carrying it on costs.
   */
  readonly fee?: bigint | undefined;
  /**
   * Account on the sending member.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `spend`. */
export interface SpendOptions {
  /**
   * "ETH", the symbol of a chain's base token, an address on L1, or `0x…@chain`.
   * Allowed: "ETH", a base token's symbol, or a token's address.
   */
  readonly asset: string;
  /**
   * Smallest units.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   */
  readonly amount: bigint;
  /**
   * The account on any member: `0x…@beta`, `0x…@l1`.
   * Allowed: an account on a chain, such as 0x…@beta.
   */
  readonly to: ChainAddressLike;
  /**
   * The account whose assets are gathered.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `swap`. */
export interface SwapOptions {
  /**
   * A router of Uniswap v2's kind on another chain: `0x…@beta`.
   * Allowed: an account on a chain, such as 0x…@beta.
   */
  readonly at: ChainAddressLike;
  /**
   * The sending chain.
   * Allowed: a chain's name or id.
   */
  readonly chain: ChainName;
  /**
   * Smallest units.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   */
  readonly amount: bigint;
  /**
   * What is given: on the sending chain or on L1.
   * Allowed: a token's address or contract, or "ETH".
   * Default: the sending chain's base token.
   */
  readonly token?: AddressLike | undefined;
  /**
   * What it becomes: on the router's chain or on L1.
   * Allowed: a token's address or contract, or "ETH".
   * Default: the router's chain's base token.
   */
  readonly wanted?: AddressLike | undefined;
  /**
   * Tokens of the router's chain between the two.
   * Allowed: a list of tokens.
   * Default: [].
   */
  readonly via?: readonly AddressLike[] | undefined;
  /**
   * Least proceeds, in smallest units.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   * Default: the router's quote, less `slippage`.
   */
  readonly minimum?: bigint | undefined;
  /**
   * Hundredths of a percent by which the price may fall until the swap is made.
   * Allowed: a whole number from 0 to 9999, such as 50.
   * Default: 50.
   */
  readonly slippage?: number | undefined;
  /**
   * Last second of the router's chain at which it is made.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   * Default: an hour after that chain's newest block.
   */
  readonly deadline?: bigint | undefined;
  /**
   * Where the proceeds go, on any chain or L1.
   * Allowed: an account on a chain, such as 0x…@beta.
   * Default: the sender's own account.
   */
  readonly to?: ChainAddressLike | undefined;
  /**
   * Base token of the router's chain for the account that brings the order.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   * Default: 0n.
   */
  readonly reward?: bigint | undefined;
  /**
   * Gas of the swap.
   * Allowed: a bigint such as 1_000_000n.
   * Default: 2_000_000n.
   */
  readonly gasLimit?: bigint | undefined;
  /**
   * Gets what is refunded.
   * Allowed: an address: 0x and 40 hex digits.
   * Default: the sender.
   */
  readonly refundTo?: string | undefined;
  /**
   * Account on the sending chain.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `announce`. */
export interface AnnounceOptions {
  /**
   * The chain on which the token originates.
   * Allowed: a chain's name or id.
   */
  readonly chain: ChainName;
  /**
   * Its contract there.
   * Allowed: a token's address or contract, or "ETH".
   */
  readonly token: AddressLike;
  /**
   * Account on that chain.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `describe`. */
export interface DescribeOptions {
  /**
   * What `announce` gave.
   * Allowed: what announce gave: { chainId, messageHash }.
   */
  readonly announced: Pick<Announcement, "chainId" | "messageHash">;
  /**
   * The chain that learns the name.
   * Allowed: a chain's name or id.
   */
  readonly on: ChainName;
  /**
   * Account on that chain.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `call`. */
export interface CallOptions {
  /**
   * The contract: `0x…@beta`.
   * Allowed: an account on a chain, such as 0x…@beta.
   */
  readonly to: ChainAddressLike;
  /**
   * The calling member: a chain, or L1.
   * Allowed: a chain's name or id.
   */
  readonly chain: ChainName;
  /**
   * Calldata; with `asMessage` the payload of `receiveMessage`.
   * Allowed: bytes: 0x and two hex digits for each.
   */
  readonly data: string;
  /**
   * Base token of the other chain that the call gets.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   * Default: 0n.
   */
  readonly value?: bigint | undefined;
  /**
   * Base token of the other chain for the account that brings the call.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   * Default: 0n.
   */
  readonly reward?: bigint | undefined;
  /**
   * Gas of the call.
   * Allowed: a bigint such as 1_000_000n.
   * Default: 1_000_000n.
   */
  readonly gasLimit?: bigint | undefined;
  /**
   * Deliver to `receiveMessage` (ERC-7786) instead of calling from the sender's account on the other chain.
   * Allowed: true or false.
   * Default: false.
   */
  readonly asMessage?: boolean | undefined;
  /**
   * Have the sender, a contract, told the outcome.
   * Default: it is not.
   */
  readonly callback?: { readonly gasLimit: bigint; readonly reward?: bigint | undefined } | undefined;
  /**
   * Tokens that go with the call.
   * Allowed: a list of { token, amount, recipient }.
   * Default: [].
   */
  readonly tokens?: readonly { readonly token: AddressLike; readonly amount: bigint; readonly recipient: string }[] | undefined;
  /**
   * Gets what is refunded.
   * Allowed: an address: 0x and 40 hex digits.
   * Default: the sender.
   */
  readonly refundTo?: string | undefined;
  /**
   * Last second of the called member's clock at which the call is made; between chains the value is refunded after it.
   * Allowed: a bigint of smallest units, such as 10n ** 18n.
   * Default: to L1 30 days from now, between chains any time.
   */
  readonly deadline?: bigint | undefined;
  /**
   * Whether the sender's account on L1 has the value of a call there already.
   * Allowed: true or false.
   * Default: false.
   */
  readonly funded?: boolean | undefined;
  /**
   * Account on the calling member.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}

/** Options of `callTogether`. */
export interface CallTogetherOptions {
  /**
   * The member on which the called chains settle: a chain, or L1.
   * Allowed: a chain's name or id.
   */
  readonly chain: ChainName;
  /**
   * The calls, each with the `to`, `data`, `value`, `gasLimit` and `refundTo` that `call` has.
   * Allowed: a list of { to, data, value, gasLimit, refundTo }.
   */
  readonly calls: readonly {
    readonly to: ChainAddressLike;
    readonly data: string;
    readonly value?: bigint;
    readonly gasLimit?: bigint;
    readonly refundTo?: string;
  }[];
  /**
   * Account on that member.
   * Allowed: an address, or a signer that has one.
   * Default: the first account.
   */
  readonly from?: From | undefined;
}
