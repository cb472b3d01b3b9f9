import { boundOfAll, boundOfAny, PUBLISHED, WITHHELD, type DataChoice } from "../../ground/protocol/data-choice.ts";
import { keccak, toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import type { HeldBatch, PostingPolicy } from "./batch/settlement-batch.ts";

/** A data availability policy, as those who serve it for a chain see it: what its contract is shown, and what that answers. */
export interface DataPolicy {
  /** Chooses a method of making this batch's data available, if none was chosen before. */
  readonly choose: (batch: HeldBatch) => DataChoice | Promise<DataChoice>;
  /** The choice that this path names; what follows in it is left to others. Throws RangeError where there is no such part. */
  readonly choiceAt: (path: Iterator<number>, batch: HeldBatch) => DataChoice;
  /**
   * Data for the policy's contract about the choice that this path names; the path is read before the call returns.
   * Rejects if a part has too few signatures.
   */
  readonly policyData: (batch: HeldBatch, path: Iterator<number>) => Promise<Hex>;
}

/** Published in the commit's calldata: `RollupCalldataPolicy`. */
export const CALLDATA: DataPolicy = {
  choose: () => PUBLISHED,
  choiceAt: () => PUBLISHED,
  policyData: () => Promise.resolve("0x"),
};

/** Stored by owners of held accounts: `OwnersPolicy`. */
export const OWNERS_DATA: DataPolicy = {
  choose: () => WITHHELD,
  choiceAt: () => WITHHELD,
  policyData: () => Promise.resolve("0x"),
};

/** Changes of the porter by each batch, in its commit: `ListedPolicy`. An empty list if none changed. */
export const PORTER_LIST: DataPolicy = {
  choose: (batch) => listed(batch),
  choiceAt: (_path, batch) => listed(batch),
  policyData: ({ porter }) => Promise.resolve(porter === undefined ? "0x" : toHex(porter.pubdata)),
};

function listed({ porter }: HeldBatch): DataChoice {
  return porter === undefined ? WITHHELD : { ...WITHHELD, bound: keccak(porter.pubdata) };
}

/** Available to all parts: `AllOfPolicy`. */
export function allOf(parts: readonly DataPolicy[]): DataPolicy {
  return {
    choose(batch) {
      const choices = parts.map((part) => part.choose(batch));
      const known = choices.flatMap((choice) => (choice instanceof Promise ? [] : [choice]));
      if (known.length === choices.length) return choiceOfAll(known);
      return Promise.all(choices.map((choice) => Promise.resolve(choice))).then(choiceOfAll);
    },
    choiceAt: (path, batch) => choiceOfAll(parts.map((part) => part.choiceAt(path, batch))),
    policyData: (batch, path) =>
      Promise.all(parts.map((part) => part.policyData(batch, path))).then((proofs) => encode(["bytes[]"], [proofs])),
  };
}

/**
 * Available to the first part that shows its policy data in time: `AnyOfPolicy`. The last one is taken without waiting, so that a
 * batch can always be formed; where it fails too, the commit says of what it has too few.
 */
export function anyOf(
  parts: readonly DataPolicy[],
  { afterMs, clock }: { readonly afterMs: number; readonly clock: Clock },
): DataPolicy {
  const at = (path: Iterator<number>): readonly [member: number, part: DataPolicy] => {
    const { value } = path.next();
    const member = Number(value);
    const part = parts[member];
    if (part === undefined) throw new RangeError(`a choice names part ${member} of ${parts.length}`);
    return [member, part];
  };
  return {
    async choose(batch) {
      for (const [member, part] of parts.slice(0, -1).entries()) {
        const choice = await part.choose(batch);
        const shown = part.policyData(batch, choice.path.values());
        if (await comesWithin(shown, afterMs, clock)) return ofAny(member, choice);
      }
      const last = parts.length - 1;
      const part = parts[last];
      if (part === undefined) throw new RangeError("an any-of policy has parts");
      return ofAny(last, await part.choose(batch));
    },
    choiceAt(path, batch) {
      const [member, part] = at(path);
      return ofAny(member, part.choiceAt(path, batch));
    },
    policyData(batch, path) {
      const [member, part] = at(path);
      return part.policyData(batch, path).then((data) => encode(["uint256", "bytes"], [member, data]));
    },
  };
}

/** Shows a chain's policy what each batch's choice asks for. */
export function postingOf(policy: DataPolicy): PostingPolicy {
  return { policyData: (batch) => policy.policyData(batch, batch.data.path.values()) };
}

/** The choice of an all-of policy, of its parts' choices. */
export function choiceOfAll(choices: readonly DataChoice[]): DataChoice {
  return {
    path: choices.flatMap(({ path }) => path),
    publishes: choices.some(({ publishes }) => publishes),
    bound: boundOfAll(choices.map(({ bound }) => bound)),
  };
}

function ofAny(member: number, { path, publishes, bound }: DataChoice): DataChoice {
  return { path: [member, ...path], publishes, bound: boundOfAny(member, bound) };
}

/** Whether it resolves in time. What comes later, or is refused, is dropped. */
export function comesWithin(promise: Promise<unknown>, afterMs: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(afterMs, () => resolve(false));
    const end = (came: boolean) => (): void => {
      cancel();
      resolve(came);
    };
    promise.then(end(true), end(false));
  });
}

/** Values by Solidity's `abi.encode`. The kit loads this file, and the encoder only if a policy has parts. */
async function encode(types: readonly string[], values: readonly unknown[]): Promise<Hex> {
  const { AbiCoder } = await import("ethers");
  return AbiCoder.defaultAbiCoder().encode(types, values) as Hex;
}
