import type { JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ask, type MemberClient } from "./member-client.ts";
import { ClientError } from "./client-error.ts";
import type { Ecosystem, EcosystemChain } from "./ecosystem.ts";
import { waitUntil, type WaitOptions } from "./wait-until.ts";

/** An ecosystem that runs, as `hyperchain_info` of any of its members tells it. */
export interface RunningEcosystem extends Ecosystem {
  readonly name: string;
  readonly l1: Ecosystem["l1"] & { readonly url: string; readonly hasSingletons: boolean };
  readonly chains: readonly (EcosystemChain & { readonly url: string })[];
  /** Well-known contracts at their public addresses, for `viemChain`. */
  readonly singletons: { readonly multicall3?: Hex };
}

/** Progress of a message. */
export interface MessageStanding {
  readonly messageHash: Hex;
  readonly type: string;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  /** Done, in order. */
  readonly steps: readonly { readonly step: string; readonly chainId: number; readonly transactionHash: Hex }[];
  /** Next step; absent if every step is done. */
  readonly waitingFor?: string;
  /** Why its delivery was refused last. */
  readonly refusal?: string;
  /** Failure of its calls where they arrived, which its steps do not show; absent if there is none. */
  readonly failed?: { readonly because: string; readonly why: string; readonly goesBack: boolean };
  /** Action that any account can take now and that the message waits for. */
  readonly ready?: { readonly action: string; readonly command: string };
}

/** Loads the ecosystem's members, URLs and contracts. Rejects with the member's error. */
export async function loadEcosystem(member: MemberClient): Promise<RunningEcosystem> {
  return (await ask(member, "hyperchain_info", [])) as RunningEcosystem;
}

/**
 * Progress of a message, by its hash or that of the transaction that sent it; undefined for an unknown hash.
 * Chains can send messages with equal hashes: `source` selects the sending chain, by default any.
 */
export async function messageStatus(member: MemberClient, hash: Hex, source?: number): Promise<MessageStanding | undefined> {
  const params = source === undefined ? [hash] : [hash, source];
  return ((await ask(member, "hyperchain_message", params)) as MessageStanding | null) ?? undefined;
}

/** A transaction that touched an account on a chain. */
export interface WalletTransaction {
  readonly chainId: number;
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  /** Seconds. */
  readonly timestamp: number;
  readonly from: Hex;
  /** Null where it created a contract. */
  readonly to: Hex | null;
  /** Wei, decimal. */
  readonly value: string;
  readonly succeeded: boolean;
}

/** A page of what touched an account on all chains, the newest first. */
export interface WalletHistory {
  readonly transactions: readonly WalletTransaction[];
  /** Give it back as `before` for what is older; absent where there is nothing older. By chain ids. */
  readonly next?: Readonly<Record<string, number>>;
}

/**
 * Entries of an account on all chains, merged by time (`hyperchain_history`). Rejects with the member's
 * error.
 */
export async function walletHistory(
  member: MemberClient,
  account: Hex,
  { before, count }: { readonly before?: WalletHistory["next"]; readonly count?: number } = {},
): Promise<WalletHistory> {
  return (await ask(member, "hyperchain_history", [account, before ?? null, count ?? null])) as WalletHistory;
}

/**
 * The calls of a message on both chains, and why one failed, as `hyperchain_traceMessage` tells them; undefined for a hash
 * that names none.
 */
export async function messageTrace(member: MemberClient, hash: Hex): Promise<unknown> {
  return (await ask(member, "hyperchain_traceMessage", [hash])) ?? undefined;
}

/** Consecutive answers without a message after which it counts as reverted; a reorg or a restart takes fewer. */
const MOST_ABSENCES = 10;

/**
 * Resolves when a message has done a step, such as "executed". Rejects with ClientError: Failed if its delivery is refused, or if
 * the ecosystem has reverted it, and TimedOut if it takes too long, each with what it waits for.
 */
export async function waitForStep(
  member: MemberClient,
  hash: Hex,
  step: JourneyStep,
  options: WaitOptions = {},
): Promise<MessageStanding> {
  let message: MessageStanding | undefined;
  let absences = 0;
  const look = async (): Promise<MessageStanding | undefined> => {
    const found = await messageStatus(member, hash);
    absences = found === undefined ? absences + 1 : 0;
    if (found === undefined && message !== undefined && absences >= MOST_ABSENCES)
      throw new ClientError(
        "Failed",
        `message ${hash} no longer exists: the ecosystem was reverted to a state before it; send it again`,
        {
          message,
        },
      );
    message = found ?? message;
    if (message?.steps.some((done) => done.step === step) === true) return message;
    if (message?.refusal === undefined) return undefined;
    throw new ClientError("Failed", `message ${hash} cannot be delivered: ${message.refusal}`, { message });
  };
  const late = (timeoutMs: number): ClientError => {
    const standing =
      message === undefined
        ? "no member knows it: is this the hash of a message?"
        : `it waits until ${message.waitingFor ?? "its chain tells more"}`;
    return new ClientError("TimedOut", `message ${hash} did not reach "${step}" within ${timeoutMs} ms; ${standing}`, {
      message,
    });
  };
  return waitUntil(look, late, options);
}

/**
 * Resolves when a message has arrived and its calls have succeeded. Throws ClientError: Failed with `details.failed` if they
 * failed, Failed if its delivery is refused, TimedOut.
 */
export async function waitForMessage(client: MemberClient, hash: Hex, options: WaitOptions = {}): Promise<MessageStanding> {
  const message = await waitForStep(client, hash, "executed", options);
  const { failed } = message;
  if (failed !== undefined) throw new ClientError("Failed", failed.why, { message, failed });
  return message;
}
