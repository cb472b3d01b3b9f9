import type * as v from "valibot";
import { option } from "./values.ts";
import { chainOption } from "./field.ts";
import { signers, standby } from "./signer-count.ts";

/** The accounts and processes whose signatures L1 asks for. */
export const VALIDATORS = {
  quorum: chainOption({
    group: "validators",
    said: "once",
    config: option(
      signers,
      "processes that execute every batch again, and how many of them must sign",
      "one member, in this process",
    ),
  }),
  standby: chainOption({
    group: "validators",
    said: "once",
    config: option(
      standby,
      "accounts that sign while validators leave an operation that is overdue; development accounts among them sign in this process",
      "none",
    ),
    onL1: (planned) => (planned === undefined ? {} : standbyOnL1(planned)),
  }),
} as const;

/** Maximum number of signatures that L1 may count. */
export function mostSigners({
  quorum,
  standby: others,
}: {
  readonly quorum?: { readonly members: number } | undefined;
  readonly standby?: { readonly accounts: readonly unknown[] } | undefined;
}): number {
  return Math.max(quorum?.members ?? 1, others?.accounts.length ?? 0);
}

/** L1 wants its accounts in ascending order. */
function standbyOnL1({ accounts, threshold }: v.InferOutput<typeof standby>): object {
  const standby = accounts.map((each) => each.toLowerCase()).toSorted();
  return { standby, standbyThreshold: BigInt(threshold) };
}
