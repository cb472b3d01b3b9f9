import type { GuardianNetworkTerms } from "./fields/guardians.ts";
import { CHALLENGE_SECONDS, retentionSeconds, type StakeTerms } from "./fields/stake.ts";
import type { ChainPlan } from "./plan.ts";
import type { OptionPath, OptionProblem } from "./problems.ts";

/** Networks of guardians by name. */
export type GuardianNetworks = Readonly<Record<string, GuardianNetworkTerms>>;

/** Networks that a chain names, and the option that names them. */
interface GuardedPlan extends Pick<ChainPlan, "protocol"> {
  readonly path: OptionPath;
  readonly names: readonly string[];
}

/** Problems of networks, and of chains that name them. */
export function guardianConflicts(
  chains: readonly GuardedPlan[],
  networks: GuardianNetworks,
  stake: StakeTerms | undefined,
): readonly OptionProblem[] {
  return [
    ...Object.entries(networks).flatMap(([name, terms]) => networkConflicts(name, terms, stake)),
    ...chains.flatMap((chain) => chain.names.flatMap((name) => chainConflicts(chain, name, networks, stake))),
  ];
}

/** Guardians are staked keys, each with an amount. */
function networkConflicts(
  name: string,
  { members, stakesWei }: GuardianNetworkTerms,
  stake: StakeTerms | undefined,
): readonly OptionProblem[] {
  if (stake === undefined) {
    const message = "is a network of staked keys, and no key is staked; set stake: { unbondingSeconds: 100_000 } too";
    return [{ path: ["guardians", name], message }];
  }
  if (retentionSeconds(stake) < 1) {
    const message = `has stake for ${stake.unbondingSeconds} s, and requests for its data need more; set stake.unbondingSeconds to at least ${CHALLENGE_SECONDS + 1}`;
    return [{ path: ["guardians", name], message }];
  }
  if (stakesWei === undefined || stakesWei.length === members) return [];
  const message = `has ${stakesWei.length} amounts for ${members} guardians; name one for each, or leave it out`;
  return [{ path: ["guardians", name, "stakesWei"], message }];
}

/** Data must be in the network until accounts have left a chain that stopped. */
function chainConflicts(
  { path, protocol }: GuardedPlan,
  name: string,
  networks: GuardianNetworks,
  stake: StakeTerms | undefined,
): readonly OptionProblem[] {
  if (networks[name] === undefined) {
    const names = Object.keys(networks).join(", ");
    const others = names === "" ? "" : `name one of ${names}, or `;
    const message = `names guardians "${name}", which do not exist; ${others}set guardians: { ${name}: { members: 4 } } too`;
    return [{ path, message }];
  }
  const { priorityOpWindowSeconds, exitDelaySeconds } = protocol;
  const leaving = priorityOpWindowSeconds + exitDelaySeconds;
  const reserved = stake === undefined ? leaving : retentionSeconds(stake);
  if (leaving <= reserved) return [];
  const message =
    `names guardians whose stake answers for ${reserved} s, and accounts leave a stopped chain after ${leaving} s; ` +
    `set stake.unbondingSeconds to at least ${leaving + CHALLENGE_SECONDS}, or lower exitDelaySeconds`;
  return [{ path, message }];
}
