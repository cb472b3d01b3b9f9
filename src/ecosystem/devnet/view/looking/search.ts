import { hexQuantity, type Hex } from "../../../../ground/protocol/hex.ts";
import type { MessageInfo } from "../books/ecosystem-info.ts";
import type { Members } from "../books/named-member.ts";
import type { AskMember } from "../feed/step-times.ts";

/** Something that a text names; element of `hyperchain_search`. `chainId` may be L1's. */
export type Found =
  | { readonly type: "chain"; readonly chainId: number }
  | { readonly type: "address"; readonly address: Hex }
  | { readonly type: "block"; readonly chainId: number; readonly number: number }
  | { readonly type: "batch"; readonly chainId: number; readonly number: number }
  | { readonly type: "transaction"; readonly chainId: number; readonly transactionHash: Hex }
  | { readonly type: "message"; readonly sourceChainId: number; readonly messageHash: Hex };

/** A block or a batch of one member: `271/5`, `alpha/5`, and as the page's links name them, `alpha/batch/5`. */
const NUMBERED = /^(?:([^/]+)\/)?(?:(block|batch)\/)?(\d{1,15})$/;

/**
 * Chains, addresses, blocks, batches, transactions and messages that a text names: a chain's name or id, an address, a number,
 * also of one member (`271/5`), or a hash. Rejects with a member's error.
 */
export async function findEverywhere(
  text: string,
  ecosystem: Members & { messages(): Promise<readonly MessageInfo[]> },
  ask: AskMember,
): Promise<readonly Found[]> {
  const { l1, chains } = ecosystem.info();
  const all = [l1, ...chains];
  const members = all.map(({ chainId }) => chainId);
  const found: Found[] = chains
    .filter(({ name, chainId }) => name === text || String(chainId) === text)
    .map(({ chainId }) => ({ type: "chain", chainId }));
  const hex = text.toLowerCase() as Hex;
  if (/^0x[0-9a-f]{40}$/.test(hex)) found.push({ type: "address", address: hex });
  const [, of, kind, digits] = NUMBERED.exec(text) ?? [];
  if (digits !== undefined) {
    const isAsked = ({ name, chainId }: (typeof all)[number]): boolean =>
      of === undefined || name === of || String(chainId) === of;
    const asked = { number: Number(digits), kind, members: all.filter(isAsked), chains: chains.filter(isAsked) };
    found.push(...(await numbered(asked, ask)));
  }
  if (!/^0x[0-9a-f]{64}$/.test(hex)) return found;
  const sources = (await ecosystem.messages()).filter(({ messageHash }) => messageHash === hex);
  for (const sourceChainId of new Set(sources.map((message) => message.sourceChainId)))
    found.push({ type: "message", sourceChainId, messageHash: hex });
  const answers = await Promise.all(
    members.map((chainId) =>
      Promise.all([
        ask(chainId, "eth_getTransactionByHash", [hex]),
        ask(chainId, "eth_getBlockByHash", [hex, false]) as Promise<{ readonly number: string } | null>,
      ]),
    ),
  );
  for (const [i, chainId] of members.entries()) {
    const [transaction, block] = answers[i] ?? [null, null];
    if (transaction !== null) found.push({ type: "transaction", chainId, transactionHash: hex });
    if (block !== null) found.push({ type: "block", chainId, number: Number(block.number) });
  }
  return found;
}

interface Numbered {
  readonly number: number;
  /** Both kinds where it is absent. */
  readonly kind: string | undefined;
  readonly members: readonly { readonly chainId: number }[];
  readonly chains: readonly { readonly chainId: number }[];
}

/** Blocks of members and batches of chains with a number. */
async function numbered({ number, kind, members, chains }: Numbered, ask: AskMember): Promise<readonly Found[]> {
  const [blocks, batches] = await Promise.all([
    Promise.all(members.map(({ chainId }) => ask(chainId, "eth_getBlockByNumber", [hexQuantity(number), false]))),
    Promise.all(chains.map(({ chainId }) => ask(chainId, "zks_getL1BatchDetails", [number]))),
  ]);
  const found: Found[] = [];
  for (const [i, { chainId }] of members.entries())
    if (kind !== "batch" && blocks[i] !== null) found.push({ type: "block", chainId, number });
  for (const [i, { chainId }] of chains.entries())
    if (kind !== "block" && batches[i] !== null) found.push({ type: "batch", chainId, number });
  return found;
}
