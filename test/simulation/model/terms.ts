import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ZERO_ADDRESS } from "./aliases.ts";
import { checkTerms } from "./factory.ts";
import type { Frame } from "./frame.ts";
import { requireThat } from "./refusal.ts";
import { requireLasting } from "./standings.ts";
import { adminsChain, upgradeNotice } from "./upgrades.ts";
import type { Configuration } from "./world.ts";

const DAY = 86_400n;
const MAX_L2_GAS_PRICE = 10n ** 12n;

/** A chain's terms, as the settings take them. */
export interface Terms {
  readonly quorum: { readonly threshold: bigint; readonly validators: readonly Hex[] };
  readonly standby: { readonly threshold: bigint; readonly validators: readonly Hex[] };
  readonly dataAvailabilityPolicy: Hex;
  readonly transactionFilterer: Hex;
  readonly isGoverned: boolean;
  readonly takesReplacements: boolean;
  readonly requiresSecondCheck: boolean;
}

function withTerms(configuration: Configuration, { quorum, standby, ...rest }: Terms): Configuration {
  return {
    ...configuration,
    ...rest,
    validatorThreshold: quorum.threshold,
    validators: quorum.validators,
    standbyThreshold: standby.threshold,
    standby: standby.validators,
  };
}

export const terms = {
  scheduleTerms(frame: Frame, chainId: bigint, next: Terms): void {
    const { world, transaction } = frame;
    const chain = adminsChain(frame, chainId);
    requireThat(!chain.exited.value, "ChainSettings", "TermsOfStoppedChain");
    const known = chain.epochs.value;
    const { since } = known.at(-1)!;
    requireThat(since <= transaction.now, "ChainSettings", "TermsPending", () => [known.length - 1, since]);
    checkTerms(frame, withTerms(chain.configuration, next));
    const { quorum, standby, transactionFilterer, isGoverned, takesReplacements } = next;
    // What was announced while it had left must not stop it at once.
    if (isGoverned && !chain.termsAt(transaction.now).isGoverned)
      requireLasting(frame, chain.upgrade.value?.version ?? chain.version.value);
    const effectiveAt = transaction.now + upgradeNotice(world, chain.configuration);
    chain.epochs.value = [
      ...known,
      {
        since: effectiveAt,
        ...quorum,
        standbyThreshold: standby.threshold,
        standby: standby.validators,
        transactionFilterer,
        isGoverned,
        takesReplacements,
      },
    ];
  },

  cancelTerms(frame: Frame, chainId: bigint): void {
    const chain = adminsChain(frame, chainId);
    const known = chain.epochs.value;
    requireThat(known.at(-1)!.since > frame.transaction.now, "ChainSettings", "NoTermsScheduled");
    chain.epochs.value = known.slice(0, -1);
  },

  offerAdmin(frame: Frame, chainId: bigint, next: Hex): void {
    adminsChain(frame, chainId).offeredTo.value = next;
  },

  acceptAdmin({ world, sender }: Frame, chainId: bigint): void {
    const chain = world.chains.get(chainId);
    const next = chain?.offeredTo.value ?? ZERO_ADDRESS;
    requireThat(sender === next, "ChainSettings", "AdminNotOffered", () => [next, sender]);
    chain!.offeredTo.value = ZERO_ADDRESS;
    chain!.admin.value = next;
  },

  setPrice(frame: Frame, chainId: bigint, price: bigint): void {
    const { now } = frame.transaction;
    const chain = adminsChain(frame, chainId);
    const isPrice = price >= 1n && price <= MAX_L2_GAS_PRICE;
    requireThat(isPrice, "ChainSettings", "L2GasPriceOutOfRange", () => [1, MAX_L2_GAS_PRICE, price]);
    const highest = 2n * chain.l2GasPrice.value;
    if (price > chain.l2GasPrice.value) {
      requireThat(price <= highest, "ChainSettings", "PriceRisesTooFast", () => [highest, price]);
      const earliest = chain.priceRoseAt.value + DAY;
      requireThat(now >= earliest, "ChainSettings", "PriceRisesTooSoon", () => [earliest, now]);
      chain.priceRoseAt.value = now;
    }
    chain.l2GasPrice.value = price;
  },
};
