import * as v from "valibot";
import type { Announcement } from "../../../ecosystem/client/messages/announce.ts";
import type { ChainAddressLike } from "../../../ecosystem/client/ecosystem/chain-address.ts";
import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import {
  fields,
  list,
  must,
  option,
  text,
  trueOrFalse,
  wholeNumber,
  withDefault,
} from "../../../ecosystem/options/fields/values.ts";
import { HEX_BYTES } from "../../../ground/protocol/hex.ts";
import type { From, AddressLike } from "./naming/names.ts";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** A value whose TypeScript type is written elsewhere; what it names is found out when it is used. */
function typed<T>(type: string, is: (value: unknown) => boolean, wanted: string) {
  return v.pipe(v.custom<T>(is, must(wanted)), v.metadata({ wanted, type }));
}

const UNITS = "a bigint of smallest units, such as 10n ** 18n";
const units = v.pipe(v.bigint(must(UNITS)), v.minValue(0n, must(UNITS)), v.metadata({ wanted: UNITS }));
const gas = v.pipe(
  v.bigint(must("a bigint such as 1_000_000n")),
  v.minValue(1n, must("a bigint such as 1_000_000n")),
  v.metadata({ wanted: "a bigint such as 1_000_000n" }),
);
const chain = typed<ChainName>(
  "ChainName",
  (value) => isText(value) || typeof value === "number" || typeof value === "bigint",
  "a chain's name or id",
);
const place = typed<ChainAddressLike>(
  "ChainAddressLike",
  (value) => isText(value) || (isObject(value) && "chain" in value && "account" in value),
  "an account on a chain, such as 0x…@beta",
);
const token = typed<AddressLike>(
  "AddressLike",
  // A contract of ethers answers "in" for its functions alone.
  (value) => isText(value) || isObject(value),
  'a token\'s address or contract, or "ETH"',
);
const from = typed<From>(
  "From",
  (value) => isText(value) || (isObject(value) && "address" in value),
  "an address, or a signer that has one",
);
const announcement = typed<Pick<Announcement, "chainId" | "messageHash">>(
  'Pick<Announcement, "chainId" | "messageHash">',
  (value) => isObject(value) && "chainId" in value && "messageHash" in value,
  "what announce gave: { chainId, messageHash }",
);
const account = text(/^0x[0-9a-fA-F]{40}$/, "an address: 0x and 40 hex digits");
const calldata = text(HEX_BYTES, "bytes: 0x and two hex digits for each");
const described = <const S extends v.GenericSchema>(schema: S, doc: string) => v.pipe(schema, v.description(doc));

const THE_SENDER = "the first account";
const amount = described(units, "smallest units");
const sender = (where: string) => option(from, `account on ${where}`, THE_SENDER);

