import { after, before } from "node:test";
import type { Contract, Signer } from "ethers";
import type { Hyperchains, HyperchainsUserConfig, Member } from "../../../src/types.ts";
import { CCIP_DAPP } from "./ccip-dapp.ts";
import { DAPP } from "./dapp.ts";
import { HYPERLANE_DAPP } from "./warp-routes.ts";
import { openBridged } from "./world.ts";

const PROJECTS = { layerzero: DAPP, hyperlane: HYPERLANE_DAPP, ccip: CCIP_DAPP } as const;

/** An ecosystem with a bridge in its dapp's project, as long as a suite's tests run. */
export interface SuiteDapp<Bridge extends keyof typeof PROJECTS> {
  readonly hyperchains: Hyperchains;
  readonly bridge: Hyperchains["bridges"][Bridge];
  /** The address of the first account. */
  readonly owner: string;
  readonly connection: Awaited<ReturnType<typeof openBridged>>;
  readonly at: (member: string) => Member;
  readonly signer: (member: string, account?: number) => Promise<Signer>;
  /** Calls a view function of a contract. */
  readonly ask: (contract: Contract, name: string, ...args: readonly unknown[]) => Promise<unknown>;
}

/** Opens it before the tests of the suite that calls this, and closes it after them. */
export function suiteDapp<Bridge extends keyof typeof PROJECTS>(
  bridge: Bridge,
  options: NonNullable<HyperchainsUserConfig["bridges"]>[Bridge] = {},
): SuiteDapp<Bridge> {
  let connection: Awaited<ReturnType<typeof openBridged>>;
  let owner: string;
  before(async () => {
    connection = await openBridged({ bridges: { [bridge]: options } }, PROJECTS[bridge]);
    owner = await (await signer("alpha")).getAddress();
  });
  after(() => connection?.close());
  const at = (member: string): Member => connection.hyperchains.chain(member);
  const signer = async (member: string, account = 0): Promise<Signer> =>
    (await at(member).ethers.getSigners())[account] as unknown as Signer;
  return {
    get hyperchains() {
      return connection.hyperchains;
    },
    get bridge() {
      return connection.hyperchains.bridges[bridge];
    },
    get owner() {
      return owner;
    },
    get connection() {
      return connection;
    },
    ...{ at, signer },
    ask: (contract, name, ...args) => contract.getFunction(name).staticCall(...args),
  };
}
