import type { Action } from "./action.ts";
import { aggregateActions } from "./aggregates.ts";
import { batchDataActions } from "./batch-data.ts";
import { batchActions } from "./batches.ts";
import { chainActions } from "./chains.ts";
import { claimActions } from "./claims.ts";
import { deploymentActions } from "./deployments.ts";
import { escrowActions } from "./escrows.ts";
import { exitActions } from "./exits.ts";
import { freezeActions } from "./freezes.ts";
import { outsiderActions } from "./outsiders.ts";
import { requestActions } from "./requests.ts";
import { restrictedActions, treeActions } from "./restricted.ts";
import { standbyActions } from "./standby.ts";
import { termsActions } from "./terms.ts";
import { upgradeActions } from "./upgrades.ts";

const all = [
  ...aggregateActions,
  ...batchActions,
  ...batchDataActions,
  ...chainActions,
  ...claimActions,
  ...deploymentActions,
  ...escrowActions,
  ...exitActions,
  ...freezeActions,
  ...outsiderActions,
  ...requestActions,
  ...restrictedActions,
  ...standbyActions,
  ...termsActions,
  ...treeActions,
  ...upgradeActions,
];

/** All actions by name. Actions with equal names have a number in addition. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map(
  all.map((action, i) => {
    const earlier = all.slice(0, i).filter(({ name }) => name === action.name).length;
    const name = earlier === 0 ? action.name : `${action.name} (${earlier + 1})`;
    return [name, { ...action, name }];
  }),
);
