import { Interface, ZeroHash, type Contract } from "ethers";
import hre from "hardhat";
import type { AtomicFlow } from "../../../../src/ground/protocol/atomic-flow.ts";
import { digestToHex } from "../../../../src/ground/protocol/digest.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { transactionTreeLeaf, transactionTreeRoot } from "../../../../src/ground/protocol/transaction-tree.ts";
import { HELD, type FlowSchedule } from "./flow-schedule.ts";
import type { FlowWorld, WorldLeaf } from "./flow-world.ts";

const stateExit = new Interface((await hre.artifacts.readArtifact("StateExit")).abi);
/** An account of L1 that no leg knows. */
const PAYEE: Hex = "0x00000000000000000000000000000000000e5c00";

/** A way in which L1 could pay an escrow of a stopped chain. */
export interface Payout {
  readonly end: "claimEscrow" | "refundEscrow";
  /** The account that it is for. */
  readonly owner: Hex;
  readonly args: readonly unknown[];
}

/** The real state exit on an L1 that knows the chains of a flow world which have stopped, and their last states. */
export class StoppedWorld {
  readonly #world: FlowWorld;
  readonly #double: Contract;
  readonly #exit: Contract;
  readonly #l1: Awaited<ReturnType<typeof hre.network.create>>;

  private constructor(world: FlowWorld, l1: Awaited<ReturnType<typeof hre.network.create>>, double: Contract, exit: Contract) {
    [this.#world, this.#l1, this.#double, this.#exit] = [world, l1, double, exit];
  }

  static async start(world: FlowWorld): Promise<StoppedWorld> {
    const l1 = await hre.network.create({ network: "local", override: { initialBaseFeePerGas: 0, gasPrice: 0 } });
    const tree = await l1.ethers.deployContract("StateTree");
    const double = (await l1.ethers.deployContract("StoppedWorldDouble", [tree])) as unknown as Contract;
    const exit = (await l1.ethers.deployContract("StateExit", [double, ZeroHash])) as unknown as Contract;
    return new StoppedWorld(world, l1, double, exit);
  }

  /** Takes over what the schedule's L1 knows at its end. */
  async learn(schedule: FlowSchedule): Promise<void> {
    await (
      await this.#double.getFunction("setRoot").send(transactionTreeRoot(this.#world.leaves.map(transactionTreeLeaf)))
    ).wait();
    for (const [i, { chainId }] of this.#world.chains.entries()) {
      const last = this.#world.leaves.findLast((leaf) => leaf.chainId === chainId);
      // One that runs on and never had a batch has nothing that could be shown.
      if (last === undefined) continue;
      const args = [chainId, digestToHex(last.after.root), schedule.isSilent(i)];
      await (await this.#double.getFunction("setChain").send(...args)).wait();
    }
  }

  /** All that L1 could be shown for a leg that is in escrow in its stopped chain's last state; `leaves` could show absences. */
  payouts(flow: AtomicFlow, leg: number, fee: bigint, leaves: (chainId: bigint) => Iterable<WorldLeaf>): Payout[] {
    const { legs } = flow;
    const own = legs[leg]!;
    const token: Hex = "0x0000000000000000000000000000000000000000";
    const escrow = { flow, leg, token, fee, path: this.#world.heldPath(flow, leg) };
    const pivot = legs.findIndex(({ isPivot }) => isPivot);
    const needed = pivot === -1 ? [...legs.keys()] : [pivot];
    const claims: Payout[] = needed.every((each) => this.#world.hasFact(flow, each))
      ? [
          {
            end: "claimEscrow",
            owner: own.recipient,
            args: [escrow, needed.map((each) => this.#world.message(flow, each)), PAYEE],
          },
        ]
      : [];
    const refunds = [...legs.entries()].flatMap(([missing, { chainId }]) =>
      [...leaves(chainId)].map((leaf): Payout => {
        const absence = this.#world.absence(flow, missing, leaf);
        return { end: "refundEscrow", owner: own.party, args: [escrow, missing, absence, PAYEE] };
      }),
    );
    return [...claims, ...refunds];
  }

  /** The error with which L1 refuses a payout to an account; undefined where it pays. */
  async refusal({ end, owner, args }: Payout, account = owner): Promise<string | undefined> {
    try {
      const asked = this.#exit.connect(this.#l1.ethers.provider) as Contract;
      await asked.getFunction(end).staticCall(...args, { from: account });
      return undefined;
    } catch (error) {
      const { data } = error as { readonly data?: string };
      if (data === undefined || data === "0x") throw error;
      return stateExit.parseError(data)?.name ?? data;
    }
  }

  /** Pays on L1; resolves with the amount. */
  async pay({ end, owner, args }: Payout, chainId: bigint): Promise<bigint> {
    const paid = (): Promise<bigint> => this.#double.getFunction("paid").staticCall(chainId, PAYEE) as Promise<bigint>;
    const before = await paid();
    await this.#l1.provider.request({ method: "hardhat_impersonateAccount", params: [owner] });
    const signer = await this.#l1.ethers.getSigner(owner);
    await (await (this.#exit.connect(signer) as Contract).getFunction(end).send(...args)).wait();
    return (await paid()) - before;
  }

  close(): Promise<void> {
    return this.#l1.close();
  }
}

/** Legs of a flow that their stopped chains' last states hold. */
export function heldOnStopped(world: FlowWorld, schedule: FlowSchedule, flow: AtomicFlow): number[] {
  return [...flow.legs.keys()].filter((leg) => {
    const chain = world.chains.findIndex(({ chainId }) => chainId === flow.legs[leg]!.chainId);
    return schedule.isSilent(chain) && schedule.settledStatus(flow, leg) === HELD;
  });
}
