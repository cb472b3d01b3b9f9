import type { BrowserProvider, JsonRpcSigner } from "ethers";
import { findChain, isL1, type ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { ContractNames } from "../../../ecosystem/client/sending/revert-reason.ts";
import type { EcosystemInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { connectInProcess } from "../../../ecosystem/devnet/relaying/relaying.ts";
import type { From, Member } from "../api/hyperchains.ts";

/** Functions of an ecosystem that the test API needs, for this process and for a URL. */
export interface EcosystemLink {
  /** Current facts and chains; chains may be added later. */
  readonly info: EcosystemInfo;
  readonly l1: Member;
  readonly chains: readonly Member[];
  /** Names of errors and functions in the project's contracts. */
  readonly names: () => Promise<ContractNames>;
  /** A member by name or id, L1 too. Throws ClientError UnknownChain. */
  member(nameOrId: ChainName): Member;
  /** An ethers client of a member. */
  client(chainId: number): BrowserProvider;
  /** Sends what an account signs on a member; the member's connection has the key. */
  signer(chainId: number, from: From | undefined): Promise<JsonRpcSigner>;
  /** Asks the ecosystem: `hyperchain_*`. */
  request<Answer>(method: string, params?: readonly unknown[]): Promise<Answer>;
  /** Connects a chain that was added later. */
  join(chainId: number): Promise<Member>;
  /** Reloads the facts and the chains after chains were paused, started or removed. */
  refresh(): Promise<void>;
  /** Ends the clients; the members are the connection's. */
  close(): void;
}

/** Parts of a link. `asked` is the member that answers for the ecosystem, except a remote L1. Default: L1. */
interface LinkParts extends Pick<EcosystemLink, "l1" | "names" | "join" | "refresh"> {
  readonly info: () => EcosystemInfo;
  readonly chains: () => readonly Member[];
  readonly asked?: Member;
}

export function createLink({ info, l1, chains, names, join, refresh, asked = l1 }: LinkParts): EcosystemLink {
  const clients = new Map<Member, BrowserProvider>();
  const member = (nameOrId: ChainName): Member => {
    if (isL1(info(), nameOrId)) return l1;
    const { chainId } = findChain(info(), nameOrId);
    const found = chains().find((chain) => chain.chainId === chainId);
    if (found === undefined) throw new Error(`chain ${chainId} is not connected`);
    return found;
  };
  const client = (chainId: number): BrowserProvider => {
    const asking = member(chainId);
    const known = clients.get(asking) ?? connectInProcess(BigInt(chainId), asking.provider);
    clients.set(asking, known);
    return known;
  };
  return {
    get info() {
      return info();
    },
    l1,
    get chains() {
      return chains();
    },
    names,
    join,
    refresh,
    member,
    client,
    signer: async (chainId, from) => client(chainId).getSigner(typeof from === "object" ? from.address : from),
    request: <Answer>(method: string, params: readonly unknown[] = []) =>
      asked.provider.request({ method, params }) as Promise<Answer>,
    close: () => clients.forEach((each) => each.destroy()),
  };
}
