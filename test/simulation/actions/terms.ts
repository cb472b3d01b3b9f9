import { ZERO_ADDRESS } from "../model/aliases.ts";
import type { Terms } from "../model/terms.ts";
import type { Chain, Configuration } from "../model/world.ts";
import { type Action, type Intent, type Situation, callOf } from "./action.ts";

const DAY = 86_400n;

/** A standby for a chain of these times. None where the exit would open before its batches are executed. */
export function chooseStandby(
  { scene, random, world }: Pick<Situation, "scene" | "random" | "world">,
  { exitDelay, executionDelay }: Pick<Configuration, "exitDelay" | "executionDelay">,
): Terms["standby"] {
  if (exitDelay <= 2n * executionDelay + world.recoveryTime + world.freezeTime || random.oneIn(4))
    return { threshold: 0n, validators: [] };
  const start = random.index(scene.keys.length - 1);
  const validators = scene.keys.slice(start, start + 2).map(({ address }) => address);
  return { threshold: random.between(1n, 2n), validators };
}

/** Terms with other validators, perhaps another filterer; the policy stays: its change is test/contracts/l1/terms.test.ts's. */
function nextTerms({ scene, random, world }: Situation, { configuration }: Chain): Terms {
  const { dataAvailabilityPolicy } = configuration;
  const isGoverned = !random.oneIn(4);
  const count = 1 + random.index(3);
  const start = random.index(scene.keys.length - count + 1);
  const validators = scene.keys.slice(start, start + count).map(({ address }) => address);
  return {
    quorum: { threshold: random.between(1n, BigInt(count)), validators },
    standby: chooseStandby({ scene, random, world }, configuration),
    dataAvailabilityPolicy,
    transactionFilterer: random.oneIn(4) ? scene.filterer : ZERO_ADDRESS,
    isGoverned,
    takesReplacements: isGoverned && random.oneIn(2),
    requiresSecondCheck: false,
  };
}

const isPending = ({ epochs }: Chain, { now }: Situation): boolean => epochs.value.at(-1)!.since > now;
const mayRaise = ({ priceRoseAt }: Chain, { now }: Situation): boolean => now >= priceRoseAt.value + DAY;

interface Caller {
  readonly weight?: number;
  /** Default: the admin. */
  readonly by?: (chain: Chain, situation: Situation) => Intent["by"];
}

/** A call of the settings about a chain of which something holds. */
function aboutChain(
  aim: string,
  fn: "scheduleTerms" | "cancelTerms" | "offerAdmin" | "acceptAdmin" | "setPrice",
  holds: (chain: Chain, situation: Situation) => boolean,
  rest: (chain: Chain, situation: Situation) => readonly unknown[] = () => [],
  { weight = 0, by = (chain) => chain.admin.value }: Caller = {},
): Action {
  return {
    name: `${fn} with ${aim}`,
    aims: [aim],
    weight,
    make(situation): Intent | undefined {
      const { world, random } = situation;
      const chain = random.pick(world.allChains().filter((candidate) => holds(candidate, situation)));
      if (chain === undefined) return undefined;
      const call = callOf(world.addresses.settings, fn, chain.id, ...rest(chain, situation));
      const caller = by(chain, situation);
      return caller === undefined ? undefined : { call, by: caller };
    },
  };
}

const terms = (chain: Chain, situation: Situation): readonly unknown[] => [nextTerms(situation, chain)];
const isFree = (chain: Chain, situation: Situation): boolean => !chain.exited.value && !isPending(chain, situation);
const price = (of: (now: bigint) => bigint) => (chain: Chain) => [of(chain.l2GasPrice.value)];
const isCheap = ({ l2GasPrice }: Chain): boolean => l2GasPrice.value <= 10n ** 11n;
const anyone = (_: Chain, { random, scene }: Situation): Intent["by"] => random.pick(scene.accounts.users);

export const termsActions: readonly Action[] = [
  aboutChain("ChainSettings.scheduleTerms ok", "scheduleTerms", isFree, terms, { weight: 0.4 }),
  aboutChain("ChainSettings.cancelTerms ok", "cancelTerms", isPending, undefined, { weight: 0.1 }),
  aboutChain("ChainSettings.TermsPending", "scheduleTerms", (chain, s) => !chain.exited.value && isPending(chain, s), terms),
  aboutChain("ChainSettings.NoTermsScheduled", "cancelTerms", (chain, s) => !isPending(chain, s)),
  aboutChain("ChainSettings.TermsOfStoppedChain", "scheduleTerms", ({ exited }) => exited.value, terms),
  aboutChain(
    "ChainSettings.offerAdmin ok",
    "offerAdmin",
    () => true,
    (chain, s) => [anyone(chain, s)],
    { weight: 0.1 },
  ),
  aboutChain("ChainSettings.acceptAdmin ok", "acceptAdmin", ({ offeredTo }) => offeredTo.value !== ZERO_ADDRESS, undefined, {
    weight: 0.1,
    by: ({ offeredTo }) => offeredTo.value,
  }),
  aboutChain("ChainSettings.AdminNotOffered", "acceptAdmin", () => true, undefined, {
    by: (_, { scene }) => scene.accounts.stranger,
  }),
  aboutChain(
    "ChainSettings.setPrice ok",
    "setPrice",
    (chain, s) => isCheap(chain) && mayRaise(chain, s),
    price((now) => 2n * now),
    { weight: 0.2 },
  ),
  aboutChain(
    "ChainSettings.setPrice ok",
    "setPrice",
    () => true,
    price((now) => (now + 1n) / 2n),
    { weight: 0.1 },
  ),
  aboutChain(
    "ChainSettings.PriceRisesTooFast",
    "setPrice",
    isCheap,
    price((now) => 2n * now + 1n),
  ),
  aboutChain(
    "ChainSettings.PriceRisesTooSoon",
    "setPrice",
    (chain, s) => isCheap(chain) && !mayRaise(chain, s),
    price((now) => now + 1n),
  ),
  aboutChain(
    "ChainSettings.L2GasPriceOutOfRange",
    "setPrice",
    () => true,
    (_, { random }) => [random.choose(0n, 10n ** 12n + 1n)],
  ),
];
