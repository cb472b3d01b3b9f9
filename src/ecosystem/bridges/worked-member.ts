import type { AccessList } from "ethers";
import { refusalOf } from "../client/sending/submit.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { OwnAccount, RoundOver, type OwnAccountDependencies, type SendingRound } from "../relayer/own-account.ts";
import type { BridgeMember } from "./bridge-member.ts";
import { MemberLogs, type ReadContracts } from "./member-logs.ts";

/** A transaction of a bridge's key. */
export interface WorkerTransaction {
  readonly to: Hex;
  readonly data: Hex;
  readonly value: bigint;
  readonly gas: bigint;
  /** Slots that it reads as if it had read them before. */
  readonly accessList?: AccessList;
}

/** A member, as a bridge's worker reads it and sends to it. */
export interface WorkedMember {
  readonly member: BridgeMember;
  readonly logs: MemberLogs;
  readonly account: OwnAccount;
  /** The look under way: once it has been given up, nothing more is sent for it. */
  look: { isOver: boolean };
}

export function workedMember(member: BridgeMember, reads: ReadContracts): WorkedMember {
  const { wallet: signer, provider } = member;
  const undisturbed: OwnAccountDependencies["undisturbed"] = () => {
    const { look } = worked;
    return (send) => (look.isOver ? Promise.reject(new RoundOver("RoundOver", `${member.name} did not answer in time`)) : send());
  };
  const account = new OwnAccount({ signer, provider, undisturbed });
  const worked: WorkedMember = { member, logs: new MemberLogs(member, reads), account, look: { isOver: false } };
  return worked;
}

/** What is sent by a look that begins. */
export function beginLook(worked: WorkedMember): SendingRound {
  worked.look = { isOver: false };
  return worked.account.beginRound();
}

/** One transaction at a time: what follows depends on what it changes. */
export async function isFree(account: OwnAccount): Promise<boolean> {
  if (account.waiting > 0) await account.look();
  return account.waiting === 0;
}

/** What a transaction would return now. Rejects as the provider does. */
export function callFrom({ provider, wallet }: BridgeMember, { gas: gasLimit, ...call }: WorkerTransaction): Promise<string> {
  return provider.call({ ...call, gasLimit, from: wallet.address });
}

/** Of what a contract reverts with, 4,096 bytes are kept: a receiver returns as much as its gas buys. */
const MOST_REVERT_DIGITS = 2 * 4_096;
/** What a stranger's contract gets to answer a question beside its message. */
export const QUESTION_GAS = 1_000_000n;

/** What a transaction would be refused with now; undefined where it would not. Rejects where no contract refuses it. */
export async function refusalFrom(member: BridgeMember, transaction: WorkerTransaction): Promise<Hex | undefined> {
  try {
    await callFrom(member, transaction);
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal.data.slice(0, 2 + MOST_REVERT_DIGITS) as Hex;
  }
}

/** As `refusalFrom`, and empty where its gas is not enough. */
export async function revertFrom(member: BridgeMember, transaction: WorkerTransaction): Promise<Hex | undefined> {
  try {
    return await refusalFrom(member, transaction);
  } catch (error) {
    if (isOutOfGas(error)) return "0x";
    throw error;
  }
}

/** What a stranger's contract answers beside its message; undefined where it refuses, or takes too much gas. */
export async function strangersAnswer(
  provider: BridgeMember["provider"],
  call: { readonly to: string; readonly data: string; readonly from?: string },
): Promise<string | undefined> {
  try {
    return await provider.call({ ...call, gasLimit: QUESTION_GAS });
  } catch (error) {
    if (refusalOf(error) === undefined && !isOutOfGas(error)) throw error;
    return undefined;
  }
}

/** The same of a contract that answers with one word; undefined for any other answer. */
export async function strangersWord(
  provider: BridgeMember["provider"],
  call: { readonly to: string; readonly data: string },
): Promise<bigint | undefined> {
  const answer = await strangersAnswer(provider, call);
  return answer !== undefined && /^0x[0-9a-f]{64}$/i.test(answer) ? BigInt(answer) : undefined;
}

/** Whether a node did not say that a contract refuses, but that its gas was not enough, perhaps not even for its bytes. */
function isOutOfGas(error: unknown): boolean {
  return /out of gas|intrinsic.?gas|requires at least \d+ gas/i.test(String(error));
}
