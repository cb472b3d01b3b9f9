import { Contract, type Signer } from "ethers";
import { send } from "../../../src/ecosystem/client/transfers/send.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { TestClock } from "../../chain/support/clock.ts";
import { ALICE, RELAYER } from "./devnet.ts";
import { Kept } from "./kept.ts";

/** Three chains that nothing uses, and two that exchange messages. */
export const IDS = [271n, 272n, 273n, 274n, 275n];
export const IDLE = [0, 1, 2];
export const [SOURCE, DESTINATION] = [3, 4] as const;
const AGE_MS = 1_000;
const BOB: Hex = "0x00000000000000000000000000000000000b0b00";

/** An ecosystem of chains that wait with imported roots. Time passes only by its methods. */
export class IdleChains {
  readonly #clock = new TestClock(Date.now());
  readonly kept = new Kept(
    IDS.map((chainId) => ({ chainId, batches: { maxAgeMs: AGE_MS } })),
    { relayer: true, fundedAccounts: [ALICE, RELAYER] },
    undefined,
    { clock: this.#clock, placeBlocks: 1 },
  );

  async start(): Promise<void> {
    await this.kept.start();
    await this.leadChains(100);
    // The deposits of the start fill the first batch.
    await this.kept.devnet.settle();
  }

  sequencer(place: number) {
    return this.kept.chain(place).pipeline.chain.sequencer;
  }

  /** Sealed batches of each chain. */
  sealed(): readonly number[] {
    return this.kept.devnet.chains.map(({ pipeline }) => pipeline.progress().sealed);
  }

  /** Which of the three that nothing uses wait. */
  idle(): readonly boolean[] {
    return IDLE.map((place) => this.sequencer(place).isIdle);
  }

  balance(place: number): Promise<bigint> {
    return this.kept.client(place).getBalance(BOB);
  }

  /** Sends 7 wei to a chain. */
  async transfer(to: number): Promise<void> {
    const request = { chain: IDS[SOURCE]!, to: { chain: IDS[to]!, account: BOB }, amount: 7n };
    await send(this.kept.devnet.info(), request, this.kept.wallet(ALICE, SOURCE));
  }

  /** Moves L1 ahead of the chains, whose batches it refuses from its future. */
  async leadChains(seconds: number): Promise<void> {
    await this.kept.devnet.l1.request("evm_increaseTime", [seconds]);
    await this.kept.devnet.l1.request("evm_mine", []);
  }

  /** Lets time pass until L1 has executed each sealed batch: settlement may wait for a second of L1. */
  async settleAll(): Promise<void> {
    // After the seal that the clock has started.
    for (const place of IDS.keys()) await this.sequencer(place).skipTime(0n);
    const isPending = (): boolean =>
      this.kept.devnet.chains.some(({ pipeline }) => {
        const { sealed, executed } = pipeline.progress();
        return executed < sealed || pipeline.chain.sequencer.isAwaited;
      });
    while (isPending()) {
      await this.leadChains(2);
      this.#clock.advance(AGE_MS);
    }
  }

  /** Seals each batch that ages, and lets L1 execute it. */
  async passAge(): Promise<void> {
    this.#clock.advance(AGE_MS);
    await this.settleAll();
  }

  contractOnL1(address: Hex, abi: ConstructorParameters<typeof Contract>[1], number: number): Contract {
    const { accounts, l1 } = this.kept.devnet;
    return new Contract(address, abi, accounts.wallet(number).connect(l1.provider) as Signer);
  }
}
