import type { MessagePort } from "node:worker_threads";
import { reasonOf } from "../errors/reason-of.ts";
import type { Backend } from "../kernels/backend.ts";
import { createWebgpuBackend, type WebgpuBackend } from "../kernels/webgpu/backend.ts";
import { openDevice } from "../kernels/webgpu/open-device.ts";
import { calibrate, CalibrationMismatch } from "./calibrate.ts";
import { CARD_LIFE, type CardNews, type CardSetup, type EndCard } from "./card-setup.ts";
import { LEAST_GAIN } from "./device-report.ts";
import { installedGpu, softwareGpuOf } from "./installed-gpu.ts";
import { type DeviceFault, ProvingBackends } from "./proving-backends.ts";

/** Of the proofs that a thread makes. */
const EXTENSION_DEGREE = 5;

/**
 * The backends of a thread that proves. Where it is told of a card, that is opened meanwhile: proofs are made on the processor
 * until all its kernels are compiled, and it has been measured between two of them.
 */
export function openBackends(processor: Backend, card: CardSetup | undefined, port: MessagePort): ProvingBackends {
  const tell = (news: CardNews["news"]): void => port.postMessage({ type: "card", news } satisfies CardNews);
  const backends = new ProvingBackends(processor, undefined, (fault) => tell({ kind: "fault", fault }));
  if (card === undefined) return backends;
  const life = new Int32Array(card.life);
  Atomics.store(life, 0, CARD_LIFE.open);
  const opening = new CardOpening(backends, card, tell);
  const end = async (): Promise<void> => {
    await opening.end();
    Atomics.store(life, 0, CARD_LIFE.ended);
    Atomics.notify(life, 0);
  };
  port.on("message", (message: EndCard) => void (message.type === "end-card" && end()));
  endBeforeThread(end);
  return backends;
}

/** What ends this thread does so once the card owes no answer. What goes wrong until then is of no account. */
function endBeforeThread(end: () => Promise<void>): void {
  let isEnding = false;
  const onUncaught = (error: unknown): void => {
    if (isEnding) return;
    isEnding = true;
    void end().then(() => {
      process.off("uncaughtException", onUncaught);
      throw error;
    });
  };
  process.on("uncaughtException", onUncaught);
}

/** A card on its way to a thread's backends. */
class CardOpening {
  readonly #backends: ProvingBackends;
  readonly #setup: CardSetup;
  readonly #tell: (news: CardNews["news"]) => void;
  readonly #device: Promise<WebgpuBackend>;
  #isEnding = false;

  constructor(backends: ProvingBackends, setup: CardSetup, tell: (news: CardNews["news"]) => void) {
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
    const { memory, software } = this.#setup;
    const gpu = software === undefined ? await installedGpu() : softwareGpuOf(software.module);
    const opened = await openDevice(gpu, software === undefined ? "refused" : "allowed");
    if (opened.state !== "open") throw new Error("the graphics card is not there any more");
    return createWebgpuBackend({ device: opened.device, memory, now });
  }

  async #makeReady(device: WebgpuBackend): Promise<void> {
    const { isForced, isMeasured, software } = this.#setup;
    const { processor } = this.#backends;
    try {
      await device.compileKernels(EXTENSION_DEGREE);
      if (!isMeasured) {
        const { gain } = await this.#backends.alone(() =>
          calibrate({ processor, device }, now, software?.logRows, software?.limitMs),
        );
        this.#tell({ kind: "measured", gain });
        if (gain < LEAST_GAIN && !isForced) return await device.close();
      }
      this.#backends.adopt(device);
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
