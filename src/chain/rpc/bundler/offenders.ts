import type { Hex } from "../../../protocol/hex.ts";
import { RpcError } from "../json-rpc.ts";
import type { Culprit } from "./refusal.ts";
import { OperationCode } from "./refusal.ts";
import type { UserOperation } from "./user-operation.ts";

/** Operations that passed their check and failed later, for which a contract is refused for a while. */
const MAX_STRIKES = 4;
const BAN_MS = 10 * 60 * 1000;
/** Contracts that are remembered; the one that offended least lately is forgotten. */
const MAX_OFFENDERS = 1_000;
const ROLES: readonly Culprit[] = ["sender", "factory", "paymaster"];

/**
 * Contracts whose operations passed their check and failed when they were to be included: each costs a simulation, or a place
 * in a block, that nothing pays for.
 */
export class Offenders {
  readonly #nowMs: () => number;
  /** The least lately first. */
  readonly #strikes = new Map<Hex, { readonly count: number; readonly lastMs: number }>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** One more failure of this contract's. */
  add(contract: Hex): void {
    const count = this.#countOf(contract) + 1;
    this.#strikes.delete(contract);
    this.#strikes.set(contract, { count, lastMs: this.#nowMs() });
    const [oldest] = this.#strikes.keys();
    if (this.#strikes.size > MAX_OFFENDERS && oldest !== undefined) this.#strikes.delete(oldest);
  }

  /** Throws RpcError where a contract of the operation is refused. */
  requireNone(operation: UserOperation): void {
    for (const role of ROLES) {
      const contract = operation[role];
      if (contract === undefined || this.#countOf(contract) < MAX_STRIKES) continue;
      throw new RpcError(
        OperationCode.banned,
        `the ${role} ${contract} is refused for ${BAN_MS / 60_000} minutes: ${MAX_STRIKES} of its operations passed their check and then failed`,
        { code: "Banned", [role]: contract },
      );
    }
  }

  #countOf(contract: Hex): number {
    const known = this.#strikes.get(contract);
    return known === undefined || this.#nowMs() - known.lastMs > BAN_MS ? 0 : known.count;
  }
}
