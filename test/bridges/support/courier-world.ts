import { Contract, NonceManager, type Provider, type Signer } from "ethers";
import type { DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import { connectInProcess } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import type { BridgeDelivery, BridgeStep } from "../../../src/ecosystem/devnet/view/books/bridge-info.ts";
import { ALICE, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";
import { createCourier, type Courier, type FarEnd } from "./couriers.ts";
import { projectOf } from "./shared-project.ts";

const CHAINS = [271n, 272n];
const ROUNDS = 10;
/** A chain keeps fewer of one account that wait. */
const SENT_AT_A_TIME = 20;
/** Polling interval. Blocks are made immediately, so that a receipt exists at the first request. */
const POLLING_MS = 5;
/** Members between which a courier's texts go: L1, or a chain by its place. */
export type Way = readonly ["l1" | 0 | 1, "l1" | 0 | 1];

/** A courier's contracts by their addresses, as any process calls them. */
export interface Addresses {
  readonly here: string;
  readonly there: string;
}

/** A courier's contract that sends, and the one that receives. */
export interface CourierPair {
  readonly courier: Courier;
  readonly here: Contract;
  readonly there: FarEnd;
}

/** An ecosystem of two chains with bridges, and a courier of each between two of its members. */
export class CourierWorld {
  readonly devnet: FlowDevnet;
  readonly #couriers: readonly Courier[];
  readonly #way: Way;
  readonly #clients: readonly (Provider & { destroy(): void })[];

  private constructor(devnet: FlowDevnet, couriers: readonly Courier[], way: Way) {
    this.devnet = devnet;
    this.#couriers = couriers;
    this.#way = way;
    this.#clients = devnet.chains.map(({ chainId, provider }) =>
      Object.assign(connectInProcess(chainId, provider), { pollingInterval: POLLING_MS }),
    );
  }

  /** In memory, or in a folder `data`, with what is in it; nothing is proven, unless `given` says so. */
  static async start(
    couriers: readonly Courier[],
    way: Way,
    given: Partial<Pick<DevnetOptions, "data" | "prover">> = {},
  ): Promise<CourierWorld> {
    const bridges = Object.fromEntries(couriers.map(({ name }) => [name, {}]));
    const devnet = await startFlowDevnet(
      CHAINS,
      { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER], bridges, ...given },
      { projectFolder: projectOf(couriers.map(({ project }) => project)) },
    );
    return new CourierWorld(devnet, couriers, way);
  }

  #providerOf(end: Way[number]): Provider {
    return end === "l1" ? this.devnet.l1.provider : this.#clients[end]!;
  }

  #idOf(end: Way[number], { name }: Courier): number | string {
    const chainId = Number(end === "l1" ? this.devnet.l1.chainId : CHAINS[end]);
    return this.devnet.info().bridges![name]!.members.find((member) => member.chainId === chainId)!.id;
  }

  /** A pair of each courier. */
  async pairs(known?: readonly Addresses[]): Promise<readonly CourierPair[]> {
    const made: CourierPair[] = [];
    for (const [i, courier] of this.#couriers.entries()) made.push(await this.pair(courier, known?.[i]));
    return made;
  }

  /** Returns new contracts that are connected, or existing ones. */
  async pair(courier: Courier, known?: Addresses): Promise<CourierPair> {
    const [from, to] = this.#way;
    const { contracts } = this.devnet.info().bridges![courier.name]!;
    const contractOn = async (end: Way[number], address: string | undefined): Promise<Contract> => {
      const signer = this.devnet.accounts.wallet(ALICE).connect(this.#providerOf(end));
      if (address !== undefined) return new Contract(address, courier.abi, signer);
      return createCourier(courier, (contracts as Readonly<Record<string, string>>)[courier.entry]!, signer);
    };
    const [here, contract] = [await contractOn(from, known?.here), await contractOn(to, known?.there)];
    const there = { id: this.#idOf(to, courier), contract };
    if (known === undefined) {
      await courier.introduce(here, there);
      await courier.introduce(contract, { id: this.#idOf(from, courier), contract: here });
    }
    return { courier, here, there };
  }

  /** Resolves once it is in its block. */
  send({ courier, here, there }: CourierPair, text: string) {
    return courier.send(here, there, text);
  }

  /** Sends `number` texts of one pair, some at a time, each with the next nonce of its account. */
  async sendMany({ courier, here, there }: CourierPair, number: number): Promise<void> {
    const from = here.connect(new NonceManager(here.runner as Signer)) as Contract;
    for (let sent = 0; sent < number; sent += SENT_AT_A_TIME) {
      const some = Array.from({ length: Math.min(SENT_AT_A_TIME, number - sent) }, (_, i) => `text ${sent + i}`);
      await Promise.all(some.map((text) => courier.send(from, there, text)));
    }
  }

  /** One text over each bridge. */
  async sendAll(pairs: readonly CourierPair[], text: string): Promise<void> {
    for (const pair of pairs) await this.send(pair, text);
  }

  async deliveries({ name }: Courier): Promise<readonly BridgeDelivery[]> {
    return (await this.devnet.bridges!.bridges())[name]!.deliveries;
  }

  /** Steps of each courier's messages, in the order of the couriers. */
  async steps(): Promise<readonly (readonly BridgeStep[])[]> {
    const bridges = await this.devnet.bridges!.bridges();
    return this.#couriers.map(({ name }) => bridges[name]!.deliveries.map(({ step }) => step));
  }

  /** Whether executions on the second chain are held back. */
  hold(isHeld: boolean): Promise<unknown> {
    const params = [{ type: "bridges", chainId: Number(CHAINS[1]), running: !isHeld }];
    return this.devnet.chains[0]!.provider.request({ method: "hyperchain_setFault", params });
  }

  /** One move of everything: batches to their end on L1, messages as far as they come. */
  async move(): Promise<void> {
    await this.devnet.settle();
    await this.devnet.relay();
  }

  /** Until every message is executed. */
  async finish(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      if ((await this.steps()).flat().every((step) => step === "executed")) return;
      await this.move();
    }
    throw new Error(`messages do not arrive: ${(await this.steps()).flat().join(", ")}`);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.devnet.close();
  }
}

export function addressesOf({ here, there }: CourierPair): Addresses {
  return { here: String(here.target), there: String(there.contract.target) };
}

/** Number of texts that arrived. */
export async function receivedBy({ there }: CourierPair): Promise<number> {
  return Number(await there.contract.getFunction("received").staticCall());
}

export async function setRefusing({ there }: CourierPair, isRefusing: boolean): Promise<void> {
  await (await there.contract.getFunction("refuse").send(isRefusing)).wait();
}
