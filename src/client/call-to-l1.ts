import { hexlify, randomBytes } from "ethers";
import type { Provider, Signer } from "ethers";
import { keccak, toHex } from "../protocol/hex.ts";
import type { Hex } from "../protocol/hex.ts";
import { encodeL1Call } from "../protocol/l1-call.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { chainAccountsContract, l1AccountOf } from "./chain-accounts.ts";
import { messenger } from "./contract-interfaces.ts";
import type { DirectCall, SentCall } from "./direct-call.ts";
import { findChain } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";
import { senderOn, submit } from "./submit.ts";
import { ETHER } from "./token.ts";
import { withdraw } from "./withdraw.ts";

/** Of a call on L1, where the caller names none; as of one that comes from another chain. */
const GAS = 1_000_000n;
/** Of the time in which a call can be made, where the caller names no deadline: longer than chains take to settle. */
const DEFAULT_SECONDS = 30n * 86_400n;

/** A call that a chain's sender wants made on L1. */
export interface CallToL1 extends DirectCall {
  readonly from: ChainName;
  /** The last second of L1's clock at which it is made. */
  readonly deadline: bigint | undefined;
  /** Whether the sender's account on L1 has the value already. */
  readonly funded: boolean;
}

/**
 * Has a contract on L1 called by a sender on a chain, from the sender's account there, once its batch is executed and any account
 * brings it (`executeL1Call`). A value is withdrawn to that account first, by a transaction of its own. Throws ClientError.
 */
export async function callToL1(ecosystem: Ecosystem, call: CallToL1, signer: Signer): Promise<SentCall> {
  const chain = findChain(ecosystem, call.from);
  const sender = await senderOn(signer, chain);
  const { to, data, value, gasLimit = GAS, deadline, funded } = call;
  const lastSecond = deadline ?? (await currentSecond(sender.provider)) + DEFAULT_SECONDS;
  const place = {
    l1ChainId: BigInt(ecosystem.l1.chainId),
    accounts: chainAccountsContract(ecosystem.l1.contracts.factory).address,
  };
  const nonce = BigInt(hexlify(randomBytes(16)));
  const body = encodeL1Call({ ...place, nonce, lastSecond, gasLimit, value, to: to.account, data });
  const account = l1AccountOf(ecosystem, { chain: chain.chainId, sender: sender.address });
  const isBrought = value > 0n && !funded;
  const brought = { chain: chain.chainId, amount: value, token: ETHER, to: account };
  const withdrawal = isBrought ? (await withdraw(ecosystem, brought, signer)).messageHash : undefined;
  const message = messenger.encodeFunctionData("sendToL1", [toHex(body)]);
  const { hash } = await submit(sender, { to: PREDEPLOYS.L1Messenger, data: message });
  return {
    ...{ type: "l1Call", messageHash: keccak(body), transactionHash: hash as Hex, sender: sender.address },
    ...{ sourceChainId: chain.chainId, destinationChainId: to.chainId, expiresAt: Number(lastSecond) },
    ...(withdrawal === undefined ? {} : { withdrawal }),
  };
}

async function currentSecond(provider: Provider): Promise<bigint> {
  return BigInt((await provider.getBlock("pending"))?.timestamp ?? 0);
}
