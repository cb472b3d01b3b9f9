import { Interface, Transaction, type TransactionLike } from "ethers";
import { ATOMIC_LINKS_CODE } from "../../../ground/abi/atomic-links-code.ts";
import { atomicLinksAbi } from "../../../ground/abi/atomic-links.ts";
import { l1MessengerAbi } from "../../../ground/abi/l1-messenger.ts";
import { fromHex, hexQuantity, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { hashL2Log, messageLog } from "../../../ground/protocol/l2-log.ts";
import type { Link } from "../../../ground/protocol/link.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { deployedContract } from "../../client/sending/deployed-contract.ts";

/** The contract for links, at one address of each chain. */
export const ATOMIC_LINKS = deployedContract(ATOMIC_LINKS_CODE);
export const linksInterface = new Interface(atomicLinksAbi);
const messenger = new Interface(l1MessengerAbi);

/** Mappings' slots: of `isConfirmed` in AtomicLinks, and of imported roots in ImportedRoots. */
const CONFIRMED = 0n;
const IMPORTED = 0n;
const TRUE = wordToHex(1n);

/** Changes of storage for a simulation. */
type Overrides = Readonly<Record<Hex, { readonly stateDiff: Readonly<Record<Hex, Hex>> }>>;

function slotOf(key: Hex, mapping: Hex): Hex {
  return keccak(fromHex(key), fromHex(mapping));
}

/** State with a confirmed receipt of a link by these chains. */
export function confirmedBy(id: Hex, chains: readonly ChainId[]): Overrides {
  const ofLink = slotOf(id, wordToHex(CONFIRMED));
  const stateDiff = Object.fromEntries(chains.map((chain) => [slotOf(wordToHex(chain), ofLink), TRUE]));
  return { [ATOMIC_LINKS.address]: { stateDiff } };
}

/** State with an imported root or fact. */
export function withImport(index: bigint, root: Hex): Overrides {
  return { [PREDEPLOYS.ImportedRoots]: { stateDiff: { [slotOf(wordToHex(index), wordToHex(IMPORTED))]: root } } };
}

/** A call, as `eth_simulateV1` takes it. */
type SimulatedCall = Readonly<Record<"from" | "to" | "data" | "value" | "gas", string>>;

/** Signed transaction with the call that it makes. */
export type SignedCall = SimulatedCall & { readonly hash: Hex };

/** Call that a signed transaction makes. Throws ethers' error for other bytes. */
export function callOf(raw: Hex): SignedCall {
  const { from, to, data, value, gasLimit, hash } = Transaction.from(raw) as TransactionLike & Transaction;
  return {
    from: (from ?? "").toLowerCase(),
    to: to ?? "",
    data,
    value: hexQuantity(value),
    gas: hexQuantity(gasLimit),
    hash: (hash ?? "0x") as Hex,
  };
}

interface SimulatedLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** Outcome of a simulated call. */
interface Simulated {
  readonly success: boolean;
  /** Data of the revert. */
  readonly reverted: Hex;
  readonly reason: string;
  readonly logs: readonly SimulatedLog[];
}

interface SimulatedAnswer {
  readonly status: string;
  readonly returnData?: string;
  readonly logs?: readonly SimulatedLog[];
  readonly error?: { readonly message: string; readonly data?: string };
}

/** Answers a request as for a stranger. */
type AnswerStranger = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** Runs a call on a chain's newest state, with changes of storage. Rejects with the chain's error. */
export async function simulate(
  answer: AnswerStranger,
  { from, to, data, value, gas }: SimulatedCall,
  overrides: Overrides = {},
): Promise<Simulated> {
  const request = { blockStateCalls: [{ stateOverrides: overrides, calls: [{ from, to, data, value, gas }] }] };
  const blocks = (await answer("eth_simulateV1", [request, "latest"])) as readonly {
    readonly calls: readonly SimulatedAnswer[];
  }[];
  const called = blocks[0]?.calls[0];
  const reverted = called?.error?.data ?? called?.returnData ?? "0x";
  return {
    success: called?.status === "0x1",
    reverted: reverted as Hex,
    reason: called?.error?.message ?? "it reverts",
    logs: called?.logs ?? [],
  };
}

/** Id in the revert of a link whose receipt is not confirmed; undefined for another revert. */
export function unconfirmedId(data: Hex): Hex | undefined {
  const error = data === "0x" ? null : linksInterface.parseError(data);
  return error?.name === "LinkUnconfirmed" ? (error.args[0] as Hex) : undefined;
}

/** Links that a call sends. */
export function linksSent(logs: readonly SimulatedLog[]): readonly Link[] {
  return logs.flatMap(({ address, topics, data }) => {
    if (address.toLowerCase() !== ATOMIC_LINKS.address) return [];
    const event = linksInterface.parseLog({ topics, data });
    if (event?.name !== "LinkSent") return [];
    const { fromChain, toChain, sender, nonce, recipient, expires, data: body } = event.args["link"] as unknown as Link;
    return [{ fromChain, toChain, sender, nonce, recipient, expires, data: body }];
  });
}

/** Leaves of a batch's log tree that has the messages of these logs alone. */
export function leavesOf(logs: readonly SimulatedLog[]): readonly Hex[] {
  return logs.flatMap(({ address, topics, data }) => {
    if (address.toLowerCase() !== PREDEPLOYS.L1Messenger) return [];
    const event = messenger.parseLog({ topics, data });
    if (event?.name !== "L1MessageSent") return [];
    const [sender, , body] = event.args as unknown as readonly [string, string, string];
    return [leafOf(sender.toLowerCase() as Hex, fromHex(body))];
  });
}

/** Leaf of a message in a log tree. */
export function leafOf(sender: Hex, body: Uint8Array): Hex {
  return hashL2Log(messageLog(sender, body));
}
