import { AbiCoder, type TransactionDescription } from "ethers";
import { assetRouter, baseToken, factory } from "../../../client/sending/contract-interfaces.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import { bytesLiteral, quoted, type Known } from "./as-test-literals.ts";
import type { PastTransaction } from "./as-test-past.ts";

/**
 * Addresses for a copied action: L1's contracts and the members are those of the running ecosystem, and have others in
 * the test.
 */
interface ActPlaces {
  readonly l1: { readonly chainId: number; readonly factory: Hex };
  /** Name of a member as the test API knows it; undefined for no member. */
  readonly nameOf: (chainId: number) => string | undefined;
  /** Constant of the account that acts. */
  readonly from: string;
  /** Names of addresses on a member. */
  readonly namesOn: (chainId: number) => Known;
}

/**
 * A deposit, a send, a withdrawal or a call from L1 in the form of the test API: an expression of a message. `undefined`
 * for any other transaction, which is sent unchanged.
 */
export function actOf({ chainId, to, input, value }: PastTransaction, places: ActPlaces): string | undefined {
  const address = to?.toLowerCase();
  if (chainId === places.l1.chainId && address === places.l1.factory.toLowerCase())
    return requestOf(parsed(factory, input, value), places);
  const chain = places.nameOf(chainId);
  if (chain === undefined) return undefined;
  if (address === PREDEPLOYS.L2BaseToken) {
    const call = parsed(baseToken, input, value);
    return call?.name === "withdraw" && call.args.length === 1
      ? act("withdraw", { chain: quoted(chain), to: quoted(String(call.args[0])), amount: `${value}n`, from: places.from })
      : undefined;
  }
  return address === PREDEPLOYS.L2AssetRouter
    ? routed(parsed(assetRouter, input, value), { chainId, chain, value }, places)
    : undefined;
}

type Parsed = TransactionDescription | undefined;

function parsed(of: typeof factory, data: Hex, value: bigint): Parsed {
  try {
    return of.parseTransaction({ data, value }) ?? undefined;
  } catch {
    // Data that no encoder wrote are sent unchanged.
    return undefined;
  }
}

interface Requested {
  readonly chainId: bigint;
  readonly l2Contract: string;
  readonly l2Value: bigint;
  readonly l2Calldata: Hex;
  readonly secondBridgeCalldata: Hex;
}

/** Request that L1 puts into a chain's queue. */
function requestOf(call: Parsed, { l1, nameOf, namesOn, from }: ActPlaces): string | undefined {
  if (call === undefined) return undefined;
  const requested = call.args.at(-1) as Requested;
  if (/^requestL2TransactionDirect(To)?$/.test(call.name)) {
    const { chainId, l2Contract, l2Value, l2Calldata } = requested;
    const chain = nameOf(Number(chainId));
    if (chain === undefined) return undefined;
    const there = namesOn(Number(chainId));
    const to = placed(l2Contract, chain, there);
    if (l2Calldata === "0x") return l2Value === 0n ? undefined : act("deposit", { to, amount: `${l2Value}n`, from });
    const data = bytesLiteral(l2Calldata, there);
    return act("call", { chain: quoted("l1"), to, data, ...(l2Value === 0n ? {} : { value: `${l2Value}n` }), from });
  }
  if (!/^requestL2TransactionTwoBridges(To)?$/.test(call.name)) return undefined;
  const chain = nameOf(Number(requested.chainId));
  const deposited = depositIn(requested.secondBridgeCalldata);
  if (chain === undefined || deposited === undefined) return undefined;
  const { token, amount, recipient } = deposited;
  const onL1 = namesOn(l1.chainId).contract(token.toLowerCase()) ?? quoted(token);
  return act("deposit", {
    to: placed(recipient, chain, namesOn(Number(requested.chainId))),
    amount: `${amount}n`,
    token: onL1,
    from,
  });
}

function depositIn(data: Hex): { readonly token: string; readonly amount: bigint; readonly recipient: string } | undefined {
  try {
    const [token, amount, recipient] = AbiCoder.defaultAbiCoder().decode(["address", "uint256", "address"], data);
    return { token: String(token), amount: BigInt(String(amount)), recipient: String(recipient) };
  } catch {
    // Another bridge's.
    return undefined;
  }
}

/** Call that a chain's router forwards. */
function routed(
  call: Parsed,
  { chainId, chain, value }: { readonly chainId: number; readonly chain: string; readonly value: bigint },
  { nameOf, namesOn, from }: ActPlaces,
): string | undefined {
  if (call?.signature === "withdraw(address,address,uint256)") {
    const [recipient, token, amount] = call.args as unknown as [string, string, bigint];
    return act("withdraw", {
      chain: quoted(chain),
      to: quoted(recipient),
      amount: `${amount}n`,
      ...tokenOf(token, namesOn(chainId)),
      from,
    });
  }
  if (call?.name !== "sendToChain") return undefined;
  const [destination, token, amount, recipient] = call.args as unknown as [bigint, string, bigint, string];
  const there = nameOf(Number(destination));
  if (there === undefined || (value !== 0n && value !== amount)) return undefined;
  const to = placed(recipient, there, namesOn(Number(destination)));
  return act("send", { chain: quoted(chain), to, amount: `${amount}n`, ...tokenOf(token, namesOn(chainId)), from });
}

/** Nothing for the chain's coin, which is what is sent where no token is named. */
export function tokenOf(token: string, { contract }: Known): Readonly<Record<string, string>> {
  const address = token.toLowerCase();
  return address === PREDEPLOYS.L2BaseToken ? {} : { token: contract(address) ?? quoted(token) };
}

/** An account on a chain, or the contract that has its address in the test. */
export function placed(account: string, chain: string, { contract, library }: Known): string {
  const variable = contract(account.toLowerCase());
  return variable === undefined ? quoted(`${account}@${chain}`) : `\`\${${library.address(variable)}}@${chain}\``;
}

function act(name: string, fields: Readonly<Record<string, string>>): string {
  const texts = Object.entries(fields).map(([field, text]) => `${field}: ${text}`);
  return `hyperchains.${name}({ ${texts.join(", ")} })`;
}
