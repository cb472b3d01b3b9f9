import type { MessagePort } from "node:worker_threads";
import type { Backend } from "../kernels/backend.ts";
import type { GpuDevice } from "../kernels/webgpu/card/gpu.ts";
import { openDevice } from "../kernels/webgpu/open-device.ts";
import { CARD_LIFE, type CardNews, type CardSetup, type EndCard, type LeaveCard } from "./card-setup.ts";
import { CardOpening } from "./card-opening.ts";
import { installedGpu, softwareGpuOf } from "./installed-gpu.ts";
import { ProvingBackends } from "./proving-backends.ts";

/**
 * Backends of a proving thread with a card: they make proofs on the processor until all of the card's kernels are compiled and it
 * has been measured between two proofs.
 */
export function openBackends(processor: Backend, card: CardSetup, port: MessagePort): ProvingBackends {
  const tell = (news: CardNews["news"]): void => port.postMessage({ type: "card", news } satisfies CardNews);
  const backends = new ProvingBackends(processor, undefined, (fault) => tell({ kind: "fault", fault }));
  const life = new Int32Array(card.life);
  Atomics.store(life, 0, CARD_LIFE.open);
  const opening = new CardOpening(backends, { ...card, measuring: card.software, open: () => openCard(card) }, tell);
  const end = async (): Promise<void> => {
    await opening.end();
    Atomics.store(life, 0, CARD_LIFE.ended);
    Atomics.notify(life, 0);
  };
  const leave = (): Promise<void> => {
    backends.leave();
    return end();
  };
  port.on("message", ({ type }: EndCard | LeaveCard) => {
    if (type === "end-card") void end();
    if (type === "leave-card") void backends.alone(leave);
  });
  endBeforeThread(end);
  return backends;
}

/**
 * Registers a cleanup that waits for the card's last answer before the thread ends. Its errors are ignored.
 */
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

/** Rejects if the card that was found no longer exists. */
async function openCard({ software }: CardSetup): Promise<GpuDevice> {
  const gpu = software === undefined ? await installedGpu() : softwareGpuOf(software.module);
  const opened = await openDevice(gpu, software === undefined ? "refused" : "allowed");
  if (opened.state !== "open") throw new Error("the graphics card no longer exists");
  return opened.device;
}