/** Options of the test API's requests. */
export const REQUESTS = {
  deposit: v.pipe(
    fields({
      to: option(place, "where it goes; with `chain` an address is enough", "the sender's own account"),
      chain: option(chain, "the chain that gets it", "that of `to`"),
      amount,
      token: option(token, "on L1; approved where it must be", "the chain's base token"),
      from: sender("L1"),
    }),
    v.metadata({ name: "DepositOptions" }),
  ),
  withdraw: v.pipe(
    fields({
      chain: described(chain, "the chain that it leaves"),
      amount,
      token: option(token, "on the chain or on L1", "the base token"),
      to: option(account, "account on L1", "the sender's own"),
      from: sender("the chain"),
    }),
    v.metadata({ name: "WithdrawOptions" }),
  ),
  send: v.pipe(
    fields({
      to: described(place, "the account on any member: `0x…@beta`, `0x…@l1`"),
      chain: described(chain, "the sending chain, or L1"),
      amount,
      token: option(token, "on the sending member or on L1; approved where it must be", "what pays for gas there"),
      fee: option(
        units,
        "in addition to the amount and in the same token: for the account that delivers it on another chain, or forwards it",
        "0n; over chains between what carrying it on costs",
      ),
      from: sender("the sending member"),
    }),
    v.metadata({ name: "SendOptions" }),
  ),
  spend: v.pipe(
    fields({
      asset: described(
        text(/^.+$/, "\"ETH\", a base token's symbol, or a token's address"),
        '"ETH", the symbol of a chain\'s base token, an address on L1, or `0x…@chain`',
      ),
      amount,
      to: described(place, "the account on any member: `0x…@beta`, `0x…@l1`"),
      from: option(from, "the account whose assets are gathered", THE_SENDER),
    }),
    v.metadata({ name: "SpendOptions" }),
  ),
  swap: v.pipe(
    fields({
      at: described(place, "a router of Uniswap v2's kind on another chain: `0x…@beta`"),
      chain: described(chain, "the sending chain"),
      amount,
      token: option(token, "what is given: on the sending chain or on L1", "the sending chain's base token"),
      wanted: option(token, "what it becomes: on the router's chain or on L1", "the router's chain's base token"),
      via: withDefault(list(token, "a list of tokens"), "tokens of the router's chain between the two", []),
      minimum: option(units, "least proceeds, in smallest units", "the router's quote, less `slippage`"),
      slippage: option(
        wholeNumber(0, 9_999, 50),
        "hundredths of a percent by which the price may fall until the swap is made",
        "50",
      ),
      deadline: option(units, "last second of the router's chain at which it is made", "an hour after that chain's newest block"),
      to: option(place, "where the proceeds go, on any chain or L1", "the sender's own account"),
      reward: option(units, "base token of the router's chain for the account that brings the order", "0n"),
      gasLimit: option(gas, "gas of the swap", "2_000_000n"),
      refundTo: option(account, "gets what is refunded", "the sender"),
      from: sender("the sending chain"),
    }),
    v.metadata({ name: "SwapOptions" }),
  ),
  announce: v.pipe(
    fields({
      chain: described(chain, "the chain on which the token originates"),
      token: described(token, "its contract there"),
      from: sender("that chain"),
    }),
    v.metadata({ name: "AnnounceOptions" }),
  ),
  describe: v.pipe(
    fields({
      announced: described(announcement, "what `announce` gave"),
      on: described(chain, "the chain that learns the name"),
      from: sender("that chain"),
    }),
    v.metadata({ name: "DescribeOptions" }),
  ),
  call: v.pipe(
    fields({
      to: described(place, "the contract: `0x…@beta`"),
      chain: described(chain, "the calling member: a chain, or L1"),
      data: described(calldata, "calldata; with `asMessage` the payload of `receiveMessage`"),
      value: option(units, "base token of the other chain that the call gets", "0n"),
      reward: option(units, "base token of the other chain for the account that brings the call", "0n"),
      gasLimit: option(gas, "gas of the call", "1_000_000n"),
      asMessage: withDefault(
        trueOrFalse,
        "deliver to `receiveMessage` (ERC-7786) instead of calling from the sender's account on the other chain",
        false,
      ),
      callback: option(
        v.pipe(
          fields({ gasLimit: gas, reward: option(units, "of the delivery of the outcome", "0n") }),
          v.metadata({ type: "{ readonly gasLimit: bigint; readonly reward?: bigint | undefined }" }),
        ),
        "have the sender, a contract, told the outcome",
        "it is not",
      ),
      tokens: withDefault(
        list(fields({ token, amount: units, recipient: account }), "a list of { token, amount, recipient }"),
        "tokens that go with the call",
        [],
      ),
      refundTo: option(account, "gets what is refunded", "the sender"),
      deadline: option(
        units,
        "last second of the called member's clock at which the call is made; between chains the value is refunded after it",
        "to L1 30 days from now, between chains any time",
      ),
      funded: withDefault(trueOrFalse, "whether the sender's account on L1 has the value of a call there already", false),
      from: sender("the calling member"),
    }),
    v.metadata({ name: "CallOptions" }),
  ),
  callTogether: v.pipe(
    fields({
      chain: described(chain, "the member on which the called chains settle: a chain, or L1"),
      calls: described(
        list(
          fields({
            to: place,
            data: calldata,
            value: option(units, "base token of its chain that the call gets", "0n"),
            gasLimit: option(gas, "gas of the call", "1_000_000n"),
            refundTo: option(account, "gets what is refunded on its chain", "the sender"),
          }),
          "a list of { to, data, value, gasLimit, refundTo }",
        ),
        "the calls, each with the `to`, `data`, `value`, `gasLimit` and `refundTo` that `call` has",
      ),
      from: sender("that member"),
    }),
    v.metadata({ name: "CallTogetherOptions" }),
  ),
} as const;
