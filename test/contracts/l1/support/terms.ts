import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import type { TestChain } from "./chain.ts";
import { eventsOf, send, type Ecosystem } from "./ecosystem.ts";

/** Terms of a chain's configuration that can change with notice, in the settings' form. */
export interface ChainTerms {
  readonly quorum: { readonly threshold: bigint; readonly validators: readonly string[] };
  readonly standby: { readonly threshold: bigint; readonly validators: readonly string[] };
  readonly dataAvailabilityPolicy: string;
  readonly transactionFilterer: string;
  readonly isGoverned: boolean;
  readonly takesReplacements: boolean;
  readonly requiresSecondCheck: boolean;
}

/** Terms of the chain's creation, with some replaced. */
export function termsOf({ configuration }: TestChain, overrides: Partial<ChainTerms> = {}): ChainTerms {
  const { dataAvailabilityPolicy, transactionFilterer, isGoverned, takesReplacements, requiresSecondCheck } = configuration;
  return {
    quorum: { threshold: configuration.validatorThreshold, validators: configuration.validators },
    standby: { threshold: configuration.standbyThreshold, validators: configuration.standby },
    dataAvailabilityPolicy,
    transactionFilterer,
    isGoverned,
    takesReplacements,
    requiresSecondCheck,
    ...overrides,
  };
}

/** Quorum of these accounts, with its threshold. */
export function quorumOf(accounts: readonly { readonly address: string }[], threshold = accounts.length) {
  const validators = accounts.map(({ address }) => address).toSorted((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));
  return { threshold: BigInt(threshold), validators };
}

/** Schedules them as the chain's admin; resolves with the second from which they count. */
export async function scheduleTerms({ settings }: Ecosystem, chain: TestChain, overrides: Partial<ChainTerms>): Promise<bigint> {
  const receipt = await send(settings, "scheduleTerms", chain.configuration.chainId, termsOf(chain, overrides));
  const [event] = eventsOf(settings, receipt, "TermsScheduled");
  return event!.args["effectiveAt"] as bigint;
}

/** The next block's time. */
export async function setNextBlock({ l1 }: Ecosystem, timestamp: bigint): Promise<void> {
  await l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(timestamp)]);
}

/** An address as the errors' texts have it. */
export function lower(address: string): Hex {
  return address.toLowerCase() as Hex;
}
