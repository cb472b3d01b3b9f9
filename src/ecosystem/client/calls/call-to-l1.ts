import { hexlify, randomBytes, type Provider, type Signer } from "ethers";
import { keccak, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { encodeL1Call, type L1Call } from "../../../ground/protocol/l1-call.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { accountsAlong, chainAccountsContract } from "./chain-accounts.ts";
import { formatChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { messenger } from "../sending/contract-interfaces.ts";
import type { DirectCall, SentCall } from "./direct-call.ts";
import type { ChainName, Ecosystem, EcosystemChain } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { senderOn, submit } from "../sending/submit.ts";
import { ETHER } from "../tokens/token.ts";
import { withdraw } from "../messages/withdraw.ts";

/** Default gas of a call on L1, equal to the default for a call from another chain. */
const GAS = 1_000_000n;
/** Default period in which a call can be made. It is longer than chains take to settle. */
const DEFAULT_SECONDS = 30n * 86_400n;
/** Maximum gas of sending a message: a byte burns 100 and its log costs 8; the leaf costs some 100,000. */
const SENDING_GAS = { fixed: 300_000n, ofByte: 120n } as const;

/** A call that a chain's sender wants made on L1. */
interface CallToL1 extends DirectCall {
  readonly chain: ChainName;
  /** The last second of L1's clock at which it is made. */
  readonly deadline: bigint | undefined;
  /** Whether the sender's account on L1 has the value already. */
  readonly funded: boolean;
}

/** A message with which a sender on a chain of a way has the next step made on what the chain settles on. */
interface Step {
  readonly chain: EcosystemChain;
  readonly sender: Hex;
  readonly body: Uint8Array;
}

/**
 * Calls a contract on L1 from the account there of a sender on a chain, after L1 has executed the batch and
 * any account delivers the call (`executeL1Call`). A value is withdrawn to that account first, in a separate
 * transaction. Over intermediate chains, each call but the last makes the sender's account there send the
 * next one, so one signature suffices. Throws ClientError.
 */
export async function callToL1(
  all: Ecosystem,
  way: readonly EcosystemChain[],
  call: CallToL1,
  signer: Signer,
): Promise<SentCall> {
  const [chain] = way;
  if (chain === undefined) throw new TypeError("a way to L1 begins at a chain");
  const sender = await senderOn(signer, chain);
  const accounts = accountsAlong(all, way, sender.address);
  const account = accounts.at(-1) ?? sender.address;
  const isBrought = call.value > 0n && !call.funded;
  if (isBrought && way.length > 1) throw unpaid(all, call, account);
  const deadline = call.deadline ?? (await currentSecond(sender.provider)) + DEFAULT_SECONDS;
  const steps = stepsAlong(all, way, accounts, { ...call, deadline });
  const brought = { chain: chain.chainId, amount: call.value, token: ETHER, to: account };
  const withdrawal = isBrought ? (await withdraw(all, brought, signer)).messageHash : undefined;
  const [first, ...others] = steps.map(({ body, ...step }) => ({ ...step, body, messageHash: keccak(body) }));
  if (first === undefined) throw new TypeError("a way has a step for each of its chains");
  const { hash } = await submit(sender, { to: PREDEPLOYS.L1Messenger, data: sending(first.body) });
  const onward = others.map(({ chain: { chainId }, sender: from, messageHash }) => ({
    chain: chainId,
    sender: from,
    messageHash,
  }));
  return {
    type: "l1Call",
    messageHash: first.messageHash,
    transactionHash: hash as Hex,
    sender: sender.address,
    sourceChainId: chain.chainId,
    destinationChainId: call.to.chainId,
    expiresAt: Number(deadline),
    ...(withdrawal === undefined ? {} : { withdrawal }),
    ...(onward.length === 0 ? {} : { onward }),
  };
}

/** The messages of a way, in its order: each but the last holds the next. */
function stepsAlong(
  all: Ecosystem,
  way: readonly EcosystemChain[],
  accounts: readonly Hex[],
  call: CallToL1 & { readonly deadline: bigint },
): readonly Step[] {
  const { to, data, value, gasLimit = GAS, deadline: lastSecond } = call;
  const steps: Step[] = [];
  let wanted: Pick<L1Call, "to" | "data" | "value" | "gasLimit"> = { to: to.account, data, value, gasLimit };
  for (const [place, chain] of [...way.entries()].toReversed()) {
    const { l1 } = ecosystemOf(all, chain);
    const layer = { l1ChainId: BigInt(l1.chainId), accounts: chainAccountsContract(l1.contracts.factory).address };
    const body = encodeL1Call({ ...layer, ...wanted, nonce: BigInt(hexlify(randomBytes(16))), lastSecond });
    steps.unshift({ chain, sender: accounts[place] ?? accountMissing(), body });
    const gas = SENDING_GAS.fixed + SENDING_GAS.ofByte * BigInt(body.length);
    wanted = { to: PREDEPLOYS.L1Messenger, data: sending(body), value: 0n, gasLimit: gas };
  }
  return steps;
}

function sending(body: Uint8Array): Hex {
  return messenger.encodeFunctionData("sendToL1", [toHex(body)]) as Hex;
}

function accountMissing(): never {
  throw new TypeError("a sender has an account on each layer of a way");
}

function unpaid(all: Ecosystem, { to, value }: CallToL1, account: Hex): ClientError {
  const place = formatChainAddress(all, { chainId: to.chainId, account });
  const message =
    `a call over chains between brings no value: send ${value} wei to ${place}, the sender's account there, ` +
    'and call with "funded" (--funded) then';
  return new ClientError("NotOnRoute", message, { option: "value", route: "withdrawal", account });
}

async function currentSecond(provider: Provider): Promise<bigint> {
  return BigInt((await provider.getBlock("pending"))?.timestamp ?? 0);
}
