import { CardOpening } from "../../src/proofs/devices/card-opening.ts";
import { deviceReport, type DeviceReport, type FoundCard } from "../../src/proofs/devices/device-report.ts";
import { ProvingBackends, type DeviceFault } from "../../src/proofs/devices/proving-backends.ts";
import { createThreadedBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { openDevice } from "../../src/proofs/kernels/webgpu/open-device.ts";
import type { Gpu } from "../../src/proofs/kernels/webgpu/card/gpu.ts";
import { startBrowserThread } from "./browser-thread.ts";

/** Maximum graphics memory of a proof, because other tabs draw with it. */
const CARD_BYTES = 1.5 * 2 ** 30;

/** Measurement of a card in software, which only tests request. */
export interface SoftwareCard {
  readonly logRows: number;
  readonly limitMs: number;
}

/**
 * Backend of this browser's proofs: WebAssembly in `threads` threads, and its graphics card after a
 * measurement has shown it to be faster. `onReport` receives the backend, immediately and after each change.
 */
export async function openBrowserBackends(
  { threads, software }: { readonly threads: number; readonly software: SoftwareCard | undefined },
  onReport: (report: DeviceReport) => void,
): Promise<ProvingBackends> {
  const faults: DeviceFault[] = [];
  let gain: number | undefined;
  const processor = createThreadedBackend({ workers: threads, startThread: startBrowserThread });
  const { gpu } = navigator as { readonly gpu?: Gpu };
  const opened = gpu === undefined ? undefined : await look(gpu, software);
  const found: FoundCard =
    opened === undefined ? { state: "absent" } : { state: opened.state === "open" ? "found" : opened.state, card: opened.name };
  const isForced = software !== undefined;
  const tell = (): void => onReport(deviceReport({ search: found, gain, faults, isForced }));
  const failed = (fault: DeviceFault): void => {
    faults.push(fault);
    tell();
  };
  const backends = new ProvingBackends(processor, undefined, failed);
  tell();
  if (opened?.state !== "open") return backends;
  const { device } = opened;
  const setup = { isForced, isMeasured: false, memory: CARD_BYTES, measuring: software, open: () => Promise.resolve(device) };
  new CardOpening(backends, setup, (news) => {
    if (news.kind === "fault") return failed(news.fault);
    gain = news.gain;
    tell();
  });
  return backends;
}

/** A driver that refuses counts as no card. */
async function look(gpu: Gpu, software: SoftwareCard | undefined): Promise<Awaited<ReturnType<typeof openDevice>> | undefined> {
  return openDevice(gpu, software === undefined ? "refused" : "allowed").catch(() => undefined);
}
