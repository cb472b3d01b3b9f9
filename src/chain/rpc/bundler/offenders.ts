import type { Hex } from "../../../ground/protocol/hex.ts";
import { RpcError } from "../request/json-rpc.ts";
import { type Culprit, OperationCode } from "./refusal.ts";
import { Tally } from "./tally.ts";
import type { UserOperation } from "./user-operation.ts";

/** Operations that passed their check and failed later, for which a contract is refused for a while. */
const MAX_STRIKES = 4;
/** Operations in blocks that are set against such failures to come. */
const MAX_CREDIT = 16;
const BAN_MS = 10 * 60 * 1000;
/** Contracts of which each is remembered; the one that was counted least lately is forgotten. */
const MAX_CONTRACTS = 1_000;
const ROLES: readonly Culprit[] = ["sender", "factory", "paymaster"];

/**
 * Contracts whose operations passed their check and failed when they were to be included: each costs a simulation, or a place
 * in a block, that nothing pays for. Factories and paymasters have many users, of which one may be an attacker: an operation
 * of theirs that comes into a block makes up for one that does not (as ERC-7562 looks at the share, not at the number).
 */
export class Offenders {
  readonly #strikes: Tally;
  /** Apart, so that no strike is forgotten for it. */
  readonly #credit: Tally;

  constructor(nowMs: () => number) {
    const memory = { nowMs, memoryMs: BAN_MS, maxContracts: MAX_CONTRACTS };
    this.#strikes = new Tally(memory);
    this.#credit = new Tally(memory);
  }

  /** One more failure of this contract's. */
  add(contract: Hex): void {
    if (this.#credit.of(contract) > 0) this.#credit.change(contract, -1);
    else this.#strikes.change(contract, 1);
  }

  /** The operation is in a block. */
  included({ factory, paymaster }: UserOperation): void {
    for (const contract of [factory, paymaster]) {
      if (contract === undefined) continue;
      if (this.#strikes.of(contract) > 0) this.#strikes.change(contract, -1);
      else if (this.#credit.of(contract) < MAX_CREDIT) this.#credit.change(contract, 1);
    }
  }

  /** Throws RpcError where a contract of the operation is refused. */
  requireNone(operation: UserOperation): void {
    for (const role of ROLES) {
      const contract = operation[role];
      if (contract === undefined || this.#strikes.of(contract) < MAX_STRIKES) continue;
      throw new RpcError(
        OperationCode.banned,
        `the ${role} ${contract} is refused for ${BAN_MS / 60_000} minutes: ${MAX_STRIKES} of its operations passed their check and then failed`,
        { code: "Banned", [role]: contract },
      );
    }
  }
}
