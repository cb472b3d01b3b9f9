import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import type { ProjectNames } from "../books/describe.ts";
import type { CachedNames } from "../books/kept-names.ts";
import type { AskMember } from "../feed/step-times.ts";
import type { ContractPlace } from "./contract-places.ts";
import type { UsersBlocks } from "./users-blocks.ts";

/** Contract of the project on a member; element of what `hyperchain_deployments` answers. */
export interface Deployment {
  readonly chainId: number;
  readonly address: Hex;
  /** Name in the project's source. */
  readonly name: string;
  /** Block and transaction that created the contract, or that showed it first. */
  readonly block: number;
  readonly transactionHash: Hex;
}

/** Answer of `hyperchain_deployments`. */
export interface DeploymentsPage {
  /** The newest first. */
  readonly contracts: readonly Deployment[];
  /** The `before` of the next page; absent on the last one. */
  readonly next?: string;
  /** False while older blocks of a member are still to be read: a later question has more. */
  readonly isComplete: boolean;
}

const DEFAULT_CONTRACTS = 100;
const MAX_CONTRACTS = 200;
const CURSOR = /^\d{1,15}:\d{1,15}:0x[0-9a-f]{40}$/;
/** Predeploys have names in the protocol, and do not belong to a project. */
const PREDEPLOYED = new Set<string>(Object.values(PREDEPLOYS));

interface MemberPlace extends ContractPlace {
  readonly chainId: number;
}

interface DeploymentsDependencies {
  readonly names: CachedNames;
  /** Names of places by what the project's contracts are called; shared by all clients. */
  readonly named: NamedPlaces;
  readonly indexOf: (chainId: number) => Pick<UsersBlocks, "contracts"> | undefined;
}

/** Names that were looked up once for each reading of the project's names; undefined for other contracts. */
export type NamedPlaces = WeakMap<ProjectNames, Map<string, string | undefined>>;

/** Contracts of the project on these members. `ask` asks as the client. Rejects with RpcError, or a member's error. */
export async function deployments(
  request: unknown,
  members: readonly number[],
  { names, named, indexOf }: DeploymentsDependencies,
  ask: AskMember,
): Promise<DeploymentsPage> {
  const { before, limit } = deploymentsRequest(request);
  const found = await Promise.all(
    members.map(async (chainId) => {
      const { places, isComplete } = (await indexOf(chainId)?.contracts()) ?? { places: [], isComplete: true };
      return { places: places.map((place): MemberPlace => ({ ...place, chainId })), isComplete };
    }),
  );
  const isComplete = found.every((each) => each.isComplete);
  const places = found
    .flatMap((each) => each.places)
    .filter(({ address }) => !PREDEPLOYED.has(address))
    .sort((a, b) => orderOf(b, a));
  const contracts: Deployment[] = [];
  for (const place of places) {
    if (before !== undefined && orderOf(place, before) >= 0) continue;
    if (contracts.length === limit) return { contracts, next: cursorOf(last(contracts, places)), isComplete };
    const name = await nameOf(place, names, named, ask);
    if (name === undefined) continue;
    const { chainId, address, number: block, transactionHash } = place;
    contracts.push({ chainId, address, name, block, transactionHash });
  }
  return { contracts, isComplete };
}

type Ordered = Pick<MemberPlace, "timestamp" | "chainId" | "address">;

/** Order by time; within one second by member and address, so that pages omit nothing and repeat nothing. */
function orderOf(a: Ordered, b: Ordered): number {
  return a.timestamp - b.timestamp || a.chainId - b.chainId || (a.address < b.address ? -1 : Number(a.address > b.address));
}

function last(contracts: readonly Deployment[], places: readonly MemberPlace[]): Ordered {
  const { chainId, address } = contracts.at(-1) as Deployment;
  return places.find((each) => each.chainId === chainId && each.address === address) as MemberPlace;
}

function cursorOf({ timestamp, chainId, address }: Ordered): string {
  return `${timestamp}:${chainId}:${address}`;
}

function deploymentsRequest(request: unknown): { readonly before: Ordered | undefined; readonly limit: number } {
  if (request === undefined || request === null) return { before: undefined, limit: DEFAULT_CONTRACTS };
  if (typeof request !== "object" || Array.isArray(request)) throw refusal("an object");
  const { before, limit = DEFAULT_CONTRACTS } = request as Readonly<Record<string, unknown>>;
  if (typeof limit !== "number" || !Number.isSafeInteger(limit) || limit < 1 || limit > MAX_CONTRACTS)
    throw refusal(`"limit", 1 to ${MAX_CONTRACTS}`);
  if (before === undefined || before === null) return { before: undefined, limit };
  if (typeof before !== "string" || !CURSOR.test(before)) throw refusal(`"before", the "next" of an earlier answer`);
  const [timestamp = "0", chainId = "0", address = "0x"] = before.split(":");
  return { before: { timestamp: Number(timestamp), chainId: Number(chainId), address: address as Hex }, limit };
}

function refusal(expected: string): RpcError {
  return new RpcError(RpcCode.invalidParams, `the parameter is {before, limit}, each of which may be absent: ${expected}`);
}

async function nameOf(
  { chainId, address, transactionHash }: MemberPlace,
  names: CachedNames,
  named: NamedPlaces,
  ask: AskMember,
): Promise<string | undefined> {
  // After a return to an earlier state another contract can have the address, created by another transaction.
  const key = `${chainId}:${address}:${transactionHash}`;
  let code: string | undefined;
  const isKnown = await names.find((project) => named.get(project)?.has(key));
  if (isKnown !== true) code = String(await ask(chainId, "eth_getCode", [address, "latest"]));
  return names.find((project) => {
    const ofProject = named.get(project) ?? new Map<string, string | undefined>();
    named.set(project, ofProject);
    if (!ofProject.has(key) && code !== undefined) ofProject.set(key, code === "0x" ? undefined : project.contract?.(code)?.name);
    return ofProject.get(key);
  });
}
