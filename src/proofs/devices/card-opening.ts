import { reasonOf } from "../../ground/errors/reason-of.ts";
import { createWebgpuBackend, type WebgpuBackend } from "../kernels/webgpu/backend.ts";
import type { GpuDevice } from "../kernels/webgpu/card/gpu.ts";
import { calibrate, CalibrationMismatch } from "./calibrate.ts";
import type { CardNews, CardSetup } from "./card-setup.ts";
import { MIN_GAIN } from "./device-report.ts";
import type { DeviceFault, ProvingBackends } from "./proving-backends.ts";

/** Extension degree of the proofs that a thread makes. */
const EXTENSION_DEGREE = 5;

/** A card that is to be opened, in Node or in a browser. */
interface OpeningCard extends Pick<CardSetup, "isForced" | "isMeasured" | "memory"> {
  readonly open: () => Promise<GpuDevice>;
  /** For tests: how a card in software is measured. */
  readonly measuring?: Pick<NonNullable<CardSetup["software"]>, "logRows" | "limitMs"> | undefined;
}

/**
 * A card on its way to a thread's backends: proofs are made on the processor until all its kernels are compiled, and it has been
 * measured.
 */
export class CardOpening {
  readonly #backends: ProvingBackends;
  readonly #setup: OpeningCard;
  readonly #tell: (news: CardNews["news"]) => void;
  readonly #device: Promise<WebgpuBackend>;
  #isEnding = false;

  constructor(backends: ProvingBackends, setup: OpeningCard, tell: (news: CardNews["news"]) => void) {
    this.#backends = backends;
    this.#setup = setup;
    this.#tell = tell;
    this.#device = this.#open();
    this.#device
      .then((device) => this.#makeReady(device))
      .catch((error: unknown) => {
        if (!this.#isEnding) tell({ kind: "fault", fault: faultOf(error) });
      });
  }

  /** Resolves once the card owes no answer, however long that takes. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const device = await this.#device.catch(() => undefined);
    await device?.close();
    await device?.settled();
  }

  async #open(): Promise<WebgpuBackend> {
    const { open, memory } = this.#setup;
    return createWebgpuBackend({ device: await open(), memory, now });
  }

  async #makeReady(device: WebgpuBackend): Promise<void> {
    const { isForced, isMeasured, measuring } = this.#setup;
    const { processor } = this.#backends;
    try {
      await device.compileKernels(EXTENSION_DEGREE);
      if (!isMeasured) {
        const { gain } = await this.#backends.alone(() =>
          calibrate({ processor, device }, now, measuring?.logRows, measuring?.limitMs),
        );
        this.#tell({ kind: "measured", gain });
        if (gain < MIN_GAIN && !isForced) return await device.close();
      }
      if (!this.#isEnding) this.#backends.adopt(device);
    } catch (error) {
      await device.close();
      throw error;
    }
  }
}

const now = (): number => performance.now();

function faultOf(error: unknown): DeviceFault {
  return { kind: error instanceof CalibrationMismatch ? "wrong" : "failed", reason: reasonOf(error) };
}
