import type { ActivityTransaction } from "../../../../ecosystem/devnet/view/feed/activity.ts";
import type { Description } from "../../../../ecosystem/devnet/view/books/describe.ts";
import type { DeploymentsPage } from "../../../../ecosystem/devnet/view/transactions/deployments.ts";
import { accountAddresses, protocolAddresses, shownContracts } from "../../../../ecosystem/devnet/view/feed/address-names.ts";
import type { Session } from "../session/session.ts";

/** Names of addresses in the terminal, as on the page. */
export interface TerminalNames {
  /** Name on a member, or the address itself. */
  of(chainId: number, address: string): string;
  /**
   * Replaces addresses in a call or an event by names, and folds long data. Quoted text, which may come from
   * any account, remains unchanged.
   */
  within(chainId: number, text: string): string;
}

/** A text in quotes, to its end or to where it was cut off. */
const QUOTED = /("(?:[^"\\]|\\.)*(?:"|$))/s;
/** An address, and nothing longer. */
const ADDRESS = /\b0x[0-9a-fA-F]{40}\b/g;
/**
 * Hexadecimal data that is longer than a word, and the number of its characters that are shown at each end.
 */
const LONG_DATA = /0x[0-9a-fA-F]{65,}/g;
const SHOWN = 8;
/** Contracts whose names are known before a transaction shows them. */
const MAX_DEPLOYMENTS = 200;
/** Things of one question to `hyperchain_describe`. */
const MOST_DESCRIBED = 100;

export class KnownNames implements TerminalNames {
  readonly #everywhere = new Map<string, string>();
  /** The project's contracts, by member and address. */
  readonly #contracts = new Map<string, string>();

  constructor(info: Session["info"], accounts: readonly string[]) {
    this.learn(info);
    for (const [address, name] of accountAddresses(info, accounts)) this.#everywhere.set(address, name);
  }

  /** Learns the addresses of added chains. */
  learn(info: Session["info"]): void {
    for (const [address, name] of protocolAddresses(info))
      if (!this.#everywhere.has(address)) this.#everywhere.set(address, name);
  }

  /** Learns the contracts that a transaction shows. */
  take(chainId: number, transaction: ActivityTransaction): void {
    for (const [address, name] of shownContracts(transaction)) this.name(chainId, address, name);
  }

  name(chainId: number, address: string, name: string): void {
    this.#contracts.set(`${chainId} ${address.toLowerCase()}`, name);
  }

  of(chainId: number, address: string): string {
    const key = address.toLowerCase();
    return this.#everywhere.get(key) ?? this.#contracts.get(`${chainId} ${key}`) ?? address;
  }

  within(chainId: number, text: string): string {
    return text
      .split(QUOTED)
      .map((piece, i) => (i % 2 === 0 ? folded(piece).replace(ADDRESS, (address) => this.of(chainId, address)) : piece))
      .join("");
  }
}

function folded(text: string): string {
  return text.replace(LONG_DATA, (data) => `${data.slice(0, "0x".length + SHOWN)}…${data.slice(-SHOWN)}`);
}

/** The names of an ecosystem's own addresses, of its accounts, and of the project's newest contracts. */
export async function knownNames({ info, request }: Session): Promise<KnownNames> {
  // A member that unlocks no accounts may refuse the question: its accounts have no numbers then.
  const accounts = await request("eth_accounts").catch(() => []);
  const names = new KnownNames(info, accounts as readonly string[]);
  const { contracts } = (await request("hyperchain_deployments", { limit: MAX_DEPLOYMENTS })) as DeploymentsPage;
  for (const { chainId, address, name } of contracts) names.name(chainId, address, name);
  return names;
}

/** Learns which of the project's contracts are at these addresses, of which many are left out. */
export async function learnContracts(
  names: KnownNames,
  { request }: Session,
  places: readonly { readonly chain: number; readonly address: string }[],
): Promise<void> {
  const asked = places.slice(0, MOST_DESCRIBED);
  if (asked.length === 0) return;
  const described = (await request("hyperchain_describe", asked)) as readonly Description[];
  described.forEach(({ contract }, i) => {
    const place = asked[i];
    if (contract !== undefined && place !== undefined) names.name(place.chain, place.address, contract.name);
  });
}
