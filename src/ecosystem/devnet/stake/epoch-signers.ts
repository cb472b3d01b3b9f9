import { Interface, type Provider } from "ethers";
import { chainSettingsAbi } from "../../../ground/abi/chain-settings.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";

const settingsInterface = new Interface(chainSettingsAbi);

/** Former epochs that are searched: each costs a call. */
const MAX_EPOCHS = 64n;

/** Present epoch of a chain's terms, as its settings return it. */
interface Epochs {
  readonly current: bigint;
  /** First second of the present epoch. */
  readonly currentAt: bigint;
  /** First second of the scheduled one; 0 without one. */
  readonly nextAt: bigint;
}

/** Terms as the settings return them: who signs, and who substitutes them. */
type EpochTerms = readonly [validators: SignerList, substitutes: SignerList];

interface SignerList {
  readonly validators: readonly string[];
}

/** Validators and their substitutes by epoch, out of a settlement layer's settings. */
export class EpochSigners {
  readonly #l1: Provider;
  readonly #settings: Hex;
  /** Epochs that have begun do not change. */
  readonly #begun = new Map<string, readonly Hex[]>();

  constructor(l1: Provider, settings: Hex) {
    this.#l1 = l1;
    this.#settings = settings;
  }

  async epochsOf(chainId: bigint): Promise<Epochs> {
    return (await this.#ask("epochsOf", chainId)) as Epochs;
  }

  /** Signers of an epoch, in lower case; of the scheduled one also. Rejects with L1's error. */
  async signersOf(chainId: bigint, epoch: bigint, isBegun: boolean): Promise<readonly Hex[]> {
    const name = `${chainId} ${epoch}`;
    const known = this.#begun.get(name);
    if (known !== undefined) return known;
    const [validators, substitutes] = (await this.#ask("termsOf", chainId, epoch)) as EpochTerms;
    const signers = [...validators.validators, ...substitutes.validators].map(lowerCaseAddress);
    if (isBegun) this.#begun.set(name, signers);
    return signers;
  }

  /** Signers of the newest 65 epochs and of the scheduled one. Rejects with L1's error. */
  async allSigners(chainId: bigint): Promise<ReadonlySet<Hex>> {
    const epochs = await this.epochsOf(chainId);
    const begun = searchedEpochs(epochs).map((epoch) => this.signersOf(chainId, epoch, true));
    const next = epochs.nextAt === 0n ? [] : [this.signersOf(chainId, epochs.current + 1n, false)];
    return new Set((await Promise.all([...begun, ...next])).flat());
  }

  /** Forgets all epochs, after L1 has dropped blocks. */
  clear(): void {
    this.#begun.clear();
  }

  #ask(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return askContract(this.#l1, { to: this.#settings, contract: settingsInterface, name, args });
  }
}

/** Epochs that have begun, the present one first. */
export function searchedEpochs({ current }: Pick<Epochs, "current">): readonly bigint[] {
  const count = current < MAX_EPOCHS ? current + 1n : MAX_EPOCHS + 1n;
  return Array.from({ length: Number(count) }, (_, offset) => current - BigInt(offset));
}
