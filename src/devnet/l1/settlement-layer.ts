import { Wallet } from "ethers";
import type { Signer } from "ethers";
import type { Clock } from "../../chain/clock.ts";
import { MovableClock } from "../../chain/movable-clock.ts";
import type { TypedDataSigner } from "../../settlement/quorum.ts";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, createOwnAccounts, DEVELOPMENT_MNEMONIC } from "../accounts.ts";
import type { DevelopmentAccounts } from "../accounts.ts";
import type { Closing } from "../closing.ts";
import { createEcosystemTime } from "../snapshots/ecosystem-clock.ts";
import type { Gate } from "../snapshots/gate.ts";
import { serveLocalL1 } from "./local-l1.ts";
import type { L1Connection, LocalL1 } from "./local-l1.ts";
import type { L1Options } from "../options.ts";
import { connectRemoteL1 } from "./remote-l1.ts";
import type { RestorableMember } from "../snapshots/snapshot-member.ts";
import { createSnapshots, EcosystemSnapshotError } from "../snapshots/snapshots.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";

/** What an ecosystem settles on, and whose money pays for it. */
export interface SettlementLayer {
  readonly l1: LocalL1;
  /** What the chains read. */
  readonly clock: MovableClock;
  readonly accounts: DevelopmentAccounts;
  /** Phrase of the accounts; undefined where their keys are the operator's own. */
  readonly mnemonic: string | undefined;
  readonly deployer: Signer & TypedDataSigner;
  /** What each operator, and the relayer, gets on L1 where it has little. */
  readonly operatorFundingWei: bigint;
  snapshots(members: readonly RestorableMember[], gate: Gate): Snapshots;
}

const ETHER = 10n ** 18n;

/**
 * Opens the L1 that the options name: one in this process, or one that runs already. It ends with `closing`. Rejects with
 * DevnetOptionsError, PortInUseError.
 */
export async function openSettlementLayer(
  options: L1Options & { readonly host: string; readonly origins: readonly string[]; readonly inBackground: boolean },
  { connectL1, clock }: { readonly connectL1: () => Promise<L1Connection>; readonly clock: Clock },
  closing: Closing,
): Promise<SettlementLayer> {
  const { url, deployerKey, host, origins, port = 0, inBackground } = options;
  if (url === undefined) {
    const time = await createEcosystemTime(clock, await connectL1());
    const l1 = await serveLocalL1({ host, port, origins, inBackground }, time.l1);
    closing.add(() => l1.close());
    return { l1, clock: time.clock, ...developers(l1, options), snapshots: (members, gate) => createSnapshots({ l1, members, time, gate }) };
  }
  const l1 = await connectRemoteL1(url);
  closing.add(() => l1.close());
  const payers = deployerKey === undefined ? developers(l1, options) : owners(l1, deployerKey, options);
  return { l1, clock: new MovableClock(clock, { fixedBecause: `L1 runs at ${url} and keeps its own time` }), ...payers, snapshots: () => NO_SNAPSHOTS };
}

type Payers = Pick<SettlementLayer, "accounts" | "mnemonic" | "deployer" | "operatorFundingWei">;

/** On a development L1 the accounts of the public phrase have money. */
function developers({ provider }: LocalL1, { operatorFundingWei = 10n * ETHER }: L1Options): Payers {
  const accounts = createDevelopmentAccounts();
  const deployer = accounts.wallet(ACCOUNT_NUMBERS.deployer).connect(provider);
  return { accounts, mnemonic: DEVELOPMENT_MNEMONIC, deployer, operatorFundingWei };
}

/** Elsewhere all keys follow from the deployer's, so that nobody else has them and they are the same after a restart. */
function owners({ provider }: LocalL1, deployerKey: string, { operatorFundingWei = ETHER / 10n }: L1Options): Payers {
  const deployer = new Wallet(deployerKey, provider);
  return { accounts: createOwnAccounts(deployerKey), mnemonic: undefined, deployer, operatorFundingWei };
}

const refuse = (): Promise<never> =>
  Promise.reject(new EcosystemSnapshotError("an L1 that runs elsewhere cannot be returned to a snapshot; leave l1.url out to have one in this process"));
const NO_SNAPSHOTS: Snapshots = { snapshot: refuse, revert: refuse };
