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
  /** The current look; after it has ended, nothing is sent for it. */
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

/** Starts a look's round of transactions. */
export function beginLook(worked: WorkedMember): SendingRound {
  worked.look = { isOver: false };
  return worked.account.beginRound();
}

/** One transaction at a time: what follows depends on what it changes. */
export async function isFree(account: OwnAccount): Promise<boolean> {
  if (account.waiting > 0) await account.look();
  return account.waiting === 0;
}

/** Simulates a transaction, and returns its result. Rejects like the provider. */
export function callFrom({ provider, wallet }: BridgeMember, { gas: gasLimit, ...call }: WorkerTransaction): Promise<string> {
  return provider.call({ ...call, gasLimit, from: wallet.address });
}

/** Maximum stored revert data, 4,096 bytes: a receiver returns as much as its gas buys. */
const MOST_REVERT_DIGITS = 2 * 4_096;
/** Gas of an external contract for an answer, in addition to its message. */
export const QUESTION_GAS = 1_000_000n;

/** Revert data of a simulated transaction; `undefined` if it succeeds. Rejects if no contract refuses it. */
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

/** Revert data like that of `refusalFrom`, and empty if its gas does not suffice. */
export async function revertFrom(member: BridgeMember, transaction: WorkerTransaction): Promise<Hex | undefined> {
  try {
    return await refusalFrom(member, transaction);
  } catch (error) {
    if (isOutOfGas(error)) return "0x";
    throw error;
  }
}

/** Answer of an external contract in a simulation; `undefined` if it refuses, or takes too much gas. */
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

/** Answer of an external contract that returns one word; `undefined` for any other answer. */
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
